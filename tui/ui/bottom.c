/* The last line: the prompt that is open, what was just said, or the keys, as many as fit. */
#include "probes/base/mem.h"
#include "probes/base/text.h"
#include "tui/ui/state.h"

#include <string.h>

struct hint {
	const char *key, *what;
	int weight, press; /* the lightest is left out first; press: what a click on it does */
};

static const struct hint table_hints[] = {
	{ "↑↓", "select", 40, PRESS_NONE },
	{ "Enter", "detail", 90, PRESS_ENTER },
	{ "/", "search", 50, '/' },
	{ "\\", "filter", 70, '\\' },
	{ "<>", "sort", 80, PRESS_F6 },
	{ "p", "pause", 30, 'p' },
	{ "r", "ask now", 20, 'r' },
	{ "Y", "copy fix", 60, 'Y' },
	{ "y", "copy URL", 25, 'y' },
	{ "v", "panels", 12, 'v' },
	{ "P", "ping", 10, 'P' },
	{ "c", "canary", 9, 'c' },
	{ "S", "ssh", 8, 'S' },
	{ "T", "theme", 15, 'T' },
	{ "?", "help", 95, '?' },
	{ "q", "quit", 100, 'q' },
};
static const struct hint detail_hints[] = {
	{ "↑↓", "scroll", 50, PRESS_NONE },
	{ "Y", "copy fix", 40, 'Y' },
	{ "y", "copy URL", 30, 'y' },
	{ "r", "ask now", 20, 'r' },
	{ "P", "ping", 25, 'P' },
	{ "c", "canary", 12, 'c' },
	{ "S", "ssh", 15, 'S' },
	{ "l", "log", 35, 'l' },
	{ "?", "help", 70, '?' },
	{ "Esc q", "back", 100, PRESS_ESCAPE },
};
static const struct hint log_hints[] = {
	{ "↑↓", "scroll", 50, PRESS_NONE },
	{ "G", "follow the end", 60, 'G' },
	{ "Y", "copy command", 40, 'Y' },
	{ "?", "help", 70, '?' },
	{ "Esc q", "back", 100, PRESS_ESCAPE },
};
static const struct hint history_hints[] = {
	{ "[ ]", "span", 90, ']' },
	{ "← →", "read", 85, PRESS_NONE },
	{ "↑↓", "scroll", 50, PRESS_NONE },
	{ "Esc", "all traffic", 60, PRESS_ESCAPE },
	{ "p", "pause", 30, 'p' },
	{ "?", "help", 95, '?' },
	{ "q", "quit", 100, 'q' },
};
static const struct hint help_hints[] = {
	{ "↑↓", "scroll", 50, PRESS_NONE },
	{ "Esc q", "back", 100, PRESS_ESCAPE },
	{ "F10", "quit", 40, PRESS_F10 },
};
static const struct hint list_hints[] = {
	{ "↑↓", "choose", 50, PRESS_NONE },
	{ "Enter", "sort by it, or the other way round", 90, PRESS_ENTER },
	{ "Space", "show or hide it", 95, ' ' },
	{ "Esc", "close", 100, PRESS_ESCAPE },
};

/* In a replay, after the first of any table; a click goes on. */
static const struct hint replay_hints[] = {
	{ "p", "pause", 75, 'p' },
	{ "E e", "event", 74, 'e' },
	{ "- +", "speed", 73, '+' },
	{ "{ }", "minute", 72, '}' },
	{ ", .", "step", 35, '.' },
};

static int hint_width(const struct hint *hint)
{
	return text_cells(hint->key) + 1 + text_cells(hint->what) + 2;
}

/* The lowest weight from which on all hints fit together. */
static int lightest_that_fits(const struct hint *hints, size_t count, int width)
{
	for (int weight = 0;; weight++) {
		int sum = 0;

		for (size_t i = 0; i < count; i++)
			sum += hints[i].weight >= weight ? hint_width(&hints[i]) : 0;
		if (sum <= width + 1)
			return weight;
	}
}

static void draw_hints_of(struct ui *ui, struct canvas *canvas, int y, const struct hint *hints, size_t count)
{
	int weight = lightest_that_fits(hints, count, canvas->width), x = 1;
	struct drawn *drawn = &ui->drawn;

	drawn->hints_y = y;
	for (size_t i = 0; i < count && drawn->hint_count < HINTS_MAX; i++) {
		int from = x;

		if (hints[i].weight < weight)
			continue;
		x = canvas_text(canvas, x, y, canvas->width - x, ROLE_KEY, hints[i].key) + 1;
		x = canvas_text(canvas, x, y, canvas->width - x, ROLE_HINT, hints[i].what);
		drawn->hints[drawn->hint_count].from = from;
		drawn->hints[drawn->hint_count].to = x;
		drawn->hints[drawn->hint_count++].key = hints[i].press;
		x += 2;
	}
}

/* Not what would do nothing here. */
static bool is_offered(const struct ui *ui, const struct snapshot *snapshot, int press)
{
	if (press == 'Y')
		return *ui_fix_to_copy(ui, snapshot) != '\0';
	if (press == 'y')
		return *ui_url_to_copy(ui, snapshot) != '\0';
	return !snapshot->replay.is_on || (!ui_is_live_key(press) && !ui_is_steer_key(press));
}

static void draw_hints(
	struct ui *ui, const struct snapshot *snapshot, struct canvas *canvas, const struct hint *hints, size_t count)
{
	struct hint offered[HINTS_MAX];
	size_t total = 0;

	for (size_t i = 0; i < count && total + ARRAY_LEN(replay_hints) < HINTS_MAX; i++) {
		if (is_offered(ui, snapshot, hints[i].press))
			offered[total++] = hints[i];
		for (size_t k = 0; i == 0 && snapshot->replay.is_on && k < ARRAY_LEN(replay_hints); k++)
			offered[total++] = replay_hints[k];
	}
	draw_hints_of(ui, canvas, canvas->height - 1, offered, total);
}

/* The typed text, of which the part around the place of the next character is always visible. Returns the x
 * after it. */
static int draw_typed(const struct ui *ui, struct canvas *canvas, int x, int y, const char *text)
{
	size_t at = ui->typed_at;
	const char *shown = text;
	int mark;

	while (shown < text + at && x + text_cells(shown) - text_cells(text + at) + 2 > canvas->width)
		text_next(&shown);
	mark = x + text_cells(shown) - text_cells(text + at);
	x = canvas_text(canvas, x, y, canvas->width - x - 1, ROLE_TEXT, shown);
	if (text[at])
		canvas_mark(canvas, mark, y, 1, CELL_SELECTED);
	else
		canvas_text(canvas, x++, y, 1, ROLE_PROMPT, "_");
	return x;
}

/* What is wrong with what was typed, or how to go on. */
static void say_typed(const struct ui *ui, const struct snapshot *snapshot, char *text, size_t size)
{
	const char *filter = ui->states[ui->current].filter;

	text_set(text, size, "Enter keeps it  Esc drops the edit");
	if (ui->prompt == PROMPT_SEARCH && ui->has_no_hit)
		text_set(text, size, "no row has “%s”", ui->search);
	else if (ui->prompt == PROMPT_FILTER && !*filter)
		text_set(text, size, "words, path:derp, !state:ok  Enter keeps it  Esc drops the edit");
	else if (ui->prompt == PROMPT_FILTER &&
		 !rows_say_unknown(ui_view(ui), snapshot, filter, text, size) && !ui->rows.count)
		text_set(text, size, "no row matches  Esc drops the edit");
}

static void draw_prompt(const struct ui *ui, const struct snapshot *snapshot, struct canvas *canvas, int y)
{
	bool is_filter = ui->prompt == PROMPT_FILTER;
	char text[NOTE_BYTES];
	int x;

	x = canvas_text(canvas, 1, y, canvas->width - 1, ROLE_PROMPT, is_filter ? "filter: " : "search: ");
	x = draw_typed(ui, canvas, x, y, is_filter ? ui->states[ui->current].filter : ui->search);
	say_typed(ui, snapshot, text, sizeof(text));
	canvas_text(canvas, x + 2, y, canvas->width - x - 2, ROLE_HINT, text);
}

void ui_draw_bottom(struct ui *ui, const struct snapshot *snapshot, struct canvas *canvas)
{
	int y = canvas->height - 1;
	char text[NOTE_BYTES];

	if (ui->asks_canary)
		ui_draw_canary_question(ui, canvas);
	else if (ui->is_list_open)
		draw_hints_of(ui, canvas, y, list_hints, ARRAY_LEN(list_hints));
	else if (ui->prompt != PROMPT_NONE)
		draw_prompt(ui, snapshot, canvas, y);
	else if (*ui->message)
		canvas_text(canvas, 1, y, canvas->width - 1, ROLE_PROMPT, ui->message);
	else if (snapshot->has_running_canary) {
		ui_say_canary(ui, snapshot, text, sizeof(text));
		canvas_text(canvas, 1, y, canvas->width - 1, ROLE_PROMPT, text);
	} else if (ui->page == &view_help)
		draw_hints_of(ui, canvas, y, help_hints, ARRAY_LEN(help_hints));
	else if (ui_shows_history(ui))
		draw_hints(ui, snapshot, canvas, history_hints, ARRAY_LEN(history_hints));
	else if (ui->page == &view_log)
		draw_hints(ui, snapshot, canvas, log_hints, ARRAY_LEN(log_hints));
	else if (ui->page)
		draw_hints(ui, snapshot, canvas, detail_hints, ARRAY_LEN(detail_hints));
	else
		draw_hints(ui, snapshot, canvas, table_hints, ARRAY_LEN(table_hints));
}
