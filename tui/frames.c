/* Snapshots and frames: when one is taken, who is told of it, and when it is drawn. */
#include "tui/frames.h"

#include "probes/model/history_sparks.h"
#include "probes/model/snapshot.h"
#include "probes/source.h"
#include "tui/alarms.h"
#include "tui/event_log.h"
#include "tui/first_run.h"
#include "tui/listen.h"
#include "tui/term/screen.h"

#include <string.h>

#define FRAME_MS 100
#define SHARE 10       /* snapshots take at most 1/SHARE of the time */
#define EXPIRY_MS 1000 /* how often to look whether what was said is old */
#define FIRST_RUN_MS 30000
#define NEXT_TURN_MS 1 /* with 0, libuv runs the timer before it reads the keys */

static void frame(uv_timer_t *timer);
static void show(uv_timer_t *timer);

void frames_draw(struct interactive *it)
{
	int width, height;

	if (it->shell_out)
		return;
	screen_size(&width, &height);
	if (!it->canvas || it->canvas->width != width || it->canvas->height != height) {
		canvas_free(it->canvas);
		it->canvas = canvas_new(width, height, it->is_ascii);
		it->canvas->has_no_braille = !screen_has_braille();
	}
	it->is_drawn_soon = false;
	if (ui_expire(it->ui, when_now()))
		uv_timer_start(&it->expiry, show, EXPIRY_MS, 0);
	ui_draw(it->ui, it->snapshot, it->canvas);
	if (!screen_show(it->canvas))
		uv_timer_start(&it->frame, frame, FRAME_MS, 0);
	it->drawn = uv_now(&it->loop);
}

/* Says once why nothing can be recorded now, or what is damaged. */
static void say_trouble(struct interactive *it)
{
	const char *trouble = source_trouble(it->source);

	if (*trouble && strcmp(trouble, it->trouble.text) != 0)
		ui_say(it->ui, trouble);
	fault_say(&it->trouble, "%s", trouble);
}

void frames_lead(struct interactive *it)
{
	while (source_lead(it->source)) {
		struct snapshot *snapshot = source_take(it->source);

		history_take(it->history, snapshot);
		snapshot_free(snapshot);
	}
}

void frames_take(struct interactive *it)
{
	uint64_t begun = uv_hrtime();
	struct snapshot *fresh = source_take(it->source);

	history_look_at(it->history, ui_looked_at(it->ui));
	history_take(it->history, fresh);
	history_sparks_fill(it->history, fresh, ui_span_ms(it->ui));
	it->take_ms = (uv_hrtime() - begun) / 1000000;
	event_log_see(it->event_log, fresh);
	alarms_see(it->alarms, fresh);
	if (*it->unsent && !it->shell_out && screen_send(it->unsent))
		it->unsent[0] = '\0';
	ui_see_pings(it->ui, fresh);
	ui_see_canary(it->ui, fresh);
	listen_show(it->listen, fresh);
	say_trouble(it);
	if (ui_is_paused(it->ui)) {
		snapshot_free(fresh);
		return;
	}
	snapshot_free(it->snapshot);
	it->snapshot = fresh;
	if (it->first_run && first_run_searches(fresh)) {
		ui_notice(it->ui, it->first_run, FIRST_RUN_MS);
		it->first_run = NULL;
	}
}

static void show(uv_timer_t *timer)
{
	frames_draw(timer->data);
}

static void frame(uv_timer_t *timer)
{
	struct interactive *it = timer->data;

	frames_take(it);
	if (it->take_ms)
		uv_timer_start(timer, show, NEXT_TURN_MS, 0);
	else
		frames_draw(it);
}

void frames_draw_soon(void *data)
{
	struct interactive *it = data;

	if (!it->is_drawn_soon)
		uv_timer_start(&it->expiry, show, FRAME_MS, 0);
	it->is_drawn_soon = true;
}

/* How long until the next frame. The first answer of tailscaled is shown at once. */
static uint64_t frame_wait(const struct interactive *it)
{
	uint64_t since = uv_now(&it->loop) - it->drawn;
	uint64_t gap = it->take_ms * SHARE > FRAME_MS ? it->take_ms * SHARE : FRAME_MS;

	if (!it->snapshot->daemon.is_known)
		return 0;
	return since < gap ? gap - since : NEXT_TURN_MS;
}

void frames_changed(void *data)
{
	struct interactive *it = data;

	if (!uv_is_active((uv_handle_t *)&it->frame))
		uv_timer_start(&it->frame, frame, frame_wait(it), 0);
}
