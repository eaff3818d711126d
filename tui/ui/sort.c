/* The order of the rows: keys and clicks that change it, and the list of the view's columns.
 *
 * Keys step through the columns that are drawn; the list has the others too. */
#include "probes/base/text.h"
#include "tui/ui/state.h"

#include <stdio.h>

static bool is_sortable(const struct view *view, size_t column)
{
	return column < view->column_count && (view->columns[column].compare || view->columns[column].number);
}

/* Before the first frame of a view, nothing is known of widths: all count. */
static bool is_drawn(const struct ui *ui, size_t column)
{
	const struct table *table = &ui->drawn.table;

	return table->view != ui_view(ui) || table->widths[column] > 0;
}

unsigned ui_sort_by(struct ui *ui, size_t column)
{
	struct order *order = &ui_state(ui)->order;
	const struct view *view = ui_view(ui);

	if (!is_sortable(view, column))
		return 0;
	order->is_falling = order->column == column ? !order->is_falling : view->columns[column].starts_high;
	order->column = column;
	return UI_REDRAW;
}

static unsigned step(struct ui *ui, size_t by)
{
	const struct view *view = ui_view(ui);
	size_t column = ui_state(ui)->order.column;

	if (ui->page)
		return 0;
	for (size_t i = 0; i < view->column_count; i++) {
		column = (column + by) % view->column_count;
		if (is_sortable(view, column) && is_drawn(ui, column))
			return column == ui_state(ui)->order.column ? 0 : ui_sort_by(ui, column);
	}
	return 0;
}

unsigned ui_sort_next(struct ui *ui, const struct snapshot *snapshot)
{
	(void)snapshot;
	return step(ui, 1);
}

unsigned ui_sort_last(struct ui *ui, const struct snapshot *snapshot)
{
	(void)snapshot;
	return step(ui, ui_view(ui)->column_count - 1);
}

unsigned ui_sort_other_way(struct ui *ui, const struct snapshot *snapshot)
{
	(void)snapshot;
	return ui->page ? 0 : ui_sort_by(ui, ui_state(ui)->order.column);
}

/* ---- the list ---- */

/* Whether there is something to choose: to sort by it, or to show it. */
static bool is_listed(const struct ui *ui, size_t column)
{
	return column < ui_view(ui)->column_count &&
	       (is_sortable(ui_view(ui), column) || ui_can_show(ui, ui->current, column));
}

unsigned ui_open_list(struct ui *ui, const struct snapshot *snapshot)
{
	(void)snapshot;
	if (ui->page || !ui_view(ui)->column_count)
		return 0;
	ui->is_list_open = true;
	ui->list_at = ui_state(ui)->order.column;
	return UI_REDRAW;
}

static unsigned show_or_hide(struct ui *ui)
{
	return ui_toggle_column(ui, ui->current, ui->list_at) ? UI_REDRAW : 0;
}

static unsigned choose(struct ui *ui, size_t column)
{
	ui->is_list_open = false;
	return ui_sort_by(ui, column) | UI_REDRAW;
}

static unsigned move(struct ui *ui, bool is_down)
{
	size_t count = ui_view(ui)->column_count, at = ui->list_at;

	while (is_down ? at + 1 < count : at > 0) {
		at = is_down ? at + 1 : at - 1;
		if (!is_listed(ui, at))
			continue;
		ui->list_at = at;
		return UI_REDRAW;
	}
	return 0;
}

unsigned ui_list_key(struct ui *ui, int key)
{
	switch (key) {
	case PRESS_UP:
	case 'k':
		return move(ui, false);
	case PRESS_DOWN:
	case 'j':
		return move(ui, true);
	case ' ':
		return show_or_hide(ui);
	case PRESS_ENTER:
		return choose(ui, ui->list_at);
	case PRESS_ESCAPE:
	case PRESS_BACKSPACE:
	case PRESS_F6:
	case 'q':
		ui->is_list_open = false;
		return UI_REDRAW;
	default:
		return 0;
	}
}

/* The column in that line of the list, counted from the top; the number of columns if there is none. */
static size_t column_in_line(const struct ui *ui, size_t line)
{
	size_t column = 0;

	while (column < ui_view(ui)->column_count && (!is_listed(ui, column) || line--))
		column++;
	return column;
}

/* A click beside the list closes it. */
unsigned ui_click_list(struct ui *ui, int x, int y)
{
	int line = y - ui->drawn.list.y - 1;
	size_t column;

	ui->is_list_open = false;
	if (x < ui->drawn.list.x || x >= ui->drawn.list.x + ui->drawn.list.width || line < 0 ||
		line + 1 >= ui->drawn.list.height || ui->drawn.view != ui_view(ui))
		return UI_REDRAW;
	column = column_in_line(ui, ui->drawn.list.first + (size_t)line);
	return column < ui_view(ui)->column_count ? choose(ui, column) : UI_REDRAW;
}

static const char *title_of(const struct column *column)
{
	return *column->title ? column->title : column->field;
}

static void draw_line(const struct ui *ui, struct canvas *canvas, int y, size_t column)
{
	const struct column *one = &ui_view(ui)->columns[column];
	const struct order *order = &ui->states[ui->current].order;
	int x = ui->drawn.list.x, width = ui->drawn.list.width;
	const char *sign = table_order_sign(canvas->is_ascii, order->is_falling);

	canvas_fill(canvas, x, y, width, ROLE_TEXT, ' ');
	if (order->column == column)
		canvas_text(canvas, x + 1, y, 1, ROLE_HEAD_SORTED, sign);
	if (ui_can_show(ui, ui->current, column))
		canvas_text(canvas, x + 3, y, 3, ROLE_DIM, one->most ? "[x]" : "[ ]");
	canvas_text(canvas, x + 7, y, width - 8, is_drawn(ui, column) ? ROLE_TEXT : ROLE_DIM, title_of(one));
	canvas_text(canvas, x + width, y, 2, ROLE_DIM, "│ ");
	if (column == ui->list_at)
		canvas_mark(canvas, x, y, width, CELL_SELECTED);
}

void ui_draw_list(struct ui *ui, struct canvas *canvas, int y, int height)
{
	const struct view *view = ui_view(ui);
	size_t count = 0, at = 0, room = height > 2 ? (size_t)height - 1 : 1, first;
	int width = 18;

	if (!ui->is_list_open)
		return;
	for (size_t i = 0; i < view->column_count; i++) {
		if (!is_listed(ui, i))
			continue;
		at = i == ui->list_at ? count : at;
		count++;
		width = text_cells(title_of(&view->columns[i])) + 9 > width
				? text_cells(title_of(&view->columns[i])) + 9
				: width;
	}
	first = at >= room ? at - room + 1 : 0;
	ui->drawn.list.x = 1;
	ui->drawn.list.y = y;
	ui->drawn.list.width = width;
	ui->drawn.list.first = first;
	ui->drawn.list.height = (int)(count - first < room ? count - first : room) + 1;
	canvas_fill(canvas, 1, y, width, ROLE_HEAD_SORTED, ' ');
	canvas_text(canvas, 1 + width, y, 2, ROLE_DIM, "│ ");
	canvas_text(canvas, 2, y, width - 1, ROLE_HEAD_SORTED, "Sort by, show");
	for (int line = 1; line < ui->drawn.list.height; line++)
		draw_line(ui, canvas, y + line, column_in_line(ui, first + (size_t)line - 1));
}
