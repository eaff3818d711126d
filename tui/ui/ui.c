/* Keys: a table says what each does. The functions change the state and return bits; none of them draws. */
#include "tui/ui/ui.h"

#include "probes/base/mem.h"
#include "probes/base/text.h"
#include "tui/ui/state.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct ui *ui_new(void)
{
	struct ui *ui = mem_alloc(sizeof(*ui));

	ui->states = mem_alloc(views_count() * sizeof(*ui->states));
	for (size_t i = 0; views[i]; i++) {
		ui->states[i].view = *views[i];
		ui->states[i].order = rows_order(views[i]);
	}
	ui->body_height = 1;
	ui_set_span(ui, SPAN_AT_FIRST_S);
	ui->drawn.tabs_y = ui->drawn.heads_y = ui->drawn.notice_y = ui->drawn.hints_y = -1;
	return ui;
}

void ui_choose_columns(struct ui *ui, size_t at, const struct strings *names)
{
	struct view_state *view_state = &ui->states[at];
	const struct view *view = views[at];

	if (!names->count)
		return;
	columns_choose(view->columns, view->column_count, names, view_state->columns);
	view_state->view.columns = view_state->columns;
	for (size_t i = 0; i < view->column_count; i++)
		if (strcmp(view_state->columns[i].field, view->columns[view->sort].field) == 0)
			view_state->view.sort = i;
	view_state->order.column = view_state->view.sort;
}

void ui_free(struct ui *ui)
{
	if (!ui)
		return;
	rows_fini(&ui->rows);
	strings_fini(&ui->drawn.ids);
	free(ui->notices.items);
	for (size_t i = 0; views[i]; i++)
		strings_fini(&ui->states[i].folds.open);
	free(ui->states);
	free(ui->canary);
	free(ui->copied);
	free(ui);
}

bool ui_is_paused(const struct ui *ui)
{
	return ui->is_paused;
}

const char *ui_copied_text(const struct ui *ui)
{
	return ui->copied ? ui->copied : "";
}

/* Moves by rows, or scrolls the open page. */
static unsigned move(struct ui *ui, const struct snapshot *snapshot, long by)
{
	size_t *at = ui->page ? &ui->page_first : &ui_state(ui)->at;
	size_t most = ui->page ? ui->page_last : ui->rows.count;

	if (ui_shows_history(ui))
		return ui_scroll_history(ui, by);
	if (by < 0)
		*at = *at > (size_t)-by ? *at - (size_t)-by : 0;
	else
		*at = most - *at > (size_t)by ? *at + (size_t)by : most;
	if (!ui->page)
		ui_select(ui, snapshot, *at);
	if (ui->page == &view_log)
		ui->follows_log = ui->page_first >= ui->page_last;
	return UI_REDRAW;
}

static unsigned go_up(struct ui *ui, const struct snapshot *snapshot)
{
	return move(ui, snapshot, -1);
}

static unsigned go_down(struct ui *ui, const struct snapshot *snapshot)
{
	return move(ui, snapshot, 1);
}

static unsigned page_up(struct ui *ui, const struct snapshot *snapshot)
{
	return move(ui, snapshot, -ui->body_height);
}

static unsigned page_down(struct ui *ui, const struct snapshot *snapshot)
{
	return move(ui, snapshot, ui->body_height);
}

/* As in a pager, where there is something to read. */
static unsigned fold_or_page_down(struct ui *ui, const struct snapshot *snapshot)
{
	return ui->page ? page_down(ui, snapshot) : ui_toggle_fold(ui, snapshot);
}

static unsigned go_first(struct ui *ui, const struct snapshot *snapshot)
{
	return move(ui, snapshot, -(1L << 30));
}

static unsigned go_last(struct ui *ui, const struct snapshot *snapshot)
{
	return move(ui, snapshot, 1L << 30);
}

static unsigned next_view(struct ui *ui, const struct snapshot *snapshot)
{
	(void)snapshot;
	return ui_show_view(ui, (ui->current + 1) % views_count());
}

static unsigned last_view(struct ui *ui, const struct snapshot *snapshot)
{
	(void)snapshot;
	return ui_show_view(ui, (ui->current + views_count() - 1) % views_count());
}

static unsigned go_left(struct ui *ui, const struct snapshot *snapshot)
{
	return (ui_shows_history(ui) ? ui_read_earlier : last_view)(ui, snapshot);
}

static unsigned go_right(struct ui *ui, const struct snapshot *snapshot)
{
	return (ui_shows_history(ui) ? ui_read_later : next_view)(ui, snapshot);
}

static unsigned toggle_help(struct ui *ui, const struct snapshot *snapshot)
{
	(void)snapshot;
	if (ui->page == &view_help) {
		ui->page = ui->page_below;
	} else {
		ui->page_below = ui->page;
		ui->page = &view_help;
	}
	ui->page_first = 0;
	return UI_REDRAW;
}

/* Closes the page on top. */
static unsigned close_page(struct ui *ui, const struct snapshot *snapshot)
{
	if (ui->page == &view_help)
		return toggle_help(ui, snapshot);
	ui->page = ui->page == &view_log ? ui->below_log : NULL;
	ui->page_first = 0;
	return UI_REDRAW;
}

static unsigned go_back(struct ui *ui, const struct snapshot *snapshot)
{
	if (snapshot->has_running_canary)
		return UI_REDRAW | UI_STOP_CANARY;
	if (ui->page)
		return close_page(ui, snapshot);
	if (ui_dismiss_notice(ui))
		return UI_REDRAW;
	if (ui_shows_history(ui))
		return ui_leave_history(ui);
	*ui_state(ui)->filter = '\0';
	return UI_REDRAW;
}

static unsigned toggle_pause(struct ui *ui, const struct snapshot *snapshot)
{
	if (snapshot->replay.is_on)
		return ui_steer_by(ui, snapshot, 'p');
	ui->is_paused = !ui->is_paused;
	return UI_REDRAW;
}

static unsigned toggle_panels(struct ui *ui, const struct snapshot *snapshot)
{
	(void)snapshot;
	ui->has_no_panels = !ui->has_no_panels;
	return UI_REDRAW;
}

static unsigned probe_now(struct ui *ui, const struct snapshot *snapshot)
{
	(void)snapshot;
	ui_say(ui, "asking all servers now");
	return UI_REDRAW | UI_PROBE_NOW;
}

static unsigned next_theme(struct ui *ui, const struct snapshot *snapshot)
{
	(void)ui, (void)snapshot;
	return UI_REDRAW | UI_NEXT_THEME;
}

static unsigned draw_again(struct ui *ui, const struct snapshot *snapshot)
{
	(void)ui, (void)snapshot;
	return UI_REDRAW | UI_CLEAR;
}

static unsigned quit_and_leave(struct ui *ui, const struct snapshot *snapshot)
{
	(void)ui, (void)snapshot;
	return UI_QUIT | UI_LEAVE;
}

static unsigned close_or_quit(struct ui *ui, const struct snapshot *snapshot)
{
	return ui->page ? close_page(ui, snapshot) : UI_QUIT;
}

static const struct {
	int key;
	unsigned (*press)(struct ui *ui, const struct snapshot *snapshot);
} keys[] = {
	{ PRESS_UP, go_up },
	{ 'k', go_up },
	{ PRESS_WHEEL_UP, go_up },
	{ PRESS_DOWN, go_down },
	{ 'j', go_down },
	{ PRESS_WHEEL_DOWN, go_down },
	{ PRESS_PAGE_UP, page_up },
	{ PRESS_CTRL_U, page_up },
	{ PRESS_CTRL_B, page_up },
	{ PRESS_PAGE_DOWN, page_down },
	{ PRESS_CTRL_D, page_down },
	{ PRESS_CTRL_F, page_down },
	{ ' ', fold_or_page_down },
	{ 't', ui_toggle_all_folds },
	{ 'v', toggle_panels },
	{ 'g', go_first },
	{ PRESS_HOME, go_first },
	{ 'G', go_last },
	{ PRESS_END, go_last },
	{ PRESS_TAB, next_view },
	{ PRESS_RIGHT, go_right },
	{ PRESS_BACK_TAB, last_view },
	{ PRESS_LEFT, go_left },
	{ PRESS_ENTER, ui_open_detail },
	{ PRESS_ESCAPE, go_back },
	{ PRESS_BACKSPACE, go_back },
	{ '?', toggle_help },
	{ 'h', toggle_help },
	{ PRESS_F1, toggle_help },
	{ '>', ui_sort_next },
	{ 's', ui_sort_next },
	{ '<', ui_sort_last },
	{ PRESS_F6, ui_open_list },
	{ 'I', ui_sort_other_way },
	{ '\\', ui_ask_filter },
	{ PRESS_F4, ui_ask_filter },
	{ '/', ui_ask_search },
	{ PRESS_F3, ui_ask_search },
	{ 'n', ui_find_next },
	{ 'N', ui_find_last },
	{ '[', ui_shorter_span },
	{ PRESS_F7, ui_shorter_span },
	{ ']', ui_longer_span },
	{ PRESS_F8, ui_longer_span },
	{ 'p', toggle_pause },
	{ 'Z', toggle_pause },
	{ 'y', ui_copy_url },
	{ 'Y', ui_copy_fix },
	{ 'r', probe_now },
	{ 'P', ui_ping },
	{ 'c', ui_ask_canary },
	{ 'S', ui_shell },
	{ 'l', ui_open_log },
	{ 'T', next_theme },
	{ PRESS_CTRL_L, draw_again },
	{ PRESS_RESIZE, draw_again },
	{ 'q', close_or_quit },
	{ 'Q', quit_and_leave },
};

static unsigned press_plain(struct ui *ui, const struct snapshot *snapshot, int key)
{
	for (size_t i = 0; views[i]; i++)
		if (views[i]->key == key)
			return ui_show_view(ui, i);
	if (snapshot->replay.is_on && ui_is_live_key(key)) {
		ui_say(ui, "not in a replay: it shows what was recorded, and asks nothing");
		return UI_REDRAW;
	}
	for (size_t i = 0; i < ARRAY_LEN(keys); i++)
		if (keys[i].key == key) {
			unsigned done = keys[i].press(ui, snapshot);

			return done ? done : ui_say_idle(ui, key);
		}
	if (ui_is_steer_key(key))
		return ui_steer_by(ui, snapshot, key);
	return ui_say_no_key(ui, key);
}

/* While the list of columns or a prompt is open, keys belong to it. */
static unsigned press(struct ui *ui, const struct snapshot *snapshot, int key)
{
	if (key == PRESS_CTRL_C || key == PRESS_F10)
		return UI_QUIT;
	if (ui->is_list_open)
		return ui_list_key(ui, key);
	if (ui->prompt != PROMPT_NONE)
		return ui_type(ui, snapshot, key);
	return press_plain(ui, snapshot, key);
}

unsigned ui_key(struct ui *ui, const struct snapshot *snapshot, int key)
{
	unsigned said = *ui->message ? UI_REDRAW : 0;
	int mouse = key & PRESS_MOUSE, hint;

	*ui->message = '\0';
	ui_collect(ui, snapshot);
	if (ui->asks_canary && key != PRESS_NONE && key != PRESS_RESIZE && key != PRESS_CTRL_C &&
		key != PRESS_F10)
		return said | ui_answer_canary(ui, key);
	if (mouse && mouse != PRESS_CLICK)
		return said | (ui->is_list_open ? 0 : press_plain(ui, snapshot, mouse));
	if (!mouse)
		return said | press(ui, snapshot, key);
	hint = ui_hint_at(ui, press_x(key), press_y(key));
	if (hint != PRESS_NONE)
		return said | press(ui, snapshot, hint);
	return said | ui_click(ui, snapshot, press_x(key), press_y(key));
}
