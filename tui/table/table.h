/* A table of rows and columns on a canvas: for the screen and for the text that --once prints. */
#ifndef TSLLM_TABLE_TABLE_H
#define TSLLM_TABLE_TABLE_H

#include "tui/table/rows.h"

struct table {
	const struct view *view;
	const struct snapshot *snapshot;
	const struct rows *rows;
	struct order order;
	size_t first, count; /* of rows: those that are drawn */
	size_t selected;     /* of rows; SIZE_MAX: none */
	bool is_past;        /* dimmed: the last that was known */
	int width;
	int widths[COLUMNS_MAX]; /* by table_layout() */
};

/* Asks the rows that will be drawn how wide they are, and settles the widths. */
void table_layout(struct table *table, int width);
/* Heads on line y, rows below it. */
void table_draw(const struct table *table, struct canvas *canvas, int y);
/* The column whose head is at x; -1: none. */
int table_column_at(const struct table *table, int x);

#endif
