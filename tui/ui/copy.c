/* What can be copied of the selected row: its URL, and the command that fixes it. */
#include "probes/base/mem.h"
#include "probes/base/text.h"
#include "tui/ui/state.h"
#include "tui/views/inspector.h"

static struct target target_of(const struct ui *ui, const struct snapshot *snapshot)
{
	char buffer[ID_MAX];

	return target_find(snapshot, ui_selected_target(ui, snapshot, buffer));
}

const char *ui_url_to_copy(const struct ui *ui, const struct snapshot *snapshot)
{
	const struct view *view = ui_view(ui);

	return !ui->page && view->copied && ui_has_selection(ui, snapshot)
		       ? view->copied(snapshot, ui_selected_row(ui))
		       : target_url(target_of(ui, snapshot));
}

const char *ui_fix_to_copy(const struct ui *ui, const struct snapshot *snapshot)
{
	const struct verdict *verdict = inspector_verdict(snapshot, target_of(ui, snapshot));

	if (ui->page == &view_log && ui->log && *ui->log->run)
		return ui->log->run;
	return verdict ? verdict->run : "";
}

static unsigned copy(struct ui *ui, const char *text)
{
	char message[ID_MAX + 32];

	mem_replace(&ui->copied, text);
	text_set(message, sizeof(message), "to the terminal's clipboard: %s", text);
	ui_say(ui, message);
	return UI_REDRAW | UI_COPY;
}

unsigned ui_copy_url(struct ui *ui, const struct snapshot *snapshot)
{
	const char *url = ui_url_to_copy(ui, snapshot);

	return *url ? copy(ui, url) : 0;
}

unsigned ui_copy_fix(struct ui *ui, const struct snapshot *snapshot)
{
	const char *run = ui_fix_to_copy(ui, snapshot);
	const struct verdict *verdict = inspector_verdict(snapshot, target_of(ui, snapshot));

	if (*run)
		return copy(ui, run);
	ui_say(ui, verdict && *verdict->fix ? "no command fixes this: see the hint" : "nothing to fix here");
	return UI_REDRAW;
}
