/* The page of a server's log. It stays at the end as lines come, until the user scrolls up. */
#include "tui/ui/state.h"
#include "tui/views/target.h"

#include <stdio.h>
#include <string.h>

unsigned ui_open_log(struct ui *ui, const struct snapshot *snapshot)
{
	char buffer[ID_MAX];
	const char *id = ui_selected_target(ui, snapshot, buffer);
	const struct target target = target_find(snapshot, id);

	if (ui->page == &view_log || ui->page == &view_help)
		return 0;
	if (!target.endpoint &&
		!(target.mount && (target.mount->endpoint >= 0 || target.mount->backend >= 0))) {
		ui_say(ui, "no server in this row");
		return UI_REDRAW;
	}
	snprintf(ui->logged, sizeof(ui->logged), "%s", id);
	ui->below_log = ui->page;
	ui->page = &view_log;
	ui->follows_log = true;
	return UI_REDRAW | UI_LOG;
}

const char *ui_logged(const struct ui *ui)
{
	bool is_open = ui->page == &view_log || (ui->page == &view_help && ui->page_below == &view_log);

	return is_open ? ui->logged : "";
}

void ui_show_log(struct ui *ui, const struct log_text *log)
{
	ui->log = log;
}

int ui_draw_log_head(const struct ui *ui, struct canvas *canvas, int y)
{
	int x = canvas_text(canvas, 1, y, canvas->width - 2, ROLE_TITLE, ui->logged);

	if (ui->log && *ui->log->what)
		canvas_text(canvas, x + 2, y, canvas->width - x - 3, ROLE_DIM, ui->log->what);
	return 1;
}
