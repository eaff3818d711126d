/* A table of rows and columns on a canvas: for the screen and for the text of --once. */
#ifndef TSLLM_TABLE_TABLE_H
#define TSLLM_TABLE_TABLE_H

#include "tui/table/rows.h"

#define NARROWER_AFTER_MS 300000

/* What columns needed lately, so that they do not become narrow and wide again under the eye. */
struct table_needs {
	int width; /* of the table */
	struct {
		struct column_need need;
		struct when at; /* when the rows needed it last */
	} columns[COLUMNS_MAX];
};

struct table {
	const struct view *view;
	const struct snapshot *snapshot;
	const struct rows *rows;
	struct order order;
	size_t first, count;        /* of rows: the visible ones */
	size_t selected;            /* of rows; SIZE_MAX: none */
	bool is_past;               /* dimmed: last known values */
	struct table_needs *lately; /* of the frames before; NULL: none */
	int width;
	int widths[COLUMNS_MAX]; /* set by table_layout() */
};

/* Measures the visible rows and sets the widths. A column stays as wide as it was for NARROWER_AFTER_MS. */
void table_layout(struct table *table, int width);
/* The same, but every column is as wide as its rows need, and so is the table: up to most cells. */
void table_layout_uncut(struct table *table, int most);
/* Heads on line y, rows below. */
void table_draw(const struct table *table, struct canvas *canvas, int y);
/* Stands after the head of the column that the rows are ordered by. */
const char *table_order_sign(bool is_ascii, bool is_falling);
/* The column whose head is at x; -1: none. */
int table_column_at(const struct table *table, int x);

#endif
