/* Typing: a filter, applied at every character, and a search, which moves the selection.
 *
 * Each view has its own filter, because fields are columns; the search text is the same for all. Escape
 * restores what was there before the prompt. */
#include "probes/base/text.h"
#include "tui/ui/line.h"
#include "tui/ui/state.h"

#include <stdio.h>
#include <string.h>

static unsigned ask(struct ui *ui, enum prompt prompt)
{
	char *text = prompt == PROMPT_FILTER ? ui_state(ui)->filter : ui->search;

	if (ui->page || ui_shows_history(ui))
		return 0;
	ui->prompt = prompt;
	snprintf(ui->kept, sizeof(ui->kept), "%s", text);
	if (prompt == PROMPT_SEARCH)
		*text = '\0';
	ui->typed_at = strlen(text);
	ui->has_no_hit = false;
	return UI_REDRAW;
}

unsigned ui_ask_filter(struct ui *ui, const struct snapshot *snapshot)
{
	(void)snapshot;
	return ask(ui, PROMPT_FILTER);
}

unsigned ui_ask_search(struct ui *ui, const struct snapshot *snapshot)
{
	(void)snapshot;
	return ask(ui, PROMPT_SEARCH);
}

/* Selects the next row that contains the search text: step 0 may stay, 1 and -1 move on. */
static unsigned find(struct ui *ui, const struct snapshot *snapshot, long step)
{
	size_t count = ui->rows.count, at = ui_state(ui)->at;
	char text[PROMPT_MAX + 32];

	ui->has_no_hit = false;
	if (!*ui->search && step && !ui->page) {
		ui_say(ui, "nothing was searched for yet: / asks");
		return UI_REDRAW;
	}
	if (!*ui->search || !count || ui->page)
		return 0;
	for (size_t i = 0; i < count; i++) {
		size_t row = (at + (step < 0 ? count - 1 - i : i + (size_t)step)) % count;

		if (rows_match(ui_view(ui), snapshot, ui->rows.items[row], ui->search)) {
			ui_select(ui, snapshot, row);
			return UI_REDRAW;
		}
	}
	ui->has_no_hit = true;
	text_set(text, sizeof(text), "no row has “%s”", ui->search);
	if (ui->prompt == PROMPT_NONE)
		ui_say(ui, text);
	return UI_REDRAW;
}

unsigned ui_find_next(struct ui *ui, const struct snapshot *snapshot)
{
	return find(ui, snapshot, 1);
}

unsigned ui_find_last(struct ui *ui, const struct snapshot *snapshot)
{
	return find(ui, snapshot, -1);
}

/* The end of the prompt: a search that found nothing says so once more. */
static unsigned finish(struct ui *ui, const struct snapshot *snapshot, bool is_kept)
{
	bool was_search = ui->prompt == PROMPT_SEARCH;
	char *text = was_search ? ui->search : ui_state(ui)->filter;

	if (!is_kept)
		snprintf(text, PROMPT_MAX, "%s", ui->kept);
	ui_end_prompt(ui);
	if (is_kept && was_search)
		find(ui, snapshot, 0);
	return UI_REDRAW;
}

unsigned ui_type(struct ui *ui, const struct snapshot *snapshot, int key)
{
	char *text = ui->prompt == PROMPT_FILTER ? ui_state(ui)->filter : ui->search;

	if (key == PRESS_ENTER || key == PRESS_ESCAPE)
		return finish(ui, snapshot, key == PRESS_ENTER);
	if (!line_key(text, PROMPT_MAX, &ui->typed_at, key))
		return 0;
	if (ui->prompt == PROMPT_SEARCH)
		find(ui, snapshot, 0);
	return UI_REDRAW;
}
