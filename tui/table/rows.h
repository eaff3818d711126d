/* Which rows of a view are seen, and in which order. Sorting moves indices; no text is made but where a
 * filter asks. */
#ifndef TSLLM_TABLE_ROWS_H
#define TSLLM_TABLE_ROWS_H

#include "tui/table/view.h"

struct rows {
	size_t *items;
	size_t count, room;
};

struct order {
	size_t column;
	bool is_falling;
};

struct order rows_order(const struct view *view); /* the one it starts with */
/* The words of a filter, all of which must hold: `nas`, `path:derp`, `!state:ok`. A field that the view does
 * not have is taken as plain text, for URLs have colons too. */
bool rows_match(const struct view *view, const struct snapshot *snapshot, size_t row, const char *filter);
void rows_collect(struct rows *rows, const struct view *view, const struct snapshot *snapshot,
	struct order order, const char *filter);
void rows_fini(struct rows *rows);

#endif
