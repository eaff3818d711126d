/* A table on a canvas: heads, rows, and which cell belongs to which column.
 *
 * Only visible rows are formatted: once for their widths, once to draw. Stale rows are dimmed and the
 * selected row is marked after drawing, so that columns need not know about either. */
#include "tui/table/table.h"

#include "probes/base/text.h"

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

/* What the rows need of a column. */
static int measure(const struct table *table, const struct column *column)
{
	int natural = head_cells(table, column);
	struct value value;

	for (size_t row = 0; row < table->count; row++) {
		int cells;

		column_format(column, table->snapshot, table->rows->items[table->first + row], &value);
		cells = text_cells(value.text);
		natural = cells > natural ? cells : natural;
	}
	return natural;
}

void table_layout(struct table *table, int width)
{
	const struct view *view = table->view;
	int natural[COLUMNS_MAX];

	table->width = width;
	for (size_t i = 0; i < view->column_count; i++) {
		const struct column *column = &view->columns[i];
		bool can_grow = column->least < column->most && !column->stretches;

		natural[i] = can_grow ? measure(table, column) : head_cells(table, column);
	}
	columns_layout(view->columns, view->column_count, natural, width - margin_of(table), gap_of(width),
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
		int natural = view->columns[i].most ? measure(table, &view->columns[i]) : 0;

		natural = natural && natural < view->columns[i].least ? view->columns[i].least : natural;
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
