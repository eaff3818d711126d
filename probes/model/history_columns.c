#include "probes/model/history_columns.h"

#include "probes/base/mem.h"

#include <string.h>

#define LATE_MS 2000 /* cells of this length may be passed over when a snapshot comes a little late */

/* ---- which rows ---- */

struct rows {
	const struct history_row *items[3]; /* the endpoint, its engine's first endpoint, the peer */
	size_t count;
};

static void add_row(
	const struct history *history, struct rows *rows, enum history_kind kind, const char *id)
{
	const struct history_row *row = history_row(history, kind, id);

	if (row)
		rows->items[rows->count++] = row;
}

static struct rows rows_of(const struct history *history, const struct snapshot *snapshot, const char *id)
{
	struct rows rows = { .count = 0 };

	if (!*id)
		add_row(history, &rows, HISTORY_TAILNET, "");
	for (size_t i = 0; *id && i < snapshot->endpoint_count; i++) {
		const struct endpoint *endpoint = &snapshot->endpoints[i];
		size_t engine;

		if (strcmp(endpoint->url, id) != 0)
			continue;
		engine = snapshot_engine(snapshot, i);
		add_row(history, &rows, HISTORY_ENDPOINT, id);
		if (engine != i)
			add_row(history, &rows, HISTORY_ENDPOINT, snapshot->endpoints[engine].url);
		if (endpoint->peer >= 0)
			add_row(history, &rows, HISTORY_PEER, snapshot->peers[endpoint->peer].id);
		return rows;
	}
	for (size_t i = 0; *id && i < snapshot->peer_count; i++)
		if (strcmp(snapshot->peers[i].id, id) == 0 || strcmp(snapshot->peers[i].name, id) == 0) {
			add_row(history, &rows, HISTORY_PEER, snapshot->peers[i].id);
			return rows;
		}
	return rows;
}

/* In order of ranks; of a figure that two rows have, the first one's is kept. */
static size_t insert(struct history_series *series, size_t count, size_t most, struct history_series added)
{
	size_t at = count;

	for (size_t i = 0; i < count; i++)
		if (series[i].figure->field == added.figure->field)
			return count;
	if (count == most)
		return count;
	for (; at > 0 && series[at - 1].figure->field->rank > added.figure->field->rank; at--)
		series[at] = series[at - 1];
	series[at] = added;
	return count + 1;
}

size_t history_columns_series(const struct history *history, const struct snapshot *snapshot, const char *id,
	struct history_series *series, size_t most)
{
	struct rows rows = rows_of(history, snapshot, id);
	size_t count = 0;

	for (size_t i = 0; i < rows.count; i++) {
		const struct history_figures *figures = &history->figures[rows.items[i]->kind];

		for (size_t k = 0; k < figures->count; k++)
			if (rows.items[i]->rings[k].rhythm)
				count = insert(series, count, most,
					(struct history_series){
						&figures->items[k], &rows.items[i]->rings[k] });
	}
	return count;
}

struct history_series history_columns_find(
	const struct history *history, const struct snapshot *snapshot, const char *id, const char *key)
{
	struct history_series series[2 * HISTORY_FIGURES_MAX];
	size_t count = history_columns_series(history, snapshot, id, series, ARRAY_LEN(series));

	for (size_t i = 0; i < count; i++)
		if (strcmp(series[i].figure->field->key, key) == 0)
			return series[i];
	return (struct history_series){ 0 };
}

struct history_series history_columns_in(
	const struct history *history, enum history_kind kind, const char *id, const char *key)
{
	const struct history_figures *figures = &history->figures[kind];
	const struct history_row *row = history_row(history, kind, id);

	for (size_t i = 0; row && i < figures->count; i++)
		if (row->rings[i].rhythm && strcmp(figures->items[i].field->key, key) == 0)
			return (struct history_series){ &figures->items[i], &row->rings[i] };
	return (struct history_series){ 0 };
}

/* ---- columns ---- */

/* Columns are numbered from the beginning of history's time. */
struct frame {
	size_t tier;
	int64_t cell_ms;
	int64_t last; /* number of the last complete column */
};

static int64_t begin_of(struct history_span span, int64_t column)
{
	return column * span.span_ms / (int64_t)span.count;
}

static struct frame frame_of(
	const struct history *history, const struct history_series *series, struct history_span span)
{
	const struct rhythm *rhythm = series->figure->rhythm;
	struct frame frame = { .tier = ring_tier_for(rhythm, span.span_ms) };
	int64_t complete;

	frame.cell_ms = rhythm->tiers[frame.tier].cell_ms;
	complete = history_time(history, span.now) / frame.cell_ms * frame.cell_ms;
	frame.last = complete * (int64_t)span.count / span.span_ms - 1;
	return frame;
}

/* A single empty cell between two others is no gap: the snapshot came late. */
static struct time_cell cell_of(const struct ring *ring, const struct frame *frame, int64_t number)
{
	struct time_cell cell = ring_cell(ring, frame->tier, number), before;

	if (cell.count || frame->cell_ms > LATE_MS)
		return cell;
	before = ring_cell(ring, frame->tier, number - 1);
	return ring_cell(ring, frame->tier, number + 1).count ? before : cell;
}

/* The cells that begin in the column or, if there are none, the one in which it begins. */
static struct time_cell column_of(
	const struct ring *ring, const struct frame *frame, struct history_span span, int64_t column)
{
	int64_t from = begin_of(span, column), past = begin_of(span, column + 1);
	int64_t first = (from + frame->cell_ms - 1) / frame->cell_ms;
	int64_t after = (past + frame->cell_ms - 1) / frame->cell_ms;
	struct time_cell sum = { .count = 0 };

	if (first == after)
		return cell_of(ring, frame, from / frame->cell_ms);
	for (int64_t number = first; number < after; number++) {
		struct time_cell cell = cell_of(ring, frame, number);

		ring_sum(&sum, &cell);
	}
	return sum;
}

bool history_columns_read(const struct history *history, const struct history_series *series,
	struct history_span span, struct time_cell *columns)
{
	struct frame frame = frame_of(history, series, span);
	bool is_known = false;

	for (size_t i = 0; i < span.count; i++) {
		int64_t column = frame.last - (int64_t)span.count + 1 + (int64_t)i;

		columns[i] = column < 0 ? (struct time_cell){ .count = 0 }
					: column_of(series->ring, &frame, span, column);
		is_known = is_known || columns[i].count;
	}
	return is_known;
}

/* ---- times ---- */

int64_t history_columns_wall(const struct history *history, const struct history_series *series,
	struct history_span span, size_t column)
{
	struct frame frame = frame_of(history, series, span);
	int64_t at = begin_of(span, frame.last - (int64_t)span.count + 1 + (int64_t)column);

	return span.now.wall_ms - (history_time(history, span.now) - at);
}

size_t history_columns_marks(const struct history *history, const struct snapshot *snapshot, const char *id,
	const struct history_series *series, struct history_span span, struct history_column_mark *marks,
	size_t most)
{
	struct rows rows = rows_of(history, snapshot, id);
	struct frame frame = frame_of(history, series, span);
	int64_t now = history_time(history, span.now);
	size_t count = 0;

	for (size_t i = 0; i < rows.count; i++) {
		const struct history_row *row = rows.items[i];

		if (row->kind == HISTORY_ENDPOINT && strcmp(row->id, id) != 0)
			continue; /* another URL of the same engine */
		for (size_t k = 0; k < row->mark_count && count < most; k++) {
			struct history_mark mark = row->marks[k];
			int64_t column = mark.at * (int64_t)span.count / span.span_ms - frame.last - 1 +
					 (int64_t)span.count;

			/* One that is newer than the last complete column stands at its end. */
			if (mark.at > now || column < 0)
				continue;
			column = column < (int64_t)span.count ? column : (int64_t)span.count - 1;
			marks[count++] = (struct history_column_mark){ mark, (size_t)column,
				span.now.wall_ms - (now - mark.at) };
		}
	}
	return count;
}
