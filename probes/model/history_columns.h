/* What a plot shows of history: equal columns of time, each the sum of its cells.
 *
 * Columns are fixed in time: time passing moves them by whole columns, and only when the cells of a column are
 * complete. Where cells are longer than columns, a cell fills several. */
#ifndef TSLLM_MODEL_HISTORY_COLUMNS_H
#define TSLLM_MODEL_HISTORY_COLUMNS_H

#include "probes/model/history.h"

struct history_span {
	struct when now; /* the columns end at the last complete one */
	int64_t span_ms;
	size_t count; /* of columns */
};

/* One figure of a row. Zeroed: none. */
struct history_series {
	const struct history_figure *figure;
	const struct ring *ring;
};

/* The figures that have a history for the endpoint with that URL (with its engine and its peer's path), for
 * the peer with that id or name, or for the tailnet (""), in order of their ranks. */
size_t history_columns_series(const struct history *history, const struct snapshot *snapshot, const char *id,
	struct history_series *series, size_t most);
/* The one with that key; none if there is no history of it. */
struct history_series history_columns_find(
	const struct history *history, const struct snapshot *snapshot, const char *id, const char *key);
/* The same of one row of history. */
struct history_series history_columns_in(
	const struct history *history, enum history_kind kind, const char *id, const char *key);
/* Whether anything is known in these columns, the oldest first. */
bool history_columns_read(const struct history *history, const struct history_series *series,
	struct history_span span, struct time_cell *columns);
/* Changes of state of the row, or of the path of its peer, in these columns: how many were written. */
struct history_column_mark {
	struct history_mark mark;
	size_t column;
	int64_t wall_ms;
};
size_t history_columns_marks(const struct history *history, const struct snapshot *snapshot, const char *id,
	const struct history_series *series, struct history_span span, struct history_column_mark *marks,
	size_t most);
/* When a column of that figure begins, by the wall clock; column count: when the last one ends. */
int64_t history_columns_wall(const struct history *history, const struct history_series *series,
	struct history_span span, size_t column);

#endif
