/* A table on a canvas: heads, rows, and which cell belongs to which column.
 *
 * Only visible rows are formatted: once for their widths, once to draw. Stale rows are dimmed and the
 * selected row is marked after drawing, so that columns need not know about either. */
#include "tui/table/table.h"

#include "probes/base/text.h"

#include <limits.h>

static int margin_of(const struct table *table)
{
	return table->width >= 60;
}

static int gap_of(int width)
{
	return width >= 140 ? 2 : 1;
}

/* + 1 for the sort sign */
static int head_cells(const struct table *table, const struct column *column)
{
	char head[64];

	return text_cells(column_head(column, table->snapshot, head, sizeof(head))) + 1;
}

static bool is_there(const struct table *table, const struct column *column)
{
	return column->most && (!column->is_there || column->is_there(table->snapshot));
}

static int larger(int a, int b)
{
	return a > b ? a : b;
}

/* What the rows need of a column that is most cells wide: longer texts are shown in their brief form, if they have
 * one. */
static struct column_need measure(const struct table *table, const struct column *column, int most)
{
	int head = head_cells(table, column);
	struct column_need need = { head, head };
	struct value value;

	for (size_t row = 0; row < table->count; row++) {
		int whole, brief;

		column_format(column, table->snapshot, table->rows->items[table->first + row], &value);
		whole = text_cells(value.text);
		brief = *value.brief ? text_cells(value.brief) : whole;
		need.whole = larger(need.whole, whole > most ? brief : whole);
		need.brief = larger(need.brief, brief);
	}
	return need;
}

/* What the rows need now, or needed lately if that was more. */
static struct column_need steady(const struct table *table, size_t i, struct column_need need)
{
	struct column_need *lately = &table->lately->columns[i].need;
	struct when *at = &table->lately->columns[i].at, now = table->snapshot->taken;
	int64_t age_ms = when_since(*at, now);

	if ((need.brief >= lately->brief && need.whole >= lately->whole) || age_ms < 0 ||
		age_ms > NARROWER_AFTER_MS) {
		*lately = need;
		*at = now;
		return need;
	}
	lately->brief = larger(need.brief, lately->brief);
	lately->whole = larger(need.whole, lately->whole);
	return *lately;
}

void table_layout(struct table *table, int width)
{
	const struct view *view = table->view;
	struct column_need needs[COLUMNS_MAX];

	table->width = width;
	if (table->lately && table->lately->width != width)
		*table->lately = (struct table_needs){ .width = width };
	for (size_t i = 0; i < view->column_count; i++) {
		const struct column *column = &view->columns[i];
		int head = head_cells(table, column);

		needs[i] = (struct column_need){ 0, 0 };
		if (!is_there(table, column))
			continue;
		needs[i] = column->least < column->most ? measure(table, column, column->most)
							: (struct column_need){ head, head };
		if (table->lately)
			needs[i] = steady(table, i, needs[i]);
	}
	columns_layout(view->columns, view->column_count, needs, width - margin_of(table), gap_of(width),
		table->widths);
}

void table_layout_uncut(struct table *table, int most)
{
	const struct view *view = table->view;
	int gap;

	table->width = most;
	gap = gap_of(most);
	most = margin_of(table);
	for (size_t i = 0; i < view->column_count; i++) {
		const struct column *column = &view->columns[i];
		int natural = is_there(table, column)
				      ? larger(measure(table, column, INT_MAX).whole, column->least)
				      : 0;

		table->widths[i] = most + natural + gap <= table->width ? natural : 0;
		most += table->widths[i] ? table->widths[i] + gap : 0;
	}
	table->width = most;
}

/* In ASCII no letter: STATEv would be read as a word. */
const char *table_order_sign(bool is_ascii, bool is_falling)
{
	static const char *const signs[2][2] = { { "↑", "↓" }, { "+", "-" } };

	return signs[is_ascii][is_falling];
}

static void draw_heads(const struct table *table, struct canvas *canvas, int y)
{
	int x = margin_of(table);

	for (size_t i = 0; i < table->view->column_count; i++) {
		const struct column *column = &table->view->columns[i];
		bool is_sorted = i == table->order.column && column->title[0];
		enum role role = is_sorted ? ROLE_HEAD_SORTED : ROLE_HEAD;
		char head[64];

		if (!table->widths[i])
			continue;
		column_head(column, table->snapshot, head, sizeof(head));
		if (is_sorted && text_cells(head) < table->widths[i])
			text_add(head, sizeof(head), "%s",
				table_order_sign(canvas->is_ascii, table->order.is_falling));
		(column->is_right ? canvas_text_right : canvas_text)(
			canvas, x, y, table->widths[i], role, head);
		x += table->widths[i] + gap_of(table->width);
	}
}

static void draw_row(const struct table *table, struct canvas *canvas, int y, size_t row)
{
	int x = margin_of(table);

	for (size_t i = 0; i < table->view->column_count; i++) {
		const struct column *column = &table->view->columns[i];
		struct value value;

		if (!table->widths[i])
			continue;
		column_format(column, table->snapshot, row, &value);
		(column->is_right ? canvas_text_right : canvas_text)(
			canvas, x, y, table->widths[i], value.role, value_fitting(&value, table->widths[i]));
		x += table->widths[i] + gap_of(table->width);
	}
}

static bool is_dim(const struct table *table, size_t row)
{
	const struct view *view = table->view;
	bool is_present = view->is_present && view->is_present(table->snapshot, row);

	return (table->is_past && !is_present) || (view->is_dim && view->is_dim(table->snapshot, row));
}

void table_draw(const struct table *table, struct canvas *canvas, int y)
{
	draw_heads(table, canvas, y);
	for (size_t i = 0; i < table->count; i++) {
		size_t at = table->first + i, row = table->rows->items[at];
		int line = y + 1 + (int)i;

		draw_row(table, canvas, line, row);
		if (is_dim(table, row))
			canvas_mark(canvas, 0, line, table->width, CELL_DIM);
		if (at == table->selected)
			canvas_mark(canvas, 0, line, table->width, CELL_SELECTED);
	}
}

int table_column_at(const struct table *table, int x)
{
	int start = margin_of(table);

	for (size_t i = 0; i < table->view->column_count; i++) {
		if (!table->widths[i])
			continue;
		if (x >= start && x < start + table->widths[i] + gap_of(table->width))
			return (int)i;
		start += table->widths[i] + gap_of(table->width);
	}
	return -1;
}
