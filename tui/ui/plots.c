/* The span of all plots and sparklines, and the History view with its cursor.
 *
 * The cursor is a moment, so that it stays on what it reads while time passes. */
#include "probes/base/mem.h"
#include "probes/base/text.h"
#include "tui/table/plot.h"
#include "tui/table/scale.h"
#include "tui/ui/state.h"

#define MINUTE INT64_C(60000)
#define HOUR (60 * MINUTE)

static const int64_t spans[] = { 2 * MINUTE, 10 * MINUTE, HOUR, 6 * HOUR, 24 * HOUR };

void ui_set_history(struct ui *ui, const struct history *history)
{
	ui->plots.history = history;
}

void ui_set_span(struct ui *ui, long span_s)
{
	for (size_t i = 0; i < ARRAY_LEN(spans); i++)
		if (spans[i] == span_s * 1000)
			ui->plots.span = i;
}

int64_t ui_span_ms(const struct ui *ui)
{
	return spans[ui->plots.span];
}

const char *ui_looked_at(const struct ui *ui)
{
	return ui->plots.target;
}

struct look ui_look(const struct ui *ui)
{
	return (struct look){ .history = ui->plots.history,
		.target = ui->plots.target,
		.span_ms = spans[ui->plots.span],
		.cursor_ms = ui->plots.cursor_ms,
		.first = ui->plots.first };
}

static unsigned set_span(struct ui *ui, size_t span)
{
	char text[64], name[32];

	ui->plots.span = span;
	text_set(text, sizeof(text), "plots show %s", scale_span(spans[span], name, sizeof(name)));
	ui_say(ui, text);
	return UI_REDRAW | UI_SPAN;
}

unsigned ui_shorter_span(struct ui *ui, const struct snapshot *snapshot)
{
	(void)snapshot;
	return set_span(ui, ui->plots.span ? ui->plots.span - 1 : 0);
}

unsigned ui_longer_span(struct ui *ui, const struct snapshot *snapshot)
{
	(void)snapshot;
	return set_span(ui, ui->plots.span + 1 < ARRAY_LEN(spans) ? ui->plots.span + 1 : ui->plots.span);
}

/* Moves the cursor by one column; it stays within the span. */
static unsigned read_at(struct ui *ui, const struct snapshot *snapshot, int by)
{
	struct plot_state *plots = &ui->plots;
	int64_t now = snapshot->taken.wall_ms, span = spans[plots->span];
	int64_t step = plots->columns ? (span + (int64_t)plots->columns - 1) / (int64_t)plots->columns : span;

	plots->cursor_ms = (plots->cursor_ms ? plots->cursor_ms : now) + by * step;
	if (plots->cursor_ms < now - span)
		plots->cursor_ms = now - span;
	if (plots->cursor_ms > now)
		plots->cursor_ms = 0;
	return UI_REDRAW;
}

unsigned ui_read_earlier(struct ui *ui, const struct snapshot *snapshot)
{
	return read_at(ui, snapshot, -1);
}

unsigned ui_read_later(struct ui *ui, const struct snapshot *snapshot)
{
	return read_at(ui, snapshot, 1);
}

unsigned ui_leave_history(struct ui *ui)
{
	if (ui->plots.cursor_ms)
		ui->plots.cursor_ms = 0;
	else
		*ui->plots.target = '\0';
	return UI_REDRAW;
}

unsigned ui_scroll_history(struct ui *ui, long by)
{
	struct plot_state *plots = &ui->plots;

	if (by < 0)
		plots->first = plots->first > (size_t)-by ? plots->first - (size_t)-by : 0;
	else
		plots->first = plots->last - plots->first > (size_t)by ? plots->first + (size_t)by : plots->last;
	return UI_REDRAW;
}

void ui_draw_history(struct ui *ui, const struct snapshot *snapshot, struct canvas *canvas, struct box box)
{
	struct look look = ui_look(ui);

	ui->plots.columns = plot_columns(canvas, box);
	ui->plots.last = ui_view(ui)->draw(snapshot, &look, canvas, box);
	if (ui->plots.first > ui->plots.last)
		ui->plots.first = ui->plots.last;
}
