/* What interactive.c and frames.c share. Do not include it elsewhere. */
#ifndef TSLLM_TUI_FRAMES_H
#define TSLLM_TUI_FRAMES_H

#include "probes/base/fault.h"
#include "probes/model/settings.h"
#include "tui/term/canvas.h"
#include "tui/term/notify.h"
#include "tui/term/theme.h"
#include "tui/ui/ui.h"

#include <uv.h>

struct interactive {
	uv_loop_t loop;
	const char *first_run; /* still to be said; NULL: nothing */
	struct fault trouble;  /* that was said last; "" */
	uv_timer_t frame, clock, expiry, back;
	uv_poll_t keys;
	uv_signal_t signals[5];
	struct source *source;
	struct listen *listen; /* NULL: it does not */
	struct event_log *event_log;
	struct alarms *alarms;
	char unsent[2 * NOTIFY_MAX]; /* by alarms, while the terminal was behind */
	struct snapshot *snapshot;
	struct history *history;
	struct ui *ui;
	struct kept *kept;
	struct shell_out *shell_out; /* it has the terminal; NULL: we do */
	struct server_log *log;      /* read while its page is open; NULL: none is */
	bool is_drawn_soon;          /* by frames_draw_soon() */
	struct canvas *canvas;
	const struct settings *settings;
	struct theme theme;
	bool is_ascii;
	uint64_t drawn;   /* loop time of the last frame */
	uint64_t take_ms; /* how long the last snapshot took */
	bool leaves;      /* the last screen stays on the terminal */
};

void frames_lead(struct interactive *it); /* history takes in what led to the moment of a replay */
void frames_take(struct interactive *it); /* a new snapshot */
void frames_draw(struct interactive *it);
/* The same snapshot, but something else that is shown has changed. */
void frames_draw_soon(void *data);
/* Called when there is something new: takes a snapshot and draws it, as soon as it is time for a frame. */
void frames_changed(void *data);

#endif
