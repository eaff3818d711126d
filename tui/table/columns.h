/* Columns: what a table shows of a row, how wide, and which column goes first when there is no room.
 *
 * A column is one entry of a const table. Its functions get the snapshot and a row number of their view, and
 * only format: they compute nothing. */
#ifndef TSLLM_TABLE_COLUMNS_H
#define TSLLM_TABLE_COLUMNS_H

#include "probes/base/strings.h"
#include "tui/term/role.h"

#include <stdbool.h>
#include <stddef.h>

#define COLUMNS_MAX 24
#define VALUE_MAX 640
/* Columns of this weight or more are laid out before all others. */
#define COLUMN_ESSENTIAL 70
#define COLUMN_ESSENTIAL_WIDE 60 /* on lines of COLUMNS_WIDE cells or more */
#define COLUMNS_WIDE 99          /* a terminal of 100 without the margin */

/* What a column shows for a row. */
struct value {
	char text[VALUE_MAX];
	char brief[VALUE_MAX]; /* used if a narrow column would cut the text; "": there is nothing shorter */
	enum role role;
};

/* The text or its brief form, whichever suits this width: a code says more than a sentence cut to a few
 * words. */
const char *value_fitting(const struct value *value, int width);

struct column {
	const char *title; /* "PEER" */
	const char *field; /* its name in a filter: "peer" */
	int least, most;   /* cells; most 0: never shown, only for filters */
	int weight;        /* the lightest is left out first */
	bool is_right;     /* numbers */
	bool stretches;    /* takes the remaining width, at least a fifth or 40; one in a table */
	bool is_exact;     /* cut, its texts would look the same: it is widened before the others */
	bool starts_high;  /* sorting by it starts with the highest */
	void (*format)(const struct snapshot *snapshot, size_t row, struct value *value);
	char *(*text)(char *to, size_t size, double number); /* replaces format: formats the number below */
	int (*compare)(const struct snapshot *snapshot, size_t a, size_t b);
	double (*number)(const struct snapshot *snapshot, size_t row); /* replaces compare; NAN comes last */
	/* Replaces searching the formatted text. */
	bool (*holds)(const struct snapshot *snapshot, size_t row, const char *part);
	/* Whether there is anything to show in it; else tables leave it out. NULL: always. */
	bool (*is_there)(const struct snapshot *snapshot);
	/* Its head, where that depends on the snapshot; NULL: the title. */
	char *(*head)(const struct snapshot *snapshot, char *to, size_t size);
};

/* What stands above the column. */
char *column_head(const struct column *column, const struct snapshot *snapshot, char *to, size_t size);
/* The value is cleared first. */
void column_format(
	const struct column *column, const struct snapshot *snapshot, size_t row, struct value *value);
/* The order of two rows by a column, 0 if equal; unknown numbers come last in both directions. */
int column_compare(
	const struct column *column, const struct snapshot *snapshot, size_t a, size_t b, bool is_falling);
bool column_holds(const struct column *column, const struct snapshot *snapshot, size_t row, const char *part);

/* By its field, or by its head as it is printed or its letters and digits alone, in any case; NULL: there is
 * none of that name. */
const struct column *columns_find(
	const struct column *columns, size_t count, const char *name, size_t length);
/* Copies columns in another order: those that are named, then the others hidden, for filters only. */
void columns_choose(
	const struct column *columns, size_t count, const struct strings *names, struct column *to);

/* The cells that the rows need of a column: if each is shown briefly where it can be, and for all of it; 0: it is not
 * there. */
struct column_need {
	int brief, whole;
};

/* Widths in cells for a line of width cells, 0 for a column that is left out. */
void columns_layout(const struct column *columns, size_t count, const struct column_need *needs, int width,
	int gap, int *widths);

#endif
