/* The columns of a view, for spreadsheets: headed by their names in filters, without those that draw and the signs
 * before states. Nothing is folded: each endpoint is a row of its own.
 *
 * A spreadsheet takes a cell that begins with one of = + - @ for a formula, so such a text from outside gets an
 * apostrophe in front. */
#include "tui/out/csv.h"

#include "probes/base/mem.h"
#include "probes/base/text.h"
#include "tui/out/outputs.h"
#include "tui/table/rows.h"
#include "tui/term/glyphs.h"
#include "tui/views/views.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static bool is_printed(const struct column *column)
{
	return column->most > 0 && strcmp(column->field, "spark") != 0;
}

static void put_text(FILE *file, const char *text)
{
	bool is_formula = *text && strchr("=+-@", *text);
	bool is_quoted = is_formula || text[strcspn(text, "\",\r\n")];

	fputs(is_quoted ? "\"" : "", file);
	fputs(is_formula ? "'" : "", file);
	for (; *text; text++) {
		if (*text == '"')
			putc('"', file);
		putc(*text, file);
	}
	fputs(is_quoted ? "\"" : "", file);
}

/* "✖ down": the word. */
static const char *after_sign(const char *text)
{
	for (int state = 0; state < STATE_COUNT; state++) {
		const char *sign = glyph_of_state((enum state)state);

		if (text_has_prefix(text, sign) && text[strlen(sign)] == ' ')
			return text + strlen(sign) + 1;
	}
	return text;
}

static void put_cell(FILE *file, const struct column *column, const struct snapshot *snapshot, size_t row)
{
	struct value value;

	if (column->text) {
		double number = column->number(snapshot, row);

		if (!isnan(number)) /* measured values with six digits, as in the JSON */
			fprintf(file, number == floor(number) ? "%.0f" : "%.6g", number);
		return;
	}
	column_format(column, snapshot, row, &value);
	put_text(file, strcmp(value.text, "–") == 0 ? "" : after_sign(value.text));
}

static void put_head(FILE *file, const struct view *view)
{
	const char *between = "";

	for (size_t i = 0; i < view->column_count; i++) {
		if (!is_printed(&view->columns[i]))
			continue;
		fputs(between, file);
		fputs(view->columns[i].field, file);
		between = ",";
	}
	fputs("\r\n", file);
}

static void put_row(FILE *file, const struct view *view, const struct snapshot *snapshot, size_t row)
{
	const char *between = "";

	for (size_t i = 0; i < view->column_count; i++) {
		if (!is_printed(&view->columns[i]))
			continue;
		fputs(between, file);
		put_cell(file, &view->columns[i], snapshot, row);
		between = ",";
	}
	fputs("\r\n", file);
}

/* The same snapshot, in which each endpoint stands for itself. Free its endpoints. */
static struct snapshot unfolded(const struct snapshot *snapshot)
{
	struct snapshot copy = *snapshot;
	size_t size = snapshot->endpoint_count * sizeof(*copy.endpoints);

	copy.endpoints = mem_alloc(size + 1);
	memcpy(copy.endpoints, snapshot->endpoints, size);
	for (size_t i = 0; i < copy.endpoint_count; i++) {
		copy.endpoints[i].lead = copy.endpoints[i].worst = i;
		copy.endpoints[i].others = 0;
	}
	return copy;
}

/* Whether it is a line about others ("10 peers"), which spreadsheets would count as one of them. Free it. */
static bool *find_headings(const struct view *view, const struct snapshot *snapshot)
{
	size_t count = view->row_count(snapshot);
	bool *is_heading = mem_alloc(count + 1);

	for (size_t i = 0; i < count && view->parent; i++) {
		size_t parent = view->parent(snapshot, i);

		if (parent < count && parent != i)
			is_heading[parent] = true;
	}
	return is_heading;
}

bool csv_can(const struct view *view)
{
	return view->column_count;
}

void csv_print(const struct print_to *to, const struct snapshot *snapshot)
{
	const struct view *view = to->view ? to->view : views[0];
	struct snapshot rows_of = unfolded(snapshot);
	bool *is_heading = find_headings(view, &rows_of);
	struct rows rows = { 0 };

	put_head(to->file, view);
	rows_collect(&rows, view, &rows_of, rows_order(view), "", NULL);
	for (size_t i = 0; i < rows.count; i++)
		if (!is_heading[rows.items[i]])
			put_row(to->file, view, &rows_of, rows.items[i]);
	rows_fini(&rows);
	free(is_heading);
	free(rows_of.endpoints);
}
