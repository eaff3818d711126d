/* Clicks: on a tab, a column head, a row.
 *
 * Before the next frame, keys from the same read may have changed the view, the order or the filter, and a
 * new snapshot may have arrived. A click refers to the frame that the user saw: its tabs, its column heads if
 * the view is still the same, and its rows by their ids. */
#include "tui/ui/state.h"
#include "tui/views/header.h"

#include <string.h>

static unsigned sort_by(struct ui *ui, int at)
{
	struct order *order = &ui_state(ui)->order;
	const struct view *view = ui_view(ui);
	size_t column = (size_t)at;

	if (at < 0 || column >= view->column_count ||
		(!view->columns[column].compare && !view->columns[column].number))
		return 0;
	order->is_falling = order->column == column ? !order->is_falling : view->columns[column].starts_high;
	order->column = column;
	return UI_REDRAW;
}

/* A second click on the selected row opens it. */
static unsigned click_row(struct ui *ui, const struct snapshot *snapshot, const char *id)
{
	size_t at = ui_find_id(ui, snapshot, id);

	if (at == ui->rows.count)
		return 0;
	if (strcmp(ui_state(ui)->selected, id) == 0)
		return ui_open_detail(ui, snapshot);
	ui_select(ui, snapshot, at);
	return UI_REDRAW;
}

unsigned ui_click(struct ui *ui, const struct snapshot *snapshot, int x, int y)
{
	const struct drawn *drawn = &ui->drawn;
	int tab = drawn->view && y == drawn->tabs_y ? header_tab_at(drawn->view, drawn->width, x) : -1;
	size_t row;

	if (tab >= 0)
		return ui_show_view(ui, (size_t)tab);
	if (ui->page || drawn->view != ui_view(ui) || drawn->heads_y < 0 || y < drawn->heads_y)
		return 0;
	if (y == drawn->heads_y)
		return sort_by(ui, table_column_at(&drawn->table, x));
	row = (size_t)(y - drawn->heads_y - 1);
	return row < drawn->ids.count ? click_row(ui, snapshot, drawn->ids.items[row]) : 0;
}
