/* Which rows are shown, in which order.
 *
 * The filter picks the rows, then a merge sort orders them: it is stable and takes a context, which qsort()
 * does not. Text is only formatted if a filter needs it. What is folded under a row is sorted with its siblings,
 * behind that row. */
#include "tui/table/rows.h"

#include "probes/base/mem.h"
#include "probes/base/text.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define WORD_MAX 128
#define NAMES "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789#/%-_"

static const struct column *column_named(const struct view *view, const char *name, size_t length)
{
	return columns_find(view->columns, view->column_count, name, length);
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
	return length && strspn(word, NAMES) >= length && !isdigit((unsigned char)*word) &&
	       strncasecmp(word, "http", 4) != 0 && word[length] == ':';
}

/* Model names and addresses have colons, so a word that some row has is no misspelt column. */
static bool is_in_a_row(const struct view *view, const struct snapshot *snapshot, const char *word)
{
	size_t total = view->row_count(snapshot);

	for (size_t row = 0; row < total; row++)
		if ((!view->is_shown || view->is_shown(snapshot, row)) &&
			holds_word(view, snapshot, row, word))
			return true;
	return false;
}

bool rows_say_unknown(
	const struct view *view, const struct snapshot *snapshot, const char *filter, char *text, size_t size)
{
	while (*(filter += strspn(filter, " !"))) {
		size_t length = strcspn(filter, ": ");
		char word[WORD_MAX];

		snprintf(word, sizeof(word), "%.*s", (int)strcspn(filter, " "), filter);
		if (!is_field(filter, length) || column_named(view, filter, length) ||
			is_in_a_row(view, snapshot, word)) {
			filter += strcspn(filter, " ");
			continue;
		}
		text_set(text, size, "no column “%.*s” here; there are", (int)length, filter);
		for (size_t i = 0; i < view->column_count; i++)
			text_add(text, size, " %s", view->columns[i].field);
		return true;
	}
	return false;
}

struct order rows_order(const struct view *view)
{
	return (struct order){ view->sort, view->column_count && view->columns[view->sort].starts_high };
}

size_t rows_top(const struct view *view, const struct snapshot *snapshot, size_t row)
{
	size_t parent = view->parent ? view->parent(snapshot, row) : ROW_NONE;

	return parent == ROW_NONE ? row : parent;
}

static bool rows_is_open(
	const struct view *view, const struct snapshot *snapshot, size_t row, const struct folds *folds)
{
	char buffer[ID_MAX];

	return folds && (folds->is_all || strings_has(&folds->open,
						  view->row_id(snapshot, row, buffer, sizeof(buffer))));
}

struct sorting {
	const struct view *view;
	const struct snapshot *snapshot;
	struct order order;
	const size_t *places; /* of the rows that stand for themselves; NULL: only such are sorted */
};

static int compare_rows(const struct sorting *sorting, size_t a, size_t b)
{
	const struct view *view = sorting->view;
	int order;

	if (view->is_last) {
		bool a_last = view->is_last(sorting->snapshot, a),
		     b_last = view->is_last(sorting->snapshot, b);

		if (a_last != b_last)
			return a_last - b_last;
	}
	order = column_compare(
		&view->columns[sorting->order.column], sorting->snapshot, a, b, sorting->order.is_falling);
	return order ? order : view->tie(sorting->snapshot, a, b);
}

/* A row comes before what is folded under it, and that before the next row. */
static bool comes_first(const struct sorting *sorting, size_t a, size_t b)
{
	size_t top_a = rows_top(sorting->view, sorting->snapshot, a),
	       top_b = rows_top(sorting->view, sorting->snapshot, b);

	if (sorting->places && top_a != top_b)
		return sorting->places[top_a] < sorting->places[top_b];
	if (sorting->places && (a == top_a || b == top_b))
		return a == top_a;
	return compare_rows(sorting, a, b) <= 0;
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

static void sort(const struct sorting *sorting, struct rows *rows)
{
	size_t *spare = mem_alloc(rows->count * sizeof(*spare));

	merge_sort(sorting, rows->items, spare, rows->count);
	free(spare);
}

static bool is_wanted(
	const struct view *view, const struct snapshot *snapshot, size_t row, const char *filter)
{
	return (!view->is_shown || view->is_shown(snapshot, row)) &&
	       (!*filter || rows_match(view, snapshot, row, filter));
}

/* The rows that stand for themselves, if they or one folded under them match, in their order. */
static void collect_tops(struct rows *rows, const struct sorting *sorting, const char *filter)
{
	const struct view *view = sorting->view;
	const struct snapshot *snapshot = sorting->snapshot;
	size_t total = view->row_count(snapshot);
	bool *is_in = mem_alloc(total * sizeof(*is_in));

	rows->count = 0;
	for (size_t row = 0; row < total; row++) {
		size_t top = rows_top(view, snapshot, row);

		if (!is_in[top] && is_wanted(view, snapshot, row, filter)) {
			is_in[top] = true;
			*VEC_PUSH(rows) = top;
		}
	}
	free(is_in);
	sort(sorting, rows);
}

/* Adds what is folded under the rows that are open. */
static void unfold(
	struct rows *rows, const struct sorting *tops, const char *filter, const struct folds *folds)
{
	const struct view *view = tops->view;
	const struct snapshot *snapshot = tops->snapshot;
	size_t total = view->row_count(snapshot), *places = mem_alloc(total * sizeof(*places));
	bool *is_open = mem_alloc(total * sizeof(*is_open));
	struct sorting all = *tops;

	for (size_t i = 0; i < rows->count; i++) {
		places[rows->items[i]] = i;
		is_open[rows->items[i]] = rows_is_open(view, snapshot, rows->items[i], folds);
	}
	for (size_t row = 0; row < total; row++) {
		size_t top = rows_top(view, snapshot, row);

		if (top != row && is_open[top] && is_wanted(view, snapshot, row, filter))
			*VEC_PUSH(rows) = row;
	}
	all.places = places;
	sort(&all, rows);
	free(places);
	free(is_open);
}

void rows_collect(struct rows *rows, const struct view *view, const struct snapshot *snapshot,
	struct order order, const char *filter, const struct folds *folds)
{
	struct sorting sorting = { view, snapshot, order, NULL };

	collect_tops(rows, &sorting, filter);
	if (view->parent && folds && (folds->is_all || folds->open.count))
		unfold(rows, &sorting, filter, folds);
}

void rows_fini(struct rows *rows)
{
	free(rows->items);
}
