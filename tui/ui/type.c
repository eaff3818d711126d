/* Typing: a filter, applied at every character, and a search, which moves the selection.
 *
 * Each view has its own filter, because fields are columns; the search text is the same for all. Escape
 * restores what was there before the prompt. */
#include "probes/base/text.h"
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

	if (!*ui->search || !count || ui->page)
		return 0;
	for (size_t i = 0; i < count; i++) {
		size_t row = (at + (step < 0 ? count - 1 - i : i + (size_t)step)) % count;

		if (rows_match(ui_view(ui), snapshot, ui->rows.items[row], ui->search)) {
			ui_select(ui, snapshot, row);
			return UI_REDRAW;
		}
	}
	ui_say(ui, "nothing has that text");
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

/* Typing: rows are updated at every character. */
unsigned ui_type(struct ui *ui, const struct snapshot *snapshot, int key)
{
	char *text = ui->prompt == PROMPT_FILTER ? ui_state(ui)->filter : ui->search;
	size_t length = strlen(text);

	if (key == PRESS_ENTER || key == PRESS_ESCAPE) {
		if (key == PRESS_ESCAPE)
			snprintf(text, PROMPT_MAX, "%s", ui->kept);
		ui_end_prompt(ui);
		return UI_REDRAW;
	}
	if (key == PRESS_BACKSPACE && length) {
		do
			length--;
		while (length && ((unsigned char)text[length] & 0xc0) == 0x80);
		text[length] = '\0';
	} else if (text_is_shown((uint32_t)key) && text_cells_of((uint32_t)key) > 0) {
		utf8_put(text, PROMPT_MAX, (uint32_t)key);
	} else {
		return 0;
	}
	if (ui->prompt == PROMPT_SEARCH)
		find(ui, snapshot, 0);
	return UI_REDRAW;
}
