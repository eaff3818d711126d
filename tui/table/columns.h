/* Columns: what a table shows of a row, how wide, and which leaves first when there is no room.
 *
 * A column is one entry of a const table. Its functions see the snapshot and a row number of their view, and
 * format what is there: they compute nothing. */
#ifndef TSLLM_TABLE_COLUMNS_H
#define TSLLM_TABLE_COLUMNS_H

#include "tui/term/role.h"

#include <stdbool.h>
#include <stddef.h>

#define COLUMNS_MAX 24
#define VALUE_MAX 640
#define COLUMN_ESSENTIAL 70 /* from this weight on a column is what a row is about */

/* What one column says of one row. */
struct value {
	char text[VALUE_MAX];
	char brief[VALUE_MAX]; /* shown where a narrow column would cut the text; "": nothing is shorter */
	enum role role;
};

/* What to show of a value in so many cells: a sentence that would be cut to a few words says less than its
 * code. */
const char *value_fitting(const struct value *value, int width);

struct column {
	const char *title; /* "PEER" */
	const char *field; /* its name in a filter: "peer" */
	int least, most;   /* cells; most 0: never shown, only for filters */
	int weight;        /* the lightest leaves first */
	bool is_right;     /* numbers */
	bool stretches;    /* takes what is left over, at least a third or 40; one in a table */
	bool starts_high;  /* sorting by it begins with the highest */
	void (*format)(const struct snapshot *snapshot, size_t row, struct value *value);
	char *(*text)(char *to, size_t size, double number); /* instead of format, of the number below */
	int (*compare)(const struct snapshot *snapshot, size_t a, size_t b);
	double (*number)(
		const struct snapshot *snapshot, size_t row); /* instead of compare; NAN comes last */
	/* Instead of a search in the formatted text. */
	bool (*holds)(const struct snapshot *snapshot, size_t row, const char *part);
};

/* What a column says of a row, from scratch. */
void column_format(
	const struct column *column, const struct snapshot *snapshot, size_t row, struct value *value);
/* Order of two rows by a column, ties are 0; unknown numbers last whatever the direction. */
int column_compare(
	const struct column *column, const struct snapshot *snapshot, size_t a, size_t b, bool is_falling);
bool column_holds(const struct column *column, const struct snapshot *snapshot, size_t row, const char *part);

/* Widths in cells for a line of width cells, 0 for a column that leaves; natural are the widths that the rows
 * want. */
void columns_layout(
	const struct column *columns, size_t count, const int *natural, int width, int gap, int *widths);

#endif
