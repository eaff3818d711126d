/* What is said to the user for a while: a message instead of the key bar, and notices on a line of their own.
 *
 * Their time begins with the first frame that shows them. */
#include "probes/base/mem.h"
#include "probes/base/text.h"
#include "tui/ui/state.h"

#include <stdio.h>
#include <string.h>

#define MESSAGE_MS 5000
#define HEIGHT_MIN 12  /* with fewer lines, the rows need them all */
#define HEIGHT_FULL 20 /* with fewer, a notice has one */
#define LINES_MOST 3

void ui_say(struct ui *ui, const char *text)
{
	text_clean(ui->message, sizeof(ui->message), text, strlen(text));
	ui->said = (struct when){ 0 };
}

void ui_notice(struct ui *ui, const char *text, int64_t lasts_ms)
{
	struct notice *notice = VEC_PUSH(&ui->notices);

	*notice = (struct notice){ .role = lasts_ms ? ROLE_PROMPT : role_of_state(STATE_WARN),
		.lasts_ms = lasts_ms };
	text_clean(notice->text, sizeof(notice->text), text, strlen(text));
}

bool ui_dismiss_notice(struct ui *ui)
{
	if (!ui->notices.count)
		return false;
	memmove(ui->notices.items, ui->notices.items + 1,
		(ui->notices.count - 1) * sizeof(*ui->notices.items));
	ui->notices.count--;
	return true;
}

bool ui_expire(struct ui *ui, struct when now)
{
	struct notice *notice = ui->notices.items;

	if (*ui->message && !when_known(ui->said))
		ui->said = now;
	if (*ui->message && when_since(ui->said, now) >= MESSAGE_MS)
		*ui->message = '\0';
	if (ui->notices.count && !when_known(notice->shown))
		notice->shown = now;
	if (ui->notices.count && notice->lasts_ms && when_since(notice->shown, now) >= notice->lasts_ms)
		ui_dismiss_notice(ui);
	return *ui->message || (ui->notices.count && ui->notices.items[0].lasts_ms);
}

int ui_draw_notice(struct ui *ui, struct canvas *canvas, int y)
{
	const struct notice *notice = ui->notices.items;
	int most = canvas->height < HEIGHT_FULL ? 1 : LINES_MOST, cells;
	char more[64] = "Esc closes";
	struct page *page;

	if (!ui->notices.count || canvas->height < HEIGHT_MIN)
		return 0;
	if (ui->notices.count > 1)
		snprintf(more, sizeof(more), "%zu more: Esc", ui->notices.count - 1);
	cells = text_cells(more);
	page = page_new(canvas->width - cells - 4);
	page_wrap(page, notice->role, "", 0, notice->text);
	ui->drawn.notice_y = y;
	ui->drawn.notice_lines = (int)page_lines(page) < most ? (int)page_lines(page) : most;
	if ((int)page_lines(page) > most && most == 1)
		canvas_text(canvas, 1, y, canvas->width - cells - 4, notice->role, notice->text);
	else
		page_draw(page, canvas, 1, y, ui->drawn.notice_lines, 0);
	canvas_text_right(canvas, canvas->width - cells - 1, y, cells, ROLE_HINT, more);
	page_free(page);
	return ui->drawn.notice_lines;
}
