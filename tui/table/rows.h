/* Which rows of a view are shown, and in which order. Sorting moves indices; no text is formatted unless a
 * filter needs it. */
#ifndef TSLLM_TABLE_ROWS_H
#define TSLLM_TABLE_ROWS_H

#include "probes/base/strings.h"
#include "tui/table/view.h"

struct rows {
	size_t *items;
	size_t count, room;
};

struct order {
	size_t column;
	bool is_falling;
};

/* Which rows show what is folded under them. */
struct folds {
	struct strings open; /* ids */
	bool is_all;
};

struct order rows_order(const struct view *view); /* the initial one */
/* All words of the filter must match: `nas`, `path:derp`, `!state:ok`. If the view has no such field, the
 * word is searched as plain text, because URLs have colons too. */
bool rows_match(const struct view *view, const struct snapshot *snapshot, size_t row, const char *filter);
/* Whether the filter has a word FIELD:… for a column that the view does not have, and that no row has as
 * text. Fills text with the names of those it has. */
bool rows_say_unknown(const struct view *view, const struct snapshot *snapshot, const char *filter,
	char *text, size_t size);
/* A row that is folded under another follows it if that one is open; else it counts for it: the other is shown
 * if one of them matches. folds: NULL: all are closed. */
void rows_collect(struct rows *rows, const struct view *view, const struct snapshot *snapshot,
	struct order order, const char *filter, const struct folds *folds);
/* The row that stands for this one; itself if it is folded under none. */
size_t rows_top(const struct view *view, const struct snapshot *snapshot, size_t row);
void rows_fini(struct rows *rows);

#endif
