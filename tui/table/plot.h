/* A figure over time: columns of cells (see history_columns.h) drawn in braille, two columns and four steps a
 * character; in blocks where the terminal has no braille; in ASCII.
 *
 * The first line has the title with its unit and the span, or what the cursor reads; the last one has the
 * changes of state (▼ with time and word). The scale is a round number, written at the left. A column is
 * filled up to its mean, and shaded from there to its highest value. Unknown is blank; zero is a line. */
#ifndef TSLLM_TABLE_PLOT_H
#define TSLLM_TABLE_PLOT_H

#include "probes/model/ring.h"
#include "probes/model/unit.h"
#include "tui/term/canvas.h"

#define PLOT_COLUMNS_MAX 640
#define PLOT_MARKS_MAX 64

struct plot_mark {
	size_t column;
	int64_t wall_ms;
	enum role role;
	const char *word; /* "down" */
};

struct plot {
	const char *title; /* "RTT" */
	enum unit unit;
	enum role role;
	const char *span;                /* "10 min" */
	const struct time_cell *columns; /* oldest first: plot_columns() of them */
	size_t count;
	const struct plot_mark *marks; /* in any order */
	size_t mark_count;
	bool has_cursor;
	size_t cursor; /* the column that it reads */
	int64_t cursor_ms;
	bool is_untitled; /* the first line belongs to the plot: a panel has the title in its border */
};

/* How many columns fit into the box: at most PLOT_COLUMNS_MAX; 0: it is too small. */
size_t plot_columns(const struct canvas *canvas, struct box box);
/* "RTT ms", "received MB/s": the unit depends on the highest value. */
char *plot_title(const struct plot *plot, char *to, size_t size);
void plot_draw(struct canvas *canvas, struct box box, const struct plot *plot);

#endif
