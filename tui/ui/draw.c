/* The whole screen: header, tabs, banner, rows or a page, key bar.
 *
 * On a small terminal there is one line per endpoint, on a tiny one a single line. Drawing records what the
 * mouse and paging need: the line of the heads and how many rows were visible. */
#include "probes/base/mem.h"
#include "probes/base/text.h"
#include "probes/model/history.h"
#include "tui/term/glyphs.h"
#include "tui/ui/panels.h"
#include "tui/ui/state.h"
#include "tui/views/header.h"
#include "tui/views/inspector.h"
#include "tui/views/log_page.h"
#include "tui/views/values.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define WIDTH_MIN 40
#define HEIGHT_MIN 8
#define NOTE_HEIGHT_MIN 12

/* At the right end of the tabs: what differs from the usual view (paused, filter, discovery running,
 * order). */
static void draw_notes(struct ui *ui, const struct snapshot *snapshot, struct canvas *canvas, int x, int y)
{
	const struct view_state *view_state = ui_state(ui);
	char notes[PROMPT_MAX + 160] = "";
	bool is_loud = ui->is_paused || *view_state->filter;

	if (ui->is_paused)
		text_add(notes, sizeof(notes), "PAUSED  ");
	if (*view_state->filter && !ui->page)
		text_add(notes, sizeof(notes), "filter %s  ", view_state->filter);
	if (snapshot->discovery.pending)
		text_add(notes, sizeof(notes), "asking %zu ports  ", snapshot->discovery.pending);
	if (history_is_full(ui->plots.history))
		text_add(notes, sizeof(notes), "oldest history dropped  ");
	if (!ui->page && view_state->order.column != ui_view(ui)->sort)
		text_add(notes, sizeof(notes), "by %s  ",
			ui_view(ui)->columns[view_state->order.column].title);
	if (snapshot->is_passive)
		text_add(notes, sizeof(notes), "passive  ");
	notes[*notes ? strlen(notes) - 1 : 0] = '\0';
	canvas_text_right(canvas, x + 1, y, canvas->width - x - 1, is_loud ? ROLE_PROMPT : ROLE_DIM, notes);
}

static void draw_page(struct ui *ui, const struct page *page, struct canvas *canvas, int y, int height)
{
	size_t lines = page_lines(page), room = height > 0 ? (size_t)height : 0;

	ui->page_last = lines > room ? lines - room : 0;
	if (ui->page_first > ui->page_last)
		ui->page_first = ui->page_last;
	page_draw(page, canvas, 1, y, height, ui->page_first);
	if (ui->page_first < ui->page_last)
		canvas_text_right(canvas, canvas->width - 6, y + height - 1, 6, ROLE_DIM, " … ↓");
}

/* Records the rows for clicks. */
static void note_rows(struct ui *ui, const struct snapshot *snapshot, const struct table *table, int y)
{
	struct drawn *drawn = &ui->drawn;
	char buffer[ID_MAX];

	drawn->table = *table;
	drawn->table.snapshot = NULL; /* only the geometry is kept after the frame */
	drawn->heads_y = y;
	for (size_t i = 0; i < table->count; i++)
		strings_add(&drawn->ids, ui_id_at(ui, snapshot, table->first + i, buffer));
}

/* Why there are no rows: the filter, perhaps because it names a column that is not here. */
static void say_nothing(const struct view *view, const struct snapshot *snapshot, const char *filter,
	struct canvas *canvas, int y)
{
	char text[NOTE_BYTES] = "nothing here yet";
	struct page *page = page_new(canvas->width - 2);

	if (*filter && !rows_say_unknown(view, snapshot, filter, text, sizeof(text)))
		text_set(text, sizeof(text), "nothing matches the filter; Esc clears it");
	page_wrap(page, ROLE_DIM, "", 0, text);
	page_draw(page, canvas, 1, y, canvas->height - 1 - y, 0);
	page_free(page);
}

static void draw_rows(struct ui *ui, const struct snapshot *snapshot, struct canvas *canvas, struct box box)
{
	struct view_state *view_state = ui_state(ui);
	size_t room = box.height > 1 ? (size_t)box.height - 1 : 1;
	struct table table;

	if (view_state->at < view_state->first)
		view_state->first = view_state->at;
	if (view_state->at >= view_state->first + room)
		view_state->first = view_state->at - room + 1;
	if (view_state->first + room > ui->rows.count)
		view_state->first = ui->rows.count > room ? ui->rows.count - room : 0;
	table = (struct table){
		.view = ui_view(ui),
		.snapshot = snapshot,
		.rows = &ui->rows,
		.order = view_state->order,
		.first = view_state->first,
		.count =
			ui->rows.count - view_state->first < room ? ui->rows.count - view_state->first : room,
		.selected = ui->is_list_open ? SIZE_MAX : view_state->at,
		.is_past = view_is_past(snapshot),
		.lately = &view_state->needs,
	};
	table_layout(&table, canvas->width);
	table_draw(&table, canvas, box.y);
	if (!ui->rows.count)
		say_nothing(ui_view(ui), snapshot, view_state->filter, canvas, box.y + 1);
	note_rows(ui, snapshot, &table, box.y);
	ui->body_height = (int)room;
}

/* Says what is missing from the rows, unless the terminal has few lines. Returns how many lines it took. */
static int draw_note(const struct view *view, const struct snapshot *snapshot, struct canvas *canvas, int y)
{
	struct value note = { .text = "" };

	if (canvas->height < NOTE_HEIGHT_MIN || !view->note || !view->note(snapshot, &note))
		return 0;
	canvas_text(canvas, 1, y, canvas->width - 1, note.role,
		text_cells(note.text) > canvas->width - 1 && *note.brief ? note.brief : note.text);
	return 1;
}

/* The list of rows, and the panels below it. */
static void draw_list(
	struct ui *ui, const struct snapshot *snapshot, struct canvas *canvas, int y, int height)
{
	struct box body = { 0, y, canvas->width, height };
	struct look look = ui_look(ui);
	struct layout layout;
	bool has_panels;
	char buffer[ID_MAX];

	ui_collect(ui, snapshot);
	has_panels = !ui->has_no_panels && ui->rows.count;
	layout = layout_panels(body, ui->rows.count + 1, canvas->height, has_panels, 0);
	if (layout.inspector.height) /* its width is known now */
		layout = layout_panels(body, ui->rows.count + 1, canvas->height, has_panels,
			inspector_least(snapshot, panels_page_width(&layout)));
	if (views[ui->current] == &view_events) { /* they are the list */
		layout.plot.width += layout.events.width;
		layout.events.height = 0;
	}
	draw_rows(ui, snapshot, canvas, layout.list);
	look.target = ui_selected_target(ui, snapshot, buffer);
	panels_draw(canvas, snapshot, &layout, &look);
}

/* The open page, the page shown instead of the rows, or the rows. */
static void draw_body(
	struct ui *ui, const struct snapshot *snapshot, struct canvas *canvas, int y, int height)
{
	struct page *page = page_new(canvas->width - 2);
	const struct view *view = ui_view(ui);

	ui->body_height = height > 1 ? height - 1 : 1;
	if (ui->page == &view_log) {
		int head = ui_draw_log_head(ui, canvas, y);

		if (ui->log)
			log_page_write(ui->log, page);
		if (ui->follows_log)
			ui->page_first = page_lines(page);
		draw_page(ui, page, canvas, y + head, height - head);
	} else if (ui->page) {
		ui->page->write(snapshot, ui->target, page);
		draw_page(ui, page, canvas, y, height);
	} else if (view->draw) {
		ui_draw_history(ui, snapshot, canvas, (struct box){ 1, y, canvas->width - 2, height });
	} else if (view->instead && view->instead(snapshot, page)) {
		bool has_air = height > 8;

		page_draw(page, canvas, 1, y + has_air, height - has_air, 0);
	} else {
		int noted = draw_note(view, snapshot, canvas, y);

		draw_list(ui, snapshot, canvas, y + noted, height - noted);
	}
	page_free(page);
}

static void draw_one_line(const struct snapshot *snapshot, struct canvas *canvas)
{
	char sums[256], line[320];

	counts_say(snapshot, sums, sizeof(sums));
	snprintf(line, sizeof(line), "tsllm-top: %s, terminal too small", sums);
	if (text_cells(line) <= canvas->width)
		canvas_text(canvas, 0, 0, canvas->width, ROLE_TEXT, line);
	else
		counts_draw(canvas, snapshot,
			canvas_text(canvas, 0, 0, canvas->width, ROLE_TEXT, "tsllm-top: "), 0, false, NULL);
}

/* Too small for a table: sign, peer, server, why. */
static void draw_lines(struct ui *ui, const struct snapshot *snapshot, struct canvas *canvas)
{
	static const size_t shown[] = { 1, 2 }; /* indices of Fleet columns: peer, server */
	size_t rows = snapshot->endpoint_count;
	int y = 0;

	rows_collect(&ui->rows, &view_fleet, snapshot, ui->states[0].order, ui->states[0].filter,
		&ui->states[0].folds);
	y += header_draw_banner(canvas, snapshot, y, 1);
	for (size_t i = 0; i < ui->rows.count && y < canvas->height; i++) {
		size_t row = ui->rows.items[i];
		struct value value = { .text = "" };
		int x = 2;

		if (row >= rows)
			continue;
		canvas_text(canvas, 0, y, 1, role_of_state(snapshot->endpoints[row].state),
			glyph_of_state(snapshot->endpoints[row].state));
		for (size_t k = 0; k < ARRAY_LEN(shown); k++) {
			column_format(&view_fleet.columns[shown[k]], snapshot, row, &value);
			x = canvas_text(canvas, x, y, canvas->width / 4, value.role, value.text) + 1;
		}
		value_why(&value, snapshot, snapshot->endpoints[row].verdicts);
		if (snapshot->endpoints[row].verdicts.count)
			canvas_text(canvas, x, y, canvas->width - x, value.role,
				value_fitting(&value, canvas->width - x));
		y++;
	}
	if (!y)
		draw_one_line(snapshot, canvas);
}

void ui_draw(struct ui *ui, const struct snapshot *snapshot, struct canvas *canvas)
{
	int y = 0, banner = canvas->height < 12 ? 1 : canvas->height < 30 ? 3 : 6;

	canvas_clear(canvas);
	strings_forget(&ui->drawn.ids);
	ui->drawn.view = ui_view(ui);
	ui->drawn.tabs_y = ui->drawn.heads_y = ui->drawn.notice_y = ui->drawn.hints_y = -1;
	ui->drawn.hint_count = 0;
	ui->drawn.width = canvas->width;
	if (canvas->width < 20 || canvas->height < 3) {
		draw_one_line(snapshot, canvas);
		return;
	}
	if (canvas->width < WIDTH_MIN || canvas->height < HEIGHT_MIN) {
		draw_lines(ui, snapshot, canvas);
		return;
	}
	header_draw(canvas, snapshot, y, &ui->drawn.counts);
	y += HEADER_LINES;
	ui->drawn.tabs_y = y;
	draw_notes(ui, snapshot, canvas, header_draw_tabs(canvas, ui_view(ui), y), y);
	y++;
	if (snapshot->peer_count || snapshot->endpoint_count) /* otherwise the page shows the verdicts */
		y += header_draw_banner(canvas, snapshot, y, banner);
	y += ui_draw_notice(ui, canvas, y);
	draw_body(ui, snapshot, canvas, y, canvas->height - 1 - y);
	ui_draw_list(ui, canvas, y, canvas->height - 1 - y);
	ui_draw_bottom(ui, snapshot, canvas);
}
