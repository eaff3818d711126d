/* The past: the span of all plots and sparklines, and the History view with its cursor.
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
#define SPAN_AT_FIRST 1

void ui_set_history(struct ui *ui, const struct history *history)
{
	ui->past.history = history;
	ui->past.span = SPAN_AT_FIRST;
}

int64_t ui_span_ms(const struct ui *ui)
{
	return spans[ui->past.span];
}

const char *ui_looked_at(const struct ui *ui)
{
	return ui->past.target;
}

struct look ui_look(const struct ui *ui)
{
	return (struct look){ .history = ui->past.history,
		.target = ui->past.target,
		.span_ms = spans[ui->past.span],
		.cursor_ms = ui->past.cursor_ms,
		.first = ui->past.first };
}

static unsigned set_span(struct ui *ui, size_t span)
{
	char text[64], name[32];

	ui->past.span = span;
	text_set(text, sizeof(text), "plots show %s", scale_span(spans[span], name, sizeof(name)));
	ui_say(ui, text);
	return UI_REDRAW | UI_SPAN;
}

unsigned ui_shorter_span(struct ui *ui, const struct snapshot *snapshot)
{
	(void)snapshot;
	return set_span(ui, ui->past.span ? ui->past.span - 1 : 0);
}

unsigned ui_longer_span(struct ui *ui, const struct snapshot *snapshot)
{
	(void)snapshot;
	return set_span(ui, ui->past.span + 1 < ARRAY_LEN(spans) ? ui->past.span + 1 : ui->past.span);
}

/* Moves the cursor by one column; it stays within the span. */
static unsigned read_at(struct ui *ui, const struct snapshot *snapshot, int by)
{
	struct past *past = &ui->past;
	int64_t now = snapshot->taken.wall_ms, span = spans[past->span];
	int64_t step = past->columns ? (span + (int64_t)past->columns - 1) / (int64_t)past->columns : span;

	past->cursor_ms = (past->cursor_ms ? past->cursor_ms : now) + by * step;
	if (past->cursor_ms < now - span)
		past->cursor_ms = now - span;
	if (past->cursor_ms > now)
		past->cursor_ms = 0;
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

unsigned ui_leave_past(struct ui *ui)
{
	if (ui->past.cursor_ms)
		ui->past.cursor_ms = 0;
	else
		*ui->past.target = '\0';
	return UI_REDRAW;
}

unsigned ui_scroll_past(struct ui *ui, long by)
{
	struct past *past = &ui->past;

	if (by < 0)
		past->first = past->first > (size_t)-by ? past->first - (size_t)-by : 0;
	else
		past->first = past->last - past->first > (size_t)by ? past->first + (size_t)by : past->last;
	return UI_REDRAW;
}

void ui_draw_past(struct ui *ui, const struct snapshot *snapshot, struct canvas *canvas, struct box box)
{
	struct look look = ui_look(ui);

	ui->past.columns = plot_columns(canvas, box);
	ui->past.last = ui_view(ui)->draw(snapshot, &look, canvas, box);
	if (ui->past.first > ui->past.last)
		ui->past.first = ui->past.last;
}
