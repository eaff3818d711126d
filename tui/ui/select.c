/* What is shown: the view, its rows, the selected row, the page over it.
 *
 * The selected row is remembered by its id, so it stays selected when the order changes; if it disappears,
 * the row in its place is selected. Until the user selects a row, the first one is, because the worst is on
 * top. */
#include "probes/base/text.h"
#include "tui/ui/state.h"

#include <stdio.h>
#include <string.h>

const char *ui_id_at(const struct ui *ui, const struct snapshot *snapshot, size_t at, char *buffer)
{
	return ui_view(ui)->row_id(snapshot, ui->rows.items[at], buffer, ID_MAX);
}

size_t ui_find_id(const struct ui *ui, const struct snapshot *snapshot, const char *id)
{
	char buffer[ID_MAX];
	size_t at = 0;

	while (at < ui->rows.count && strcmp(ui_id_at(ui, snapshot, at, buffer), id) != 0)
		at++;
	return at;
}

/* The place of the row with that id, or of the row under which it is folded; the number of rows if there is
 * neither. */
static size_t find_selected(const struct ui *ui, const struct snapshot *snapshot, const char *id)
{
	const struct view *view = ui_view(ui);
	size_t found = ui_find_id(ui, snapshot, id), total = view->row_count(snapshot), row = 0, at = 0;
	char buffer[ID_MAX];

	if (found < ui->rows.count || !view->parent)
		return found;
	while (row < total && strcmp(view->row_id(snapshot, row, buffer, ID_MAX), id) != 0)
		row++;
	if (row == total)
		return ui->rows.count;
	row = rows_top(view, snapshot, row);
	while (at < ui->rows.count && ui->rows.items[at] != row)
		at++;
	return at;
}

void ui_collect(struct ui *ui, const struct snapshot *snapshot)
{
	struct view_state *view_state = ui_state(ui);
	size_t found;

	rows_collect(
		&ui->rows, ui_view(ui), snapshot, view_state->order, view_state->filter, &view_state->folds);
	if (!*view_state->selected)
		view_state->at = 0;
	found = *view_state->selected ? find_selected(ui, snapshot, view_state->selected) : ui->rows.count;
	if (found < ui->rows.count)
		view_state->at = found;
	else if (view_state->at >= ui->rows.count)
		view_state->at = ui->rows.count ? ui->rows.count - 1 : 0;
}

/* What the selected row stands for. */
static const char *target_of(const struct ui *ui, const struct snapshot *snapshot, char *buffer)
{
	const struct view *view = ui_view(ui);

	return (view->target ? view->target : view->row_id)(snapshot, ui_selected_row(ui), buffer, ID_MAX);
}

void ui_select(struct ui *ui, const struct snapshot *snapshot, size_t at)
{
	struct view_state *view_state = ui_state(ui);
	char buffer[ID_MAX];

	if (!ui->rows.count)
		return;
	view_state->at = at < ui->rows.count ? at : ui->rows.count - 1;
	snprintf(view_state->selected, sizeof(view_state->selected), "%s",
		ui_id_at(ui, snapshot, view_state->at, buffer));
	snprintf(ui->plots.target, sizeof(ui->plots.target), "%s", target_of(ui, snapshot, buffer));
}

unsigned ui_show_view(struct ui *ui, size_t view)
{
	ui_end_prompt(ui);
	ui->is_list_open = false;
	ui->current = view;
	ui->page = NULL;
	return UI_REDRAW;
}

/* Whether a page is shown instead of the view's rows. */
static bool is_instead(const struct ui *ui, const struct snapshot *snapshot)
{
	struct page *page = page_new(ui->drawn.width);
	bool is_it = ui_view(ui)->instead && ui_view(ui)->instead(snapshot, page);

	page_free(page);
	return is_it;
}

void ui_end_prompt(struct ui *ui)
{
	ui->prompt = PROMPT_NONE;
}

bool ui_has_selection(const struct ui *ui, const struct snapshot *snapshot)
{
	return ui->rows.count && ui->drawn.tabs_y >= 0 && !is_instead(ui, snapshot);
}

size_t ui_selected_row(const struct ui *ui)
{
	return ui->rows.items[ui->states[ui->current].at];
}

const char *ui_selected_target(const struct ui *ui, const struct snapshot *snapshot, char *buffer)
{
	if (ui->page == &view_detail)
		return ui->target;
	if (ui->page == &view_log)
		return ui->logged;
	if (ui_shows_history(ui))
		return ui->plots.target;
	if (!ui_has_selection(ui, snapshot))
		return "";
	return target_of(ui, snapshot, buffer);
}

/* Of a row that is folded under another, that one is closed and selected. */
unsigned ui_toggle_fold(struct ui *ui, const struct snapshot *snapshot)
{
	const struct view *view = ui_view(ui);
	struct view_state *view_state = ui_state(ui);
	char buffer[ID_MAX];
	const char *id;
	size_t row;

	if (ui->page || !view->parent || !ui_has_selection(ui, snapshot))
		return 0;
	row = ui_selected_row(ui);
	id = view->row_id(snapshot, rows_top(view, snapshot, row), buffer, ID_MAX);
	if (strings_has(&view_state->folds.open, id))
		strings_remove(&view_state->folds.open, id);
	else
		strings_add(&view_state->folds.open, id);
	snprintf(view_state->selected, sizeof(view_state->selected), "%s", id);
	return UI_REDRAW;
}

unsigned ui_toggle_all_folds(struct ui *ui, const struct snapshot *snapshot)
{
	struct folds *folds = &ui_state(ui)->folds;

	(void)snapshot;
	if (ui->page || !ui_view(ui)->parent)
		return 0;
	strings_forget(&folds->open);
	folds->is_all = !folds->is_all;
	return UI_REDRAW;
}

/* A row that has nothing to open but what is folded under it opens that. */
unsigned ui_open_detail(struct ui *ui, const struct snapshot *snapshot)
{
	char buffer[ID_MAX];
	const char *target = ui_selected_target(ui, snapshot, buffer);

	if (ui->page)
		return 0;
	if (!*target)
		return ui_toggle_fold(ui, snapshot);
	ui_end_prompt(ui);
	snprintf(ui->target, sizeof(ui->target), "%s", target);
	ui->page = &view_detail;
	ui->page_first = 0;
	return UI_REDRAW;
}
