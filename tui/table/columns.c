/* How columns share a line, and how rows are ordered by a column.
 *
 * Essential columns get their least width first, heaviest first, and are then widened to what their rows
 * need: exact ones, then all to their brief texts, then to their whole ones. The other columns get the same
 * from what the stretching column does not need. As soon as one does not fit, it and all lighter ones are left
 * out. What remains goes to the stretching column, for which a part of the line was reserved: it says what is
 * wrong, which is what the user came for. Once its texts are whole, columns are widened beyond their most. */
#include "tui/table/columns.h"

#include "probes/base/text.h"

#include <ctype.h>
#include <math.h>
#include <string.h>

#define NAME_BYTES 64

#define BRIEF_BELOW 44
/* Of the line, for the stretching column: beside essential columns, and beside all. */
#define SHARE(width) ((width) / 5)
#define SHARE_MOST 40
#define SHARE_WHOLE(width) ((width)*3 / 10)

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

static int smaller(int a, int b)
{
	return a < b ? a : b;
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

/* A line that is being shared. */
struct line {
	const struct column *columns;
	size_t count;
	const struct column_need *needs;
	int width, gap, left;
	int *widths;
};

static int least_of(const struct line *line, int i)
{
	const struct column *column = &line->columns[i];
	int share = smaller(smaller(SHARE(line->width), SHARE_MOST), line->needs[i].brief);

	if (column->is_exact)
		return smaller(column->least, line->needs[i].whole);
	return column->stretches && share > column->least ? share : column->least;
}

/* What a column is widened to. */
enum wish { EXACT_WHOLE, BRIEF, WHOLE, BEYOND_MOST };

static int wish_of(const struct line *line, int i, enum wish wish)
{
	const struct column *column = &line->columns[i];

	if (wish == BEYOND_MOST)
		return column->least < column->most ? line->needs[i].whole : 0;
	if (column->stretches)
		return wish == BRIEF ? smaller(line->needs[i].brief, SHARE_WHOLE(line->width)) : 0;
	if (wish == EXACT_WHOLE && !column->is_exact)
		return 0;
	return smaller(wish == BRIEF ? line->needs[i].brief : line->needs[i].whole, column->most);
}

/* Widens the columns that are shown, heaviest first. */
static void widen(struct line *line, enum wish wish)
{
	for (int i = -1; (i = next_by_weight(line->columns, line->count, i)) >= 0;) {
		int more = line->widths[i] ? wish_of(line, i, wish) - line->widths[i] : 0;

		more = smaller(more, line->left);
		if (more <= 0)
			continue;
		line->widths[i] += more;
		line->left -= more;
	}
}

/* Shows the columns that weigh at least floor, until one does not fit. */
static void place(struct line *line, int floor)
{
	for (int i = -1; (i = next_by_weight(line->columns, line->count, i)) >= 0;) {
		int least = least_of(line, i);

		if (line->widths[i] || !line->needs[i].whole || line->columns[i].weight < floor)
			continue;
		if (least + line->gap > line->left)
			break;
		line->widths[i] = least;
		line->left -= least + line->gap;
	}
	for (enum wish wish = EXACT_WHOLE; wish <= WHOLE; wish++)
		widen(line, wish);
}

/* The stretching column, if it is shown; -1: there is none. */
static int stretching(const struct line *line)
{
	for (size_t i = 0; i < line->count; i++)
		if (line->columns[i].stretches && line->widths[i])
			return (int)i;
	return -1;
}

/* Gives the stretching column what its texts need, at most so that it has share cells. */
static void stretch(struct line *line, int share)
{
	int i = stretching(line);
	int more = i < 0 ? 0 : smaller(smaller(line->needs[i].whole, share) - line->widths[i], line->left);

	if (more <= 0)
		return;
	line->widths[i] += more;
	line->left -= more;
}

void columns_layout(const struct column *columns, size_t count, const struct column_need *needs, int width,
	int gap, int *widths)
{
	struct line line = { columns, count, needs, width, gap, width + gap, widths };
	int last;

	for (size_t i = 0; i < count; i++)
		widths[i] = 0;
	place(&line, width < COLUMNS_WIDE ? COLUMN_ESSENTIAL : COLUMN_ESSENTIAL_WIDE);
	stretch(&line, SHARE_WHOLE(width));
	place(&line, 0);
	stretch(&line, width);
	widen(&line, BEYOND_MOST);
	last = stretching(&line);
	if (last >= 0)
		widths[last] += line.left;
}
