/* A view: one const table that says what it shows.
 *
 * A view formats a snapshot and computes nothing. Its rows are numbers from 0 to row_count; each has an id
 * that stays the same across snapshots, which the selection uses. A view without columns draws a page. */
#ifndef TSLLM_TABLE_VIEW_H
#define TSLLM_TABLE_VIEW_H

#include "tui/table/columns.h"
#include "tui/table/page.h"

#include <stdint.h>

#define ID_MAX 640
#define ROW_NONE SIZE_MAX

struct history;

/* What a view that draws over time is to show. */
struct look {
	const struct history *history; /* NULL: none is kept */
	const char *target;            /* the id of the row that was selected; "": none was */
	int64_t span_ms;
	int64_t cursor_ms; /* wall time that is read; 0: none */
	size_t first;      /* plots above the first one that is shown */
};

struct view {
	const char *title;
	int key; /* '1' …; 0: opened from another view */
	const struct column *columns;
	size_t column_count;
	size_t sort; /* the initial sort column */
	int (*tie)(const struct snapshot *snapshot, size_t a,
		size_t b); /* orders rows that are equal in the sort column */
	size_t (*row_count)(const struct snapshot *snapshot);
	bool (*is_shown)(const struct snapshot *snapshot, size_t row); /* NULL: every row */
	bool (*is_dim)(const struct snapshot *snapshot, size_t row);   /* NULL: none */
	/* Rows that do not depend on the tailnet: current even if the others are past. NULL: none */
	bool (*is_present)(const struct snapshot *snapshot, size_t row);
	bool (*is_last)(const struct snapshot *snapshot, size_t row); /* kept below the others; NULL: none */
	/* The row under which this one is folded; ROW_NONE: it stands for itself. NULL: no row is folded. */
	size_t (*parent)(const struct snapshot *snapshot, size_t row);
	/* The row's id: text of the snapshot, or written to buffer. */
	const char *(*row_id)(const struct snapshot *snapshot, size_t row, char *buffer, size_t size);
	/* What Enter opens and y copies the URL of; NULL: the row's id. */
	const char *(*target)(const struct snapshot *snapshot, size_t row, char *buffer, size_t size);
	/* What y copies instead; "" if there is nothing. NULL: the target's URL. */
	const char *(*copied)(const struct snapshot *snapshot, size_t row);
	/* The row's model, for a canary. NULL: it has none. */
	const char *(*model)(const struct snapshot *snapshot, size_t row);
	/* One line above the rows, in its brief form if it is too long; false: none. NULL: never. */
	bool (*note)(const struct snapshot *snapshot, struct value *value);
	/* A page shown instead of the rows; returns true if it wrote one. NULL: never. */
	bool (*instead)(const struct snapshot *snapshot, struct page *page);
	/* Draws the whole view over time, if it has no columns; returns how many plots do not fit. NULL: never. */
	size_t (*draw)(const struct snapshot *snapshot, const struct look *look, struct canvas *canvas,
		struct box box);
	/* The whole view, if it has no columns. */
	void (*write)(const struct snapshot *snapshot, const char *target, struct page *page);
};

#endif
