/* Which rows are shown, in which order.
 *
 * The filter picks the rows, then a merge sort orders them: it is stable and takes a context, which qsort()
 * does not. Text is only formatted if a filter needs it. */
#include "tui/table/rows.h"

#include "probes/base/mem.h"
#include "probes/base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define WORD_MAX 128
#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

/* By the name of its field or by its head, in any case; NULL: the view has none of that name. */
static const struct column *column_named(const struct view *view, const char *name, size_t length)
{
	for (size_t i = 0; i < view->column_count; i++) {
		const struct column *column = &view->columns[i];

		if ((strlen(column->field) == length && strncasecmp(column->field, name, length) == 0) ||
			(strlen(column->title) == length && strncasecmp(column->title, name, length) == 0))
			return column;
	}
	return NULL;
}

static bool holds_word(const struct view *view, const struct snapshot *snapshot, size_t row, const char *word)
{
	const char *colon = strchr(word, ':');
	const struct column *column = colon ? column_named(view, word, (size_t)(colon - word)) : NULL;

	if (column)
		return column_holds(column, snapshot, row, colon + 1);
	for (size_t i = 0; i < view->column_count; i++)
		if (column_holds(&view->columns[i], snapshot, row, word))
			return true;
	return false;
}

bool rows_match(const struct view *view, const struct snapshot *snapshot, size_t row, const char *filter)
{
	while (*(filter += strspn(filter, " "))) {
		bool is_unwanted = *filter == '!';
		char word[WORD_MAX];
		size_t length;

		filter += is_unwanted;
		length = strcspn(filter, " ");
		snprintf(word, sizeof(word), "%.*s", (int)length, filter);
		filter += length;
		if (*word && holds_word(view, snapshot, row, word) == is_unwanted)
			return false;
	}
	return true;
}

/* A URL has a colon, too. */
static bool is_field(const char *word, size_t length)
{
	return length && strspn(word, LETTERS "/-") == length && strncasecmp(word, "http", 4) != 0 &&
	       word[length] == ':';
}

bool rows_unknown_field(const struct view *view, const char *filter, char *field, size_t size)
{
	while (*(filter += strspn(filter, " !"))) {
		size_t length = strcspn(filter, ": ");

		if (is_field(filter, length) && !column_named(view, filter, length)) {
			text_set(field, size, "%.*s", (int)length, filter);
			return true;
		}
		filter += strcspn(filter, " ");
	}
	return false;
}

struct order rows_order(const struct view *view)
{
	return (struct order){ view->sort, view->columns[view->sort].starts_high };
}

struct sorting {
	const struct view *view;
	const struct snapshot *snapshot;
	struct order order;
};

static bool comes_first(const struct sorting *sorting, size_t a, size_t b)
{
	const struct view *view = sorting->view;
	int order;

	if (view->is_last) {
		bool a_last = view->is_last(sorting->snapshot, a),
		     b_last = view->is_last(sorting->snapshot, b);

		if (a_last != b_last)
			return b_last;
	}
	order = column_compare(
		&view->columns[sorting->order.column], sorting->snapshot, a, b, sorting->order.is_falling);
	return (order ? order : view->tie(sorting->snapshot, a, b)) <= 0;
}

static void merge_sort(const struct sorting *sorting, size_t *items, size_t *spare, size_t count)
{
	size_t half = count / 2, left = 0, right = half;

	if (count < 2)
		return;
	merge_sort(sorting, items, spare, half);
	merge_sort(sorting, items + half, spare, count - half);
	if (comes_first(sorting, items[half - 1], items[half]))
		return;
	memcpy(spare, items, count * sizeof(*items));
	for (size_t i = 0; i < count; i++) {
		bool takes_left =
			left < half && (right == count || comes_first(sorting, spare[left], spare[right]));

		items[i] = spare[takes_left ? left++ : right++];
	}
}

void rows_collect(struct rows *rows, const struct view *view, const struct snapshot *snapshot,
	struct order order, const char *filter)
{
	struct sorting sorting = { view, snapshot, order };
	size_t *spare, total = view->row_count(snapshot);

	rows->count = 0;
	for (size_t row = 0; row < total; row++) {
		if (view->is_shown && !view->is_shown(snapshot, row))
			continue;
		if (*filter && !rows_match(view, snapshot, row, filter))
			continue;
		*VEC_PUSH(rows) = row;
	}
	spare = mem_alloc(rows->count * sizeof(*spare));
	merge_sort(&sorting, rows->items, spare, rows->count);
	free(spare);
}

void rows_fini(struct rows *rows)
{
	free(rows->items);
}
