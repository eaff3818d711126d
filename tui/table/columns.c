/* How columns share a line, and how rows are ordered by a column.
 *
 * Essential columns get their least width first, heaviest first, and are then widened to what their rows
 * need; then the other columns get the same. As soon as one does not fit, it and all lighter ones are left
 * out. The remaining width goes to the stretching column, for which a fifth of the line or SHARE_MOST cells
 * were reserved: it says what is wrong, which is what the user came for. */
#include "tui/table/columns.h"

#include "probes/base/text.h"

#include <ctype.h>
#include <math.h>
#include <string.h>

#define NAME_BYTES 64

#define BRIEF_BELOW 44
#define SHARE 5
#define SHARE_MOST 40

const char *value_fitting(const struct value *value, int width)
{
	bool is_cut = *value->brief && width < BRIEF_BELOW && text_cells(value->text) > width;

	return is_cut ? value->brief : value->text;
}

char *column_head(const struct column *column, const struct snapshot *snapshot, char *to, size_t size)
{
	if (column->head)
		return column->head(snapshot, to, size);
	text_set(to, size, "%s", column->title);
	return to;
}

void column_format(
	const struct column *column, const struct snapshot *snapshot, size_t row, struct value *value)
{
	*value = (struct value){ .text = "", .brief = "", .role = ROLE_TEXT };
	if (column->format)
		column->format(snapshot, row, value);
	else
		column->text(value->text, sizeof(value->text), column->number(snapshot, row));
}

static int compare_numbers(double a, double b, bool is_falling)
{
	if (isnan(a) || isnan(b))
		return isnan(a) - isnan(b);
	if (a == b)
		return 0;
	return (a < b) != is_falling ? -1 : 1;
}

int column_compare(
	const struct column *column, const struct snapshot *snapshot, size_t a, size_t b, bool is_falling)
{
	int order;

	if (column->number)
		return compare_numbers(column->number(snapshot, a), column->number(snapshot, b), is_falling);
	order = column->compare ? column->compare(snapshot, a, b) : 0;
	return is_falling ? -order : order;
}

bool column_holds(const struct column *column, const struct snapshot *snapshot, size_t row, const char *part)
{
	struct value value;

	if (column->holds)
		return column->holds(snapshot, row, part);
	column_format(column, snapshot, row, &value);
	return text_contains_fold(value.text, part);
}

/* The letters and digits of a name, in lower case: TOK/S is toks, RTT ms is rttms. */
static char *plain_name(char *to, size_t size, const char *name, size_t length)
{
	size_t used = 0;

	for (size_t i = 0; i < length && used + 1 < size; i++)
		if (isalnum((unsigned char)name[i]))
			to[used++] = (char)tolower((unsigned char)name[i]);
	to[used] = '\0';
	return to;
}

const struct column *columns_find(const struct column *columns, size_t count, const char *name, size_t length)
{
	char wanted[NAME_BYTES], title[NAME_BYTES];

	plain_name(wanted, sizeof(wanted), name, length);
	for (size_t i = 0; *wanted && i < count; i++)
		if (strcmp(columns[i].field, wanted) == 0 ||
			strcmp(plain_name(title, sizeof(title), columns[i].title, strlen(columns[i].title)),
				wanted) == 0)
			return &columns[i];
	return NULL;
}

void columns_choose(
	const struct column *columns, size_t count, const struct strings *names, struct column *to)
{
	size_t next = 0;

	for (size_t i = 0; i < names->count; i++) {
		const struct column *column =
			columns_find(columns, count, names->items[i], strlen(names->items[i]));

		if (column && !columns_find(to, next, column->field, strlen(column->field)))
			to[next++] = *column;
	}
	for (size_t i = 0; i < count; i++)
		if (!columns_find(to, next, columns[i].field, strlen(columns[i].field))) {
			to[next] = columns[i];
			to[next++].most = 0;
		}
}

static int least_of(const struct column *column, int width)
{
	int share = width / SHARE < SHARE_MOST ? width / SHARE : SHARE_MOST;

	return column->stretches && share > column->least ? share : column->least;
}

/* The next column in order of weight: lighter than last, or equal and further right. -1: none. */
static int next_by_weight(const struct column *columns, size_t count, int last)
{
	int best = -1;

	for (int i = 0; i < (int)count; i++) {
		bool is_later = last < 0 || columns[i].weight < columns[last].weight ||
				(columns[i].weight == columns[last].weight && i > last);

		if (columns[i].most && is_later && (best < 0 || columns[i].weight > columns[best].weight))
			best = i;
	}
	return best;
}

/* Widens a column to what its rows need, at most by room; returns by how much. */
static int widen(const struct column *column, int natural, int room, int *width)
{
	int wish = natural < column->most ? natural : column->most;
	int more = wish - *width < room ? wish - *width : room;

	if (more <= 0)
		return 0;
	*width += more;
	return more;
}

void columns_layout(
	const struct column *columns, size_t count, const int *natural, int width, int gap, int *widths)
{
	int left = width + gap, essential = width < COLUMNS_WIDE ? COLUMN_ESSENTIAL : COLUMN_ESSENTIAL_WIDE;

	for (size_t i = 0; i < count; i++)
		widths[i] = 0;
	for (int floor = essential; floor >= 0; floor -= essential) {
		for (int i = -1; (i = next_by_weight(columns, count, i)) >= 0;) {
			int least = least_of(&columns[i], width);

			if (widths[i] || columns[i].weight < floor)
				continue;
			if (least + gap > left)
				break;
			widths[i] = least;
			left -= least + gap;
		}
		for (int i = -1; (i = next_by_weight(columns, count, i)) >= 0;)
			if (widths[i] && !columns[i].stretches)
				left -= widen(&columns[i], natural[i], left, &widths[i]);
	}
	for (size_t i = 0; i < count; i++)
		if (columns[i].stretches && widths[i])
			widths[i] += left;
}
