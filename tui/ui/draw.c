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
#include "tui/views/values.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define WIDTH_MIN 40
#define HEIGHT_MIN 8
#define NOTE_HEIGHT_MIN 12

struct hint {
	const char *key, *what;
	int weight;
};

static const struct hint table_hints[] = {
	{ "↑↓", "select", 40 },
	{ "Enter", "detail", 90 },
	{ "/", "search", 50 },
	{ "\\", "filter", 70 },
	{ "s", "sort", 80 },
	{ "p", "pause", 30 },
	{ "r", "ask now", 20 },
	{ "Y", "copy fix", 60 },
	{ "y", "copy URL", 25 },
	{ "v", "panels", 15 },
	{ "?", "help", 95 },
	{ "q", "quit", 100 },
};
static const struct hint page_hints[] = {
	{ "↑↓", "scroll", 50 },
	{ "y", "copy URL", 30 },
	{ "Esc", "back", 100 },
	{ "?", "help", 70 },
	{ "q", "quit", 90 },
};
static const struct hint history_hints[] = {
	{ "[ ]", "span", 90 },
	{ "← →", "read", 85 },
	{ "↑↓", "scroll", 50 },
	{ "Esc", "all traffic", 60 },
	{ "p", "pause", 30 },
	{ "?", "help", 95 },
	{ "q", "quit", 100 },
};

static int hint_width(const struct hint *hint)
{
	return text_cells(hint->key) + 1 + text_cells(hint->what) + 2;
}

/* The lowest weight from which on all hints fit together. */
static int lightest_that_fits(const struct hint *hints, size_t count, int width)
{
	for (int weight = 0;; weight += 5) {
		int sum = 0;

		for (size_t i = 0; i < count; i++)
			sum += hints[i].weight >= weight ? hint_width(&hints[i]) : 0;
		if (sum <= width + 1)
			return weight;
	}
}

static void draw_hints(struct canvas *canvas, int y, const struct hint *hints, size_t count)
{
	int weight = lightest_that_fits(hints, count, canvas->width), x = 1;

	for (size_t i = 0; i < count; i++) {
		if (hints[i].weight < weight)
			continue;
		x = canvas_text(canvas, x, y, canvas->width - x, ROLE_KEY, hints[i].key) + 1;
		x = canvas_text(canvas, x, y, canvas->width - x, ROLE_HINT, hints[i].what) + 2;
	}
}

static void draw_bottom(const struct ui *ui, struct canvas *canvas)
{
	int y = canvas->height - 1, x;

	if (ui->prompt != PROMPT_NONE) {
		bool is_filter = ui->prompt == PROMPT_FILTER;

		x = canvas_text(
			canvas, 1, y, canvas->width - 1, ROLE_PROMPT, is_filter ? "filter: " : "search: ");
		x = canvas_text(canvas, x, y, canvas->width - x, ROLE_TEXT,
			is_filter ? ui->states[ui->current].filter : ui->search);
		canvas_text(canvas, x, y, 1, ROLE_PROMPT, "_");
		x += 3;
		canvas_text(canvas, x, y, canvas->width - x, ROLE_HINT,
			is_filter ? "path:derp  !state:ok  Enter keeps it  Esc undoes the edit"
				  : "Enter stays  Esc leaves");
	} else if (*ui->message) {
		canvas_text(canvas, 1, y, canvas->width - 1, ROLE_PROMPT, ui->message);
	} else if (ui_shows_history(ui)) {
		draw_hints(canvas, y, history_hints, ARRAY_LEN(history_hints));
	} else if (ui->page) {
		draw_hints(canvas, y, page_hints, ARRAY_LEN(page_hints));
	} else {
		draw_hints(canvas, y, table_hints, ARRAY_LEN(table_hints));
	}
}

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
		canvas_text_right(canvas, canvas->width - 6, y + height - 1, 6, ROLE_DIM, " … ↓ ");
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
static void say_nothing(const struct view *view, const char *filter, struct canvas *canvas, int y)
{
	char text[512] = "nothing here yet", field[64];

	if (*filter)
		text_set(text, sizeof(text), "nothing matches the filter; Esc clears it");
	if (rows_unknown_field(view, filter, field, sizeof(field))) {
		text_set(text, sizeof(text), "this view has no column '%s'; it has", field);
		for (size_t i = 0; i < view->column_count; i++)
			text_add(text, sizeof(text), " %s", view->columns[i].field);
	}
	canvas_text(canvas, 1, y, canvas->width - 1, ROLE_DIM, text);
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
		.selected = view_state->at,
		.is_past = view_is_past(snapshot),
	};
	table_layout(&table, canvas->width);
	table_draw(&table, canvas, box.y);
	if (!ui->rows.count)
		say_nothing(ui_view(ui), view_state->filter, canvas, box.y + 1);
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
	char buffer[ID_MAX];

	ui_collect(ui, snapshot);
	layout = layout_panels(body, ui->rows.count + 1, canvas->height, !ui->has_no_panels);
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
	if (ui->page) {
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

	header_sums(snapshot, sums, sizeof(sums));
	snprintf(line, sizeof(line), "tsllm-top: %s, terminal too small", sums);
	if (text_cells(line) <= canvas->width)
		canvas_text(canvas, 0, 0, canvas->width, ROLE_TEXT, line);
	else
		header_counts(canvas, snapshot,
			canvas_text(canvas, 0, 0, canvas->width, ROLE_TEXT, "tsllm-top: "), 0, false);
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
	ui->drawn.tabs_y = ui->drawn.heads_y = -1;
	ui->drawn.width = canvas->width;
	if (canvas->width < 20 || canvas->height < 3) {
		draw_one_line(snapshot, canvas);
		return;
	}
	if (canvas->width < WIDTH_MIN || canvas->height < HEIGHT_MIN) {
		draw_lines(ui, snapshot, canvas);
		return;
	}
	header_draw(canvas, snapshot, y);
	y += HEADER_LINES;
	ui->drawn.tabs_y = y;
	draw_notes(ui, snapshot, canvas, header_draw_tabs(canvas, ui_view(ui), y), y);
	y++;
	if (snapshot->peer_count || snapshot->endpoint_count) /* otherwise the page shows the verdicts */
		y += header_draw_banner(canvas, snapshot, y, banner);
	draw_body(ui, snapshot, canvas, y, canvas->height - 1 - y);
	draw_bottom(ui, canvas);
}
