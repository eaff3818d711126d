/* Clicks: on a count of the header, a tab, a notice, a column head, a row, a hint of the key bar.
 *
 * Before the next frame, keys from the same read may have changed the view, the order or the filter, and a
 * new snapshot may have arrived. A click refers to the frame that the user saw: its tabs, its column heads if
 * the view is still the same, and its rows by their ids. */
#include "tui/ui/state.h"
#include "tui/views/header.h"

#include <stdio.h>
#include <string.h>

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

/* Filters Fleet by what was counted there; a second click clears it. */
static unsigned click_count(struct ui *ui, int x)
{
	const char *health = counts_at(&ui->drawn.counts, x);
	char filter[PROMPT_MAX];

	if (!*health)
		return 0;
	snprintf(filter, sizeof(filter), "health:%s", health);
	ui_show_view(ui, 0);
	if (strcmp(ui_state(ui)->filter, filter) == 0)
		*filter = '\0';
	snprintf(ui_state(ui)->filter, PROMPT_MAX, "%s", filter);
	return UI_REDRAW;
}

int ui_hint_at(const struct ui *ui, int x, int y)
{
	for (size_t i = 0; y == ui->drawn.hints_y && i < ui->drawn.hint_count; i++)
		if (x >= ui->drawn.hints[i].from && x < ui->drawn.hints[i].to)
			return ui->drawn.hints[i].key;
	return PRESS_NONE;
}

unsigned ui_click(struct ui *ui, const struct snapshot *snapshot, int x, int y)
{
	const struct drawn *drawn = &ui->drawn;
	int tab = drawn->view && y == drawn->tabs_y ? header_tab_at(drawn->view, drawn->width, x) : -1;
	int column;
	size_t row;

	if (ui->is_list_open)
		return ui_click_list(ui, x, y);
	if (tab >= 0)
		return ui_show_view(ui, (size_t)tab);
	if (drawn->tabs_y > 0 && y == 0)
		return click_count(ui, x);
	if (drawn->notice_y >= 0 && y >= drawn->notice_y && y < drawn->notice_y + drawn->notice_lines)
		return ui_dismiss_notice(ui) ? UI_REDRAW : 0;
	if (ui->page || drawn->view != ui_view(ui) || drawn->heads_y < 0 || y < drawn->heads_y)
		return 0;
	if (y == drawn->heads_y) {
		column = table_column_at(&drawn->table, x);
		return column < 0 ? 0 : ui_sort_by(ui, (size_t)column);
	}
	row = (size_t)(y - drawn->heads_y - 1);
	return row < drawn->ids.count ? click_row(ui, snapshot, drawn->ids.items[row]) : 0;
}
