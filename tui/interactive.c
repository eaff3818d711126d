/* The dashboard's loop: keys, changes and a clock trigger frames.
 *
 * The first frame is drawn before any network answer, the next one when the tailnet is known. After that,
 * changes are drawn at most ten times a second, less often if snapshots are slow to take; keys are drawn at
 * once; and a slow clock updates ages and sparklines. Unchanged rows are not sent. After a slow snapshot, the
 * next frame is drawn in the next turn of the loop, so that keys are read in between. */
#include "tui/interactive.h"

#include "probes/base/fault.h"
#include "probes/base/mem.h"
#include "probes/base/text.h"
#include "probes/model/history_sparks.h"
#include "probes/model/snapshot.h"
#include "probes/source.h"
#include "tui/alarms.h"
#include "tui/event_log.h"
#include "tui/copy_out.h"
#include "tui/first_run.h"
#include "tui/frames.h"
#include "tui/kept_theme.h"
#include "tui/known_names.h"
#include "tui/listen.h"
#include "tui/loop.h"
#include "tui/open_source.h"
#include "tui/open_ui.h"
#include "tui/out/canvas_text.h"
#include "tui/server_log.h"
#include "tui/shell_out.h"
#include "tui/term/canvas.h"
#include "tui/term/screen.h"
#include "tui/term/theme.h"
#include "tui/ui/ui.h"
#include "tui/views/target.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>
#include <uv.h>

#define CLOCK_MS 2000
#define REPLAY_CLOCK_MS 100
#define BACK_FIRST_MS 1000 /* history is read back after the first frames, a slice at a time */
#define BACK_NEXT_MS 20

/* ---- keys ---- */

static void next_theme(struct interactive *it)
{
	char name[THEME_NAME_MAX], said[THEME_NAME_MAX + 16];
	struct fault fault = { "" };

	theme_next(it->theme.name, name, sizeof(name));
	theme_load(&it->theme, name, &fault);
	screen_set_theme(&it->theme);
	kept_theme_set(it->kept, it->settings->theme, it->theme.name);
	text_set(said, sizeof(said), "theme: %s", it->theme.name);
	ui_say(it->ui, *fault.text ? fault.text : said);
}

static void read_keys(uv_poll_t *poll, int status, int events);

static void come_back(void *data)
{
	struct interactive *it = data;

	shell_out_free(it->shell_out);
	it->shell_out = NULL;
	screen_return();
	uv_poll_start(&it->keys, UV_READABLE, read_keys);
	frames_draw(it);
}

static void leave_for_shell(struct interactive *it)
{
	const char *tailscale = *it->settings->tailscale ? it->settings->tailscale : "tailscale";
	bool by_tailscale;
	const char *host = ui_shell_host(it->ui, &by_tailscale);
	struct fault fault;

	if (it->shell_out)
		return;
	uv_poll_stop(&it->keys);
	screen_leave();
	it->shell_out =
		shell_out_start(&it->loop, by_tailscale ? tailscale : NULL, host, come_back, it, &fault);
	if (it->shell_out)
		return;
	ui_say(it->ui, fault.text);
	come_back(it);
}

static void ping(struct interactive *it)
{
	struct target target = target_find(it->snapshot, ui_pinged(it->ui));

	if (target.peer)
		source_ping(it->source, target.peer);
}

static void close_log(struct interactive *it)
{
	ui_show_log(it->ui, NULL);
	server_log_free(it->log);
	it->log = NULL;
}

/* Of the server in the row; of a mount, that of its backend. */
static void open_log(struct interactive *it)
{
	const struct log_wish wish = { .loop = &it->loop,
		.settings = it->settings,
		.follows = true,
		.changed = frames_draw_soon,
		.data = it };
	struct target target = target_find(it->snapshot, ui_logged(it->ui));
	int row = !target.mount                ? -1
		  : target.mount->backend >= 0 ? target.mount->backend
					       : target.mount->endpoint;

	close_log(it);
	if (!target.endpoint && row >= 0)
		target.endpoint = &it->snapshot->endpoints[row];
	if (!target.endpoint)
		return;
	it->log = server_log_open(&wish, it->snapshot, target.endpoint);
	ui_show_log(it->ui, server_log_text(it->log));
}

static void act(struct interactive *it, unsigned what)
{
	if (what & UI_QUIT)
		uv_stop(&it->loop);
	it->leaves = it->leaves || what & UI_LEAVE;
	if (what & UI_PROBE_NOW)
		source_ask_now(it->source);
	if (what & UI_STEER) {
		source_steer(it->source, ui_steer(it->ui));
		frames_take(it);
	}
	if (what & UI_NEXT_THEME)
		next_theme(it);
	if (what & UI_LOG)
		open_log(it);
	if (what & UI_PING)
		ping(it);
	if (what & UI_CANARY)
		source_canary(it->source, ui_canary_plan(it->ui));
	if (what & UI_STOP_CANARY)
		source_stop_canary(it->source);
	if (what & UI_COPY)
		copy_out(it->ui);
	if (what & UI_SPAN)
		history_sparks_fill(it->history, it->snapshot, ui_span_ms(it->ui));
	if (what & UI_CLEAR)
		screen_clear();
	if (what & UI_SHELL)
		leave_for_shell(it);
}

static void read_keys(uv_poll_t *poll, int status, int events)
{
	struct interactive *it = poll->data;
	unsigned what = 0;

	(void)events;
	if (status < 0) {
		uv_stop(&it->loop);
		return;
	}
	for (int key; !it->shell_out && (key = screen_key()) != PRESS_NONE;) {
		unsigned bits = ui_key(it->ui, it->snapshot, key);

		act(it, bits);
		what |= bits;
	}
	if (it->log && !*ui_logged(it->ui))
		close_log(it);
	if (what)
		frames_draw(it);
}

/* ---- signals ---- */

static void on_signal(uv_signal_t *handle, int number)
{
	struct interactive *it = handle->data;

	if (it->shell_out && (number == SIGINT || number == SIGWINCH || number == SIGCONT))
		return; /* the command's own; the size is looked at on the way back */
	if (number != SIGWINCH && number != SIGCONT) {
		uv_stop(&it->loop);
		return;
	}
	screen_resize();
	screen_clear();
	frames_draw(it);
}

/* What the user chose with keys, but not in a replay. If it cannot be written, that is said once. */
static void keep(struct interactive *it)
{
	struct fault fault;

	if (it->settings->replay[0])
		return;
	ui_keep(it->ui, it->kept);
	if (kept_save(it->kept, &fault) < 0)
		ui_say(it->ui, fault.text);
}

static void tick(uv_timer_t *timer)
{
	struct interactive *it = timer->data;

	keep(it);
	if (source_pass(it->source, when_now()))
		frames_changed(it);
}

static void read_back(uv_timer_t *timer)
{
	struct interactive *it = timer->data;
	struct fault note;
	bool goes_on = source_read_back(it->source, &note);

	if (*note.text)
		ui_say(it->ui, note.text);
	if (*note.text || !goes_on)
		frames_changed(it);
	if (goes_on)
		uv_timer_start(timer, read_back, BACK_NEXT_MS, 0);
}

static void open_loop(struct interactive *it, uint64_t clock_ms)
{
	static const int numbers[] = { SIGINT, SIGTERM, SIGHUP, SIGWINCH, SIGCONT };
	int flags = fcntl(STDIN_FILENO, F_GETFL);

	uv_timer_init(&it->loop, &it->frame);
	uv_timer_init(&it->loop, &it->clock);
	uv_timer_init(&it->loop, &it->expiry);
	uv_timer_init(&it->loop, &it->back);
	uv_poll_init(&it->loop, &it->keys, STDIN_FILENO);
	/* libuv made the terminal non-blocking, which would break our own output and the shell afterwards. */
	fcntl(STDIN_FILENO, F_SETFL, flags);
	it->frame.data = it->clock.data = it->expiry.data = it->back.data = it->keys.data = it;
	for (size_t i = 0; i < ARRAY_LEN(numbers); i++) {
		uv_signal_init(&it->loop, &it->signals[i]);
		it->signals[i].data = it;
		uv_signal_start(&it->signals[i], on_signal, numbers[i]);
	}
	signal(SIGPIPE, SIG_IGN);
	uv_poll_start(&it->keys, UV_READABLE, read_keys);
	uv_timer_start(&it->clock, tick, clock_ms, clock_ms);
}

static void say(void *data, const char *text)
{
	ui_say(((struct interactive *)data)->ui, text);
}

static void send_bytes(void *data, const char *bytes)
{
	struct interactive *it = data;

	if (strlen(it->unsent) + strlen(bytes) < sizeof(it->unsent))
		text_add(it->unsent, sizeof(it->unsent), "%s", bytes);
}

static void open_alarms(struct interactive *it, const struct settings *settings)
{
	const struct alarm_hooks hooks = { .send = send_bytes, .say = say, .data = it };

	it->event_log = event_log_new(settings->event_log, say, it);
	it->alarms = alarms_new(&it->loop, settings, &hooks);
}

static void close_all(struct interactive *it, bool has_colour)
{
	screen_close();
	if (it->leaves)
		canvas_text_print(stdout, it->canvas, has_colour);
	event_log_free(it->event_log);
	alarms_free(it->alarms);
	known_names_keep(it->snapshot, it->settings->state_file);
	snapshot_free(it->snapshot);
	listen_free(it->listen);
	source_free(it->source);
	shell_out_free(it->shell_out);
	server_log_free(it->log);
	uv_close((uv_handle_t *)&it->frame, NULL);
	uv_close((uv_handle_t *)&it->clock, NULL);
	uv_close((uv_handle_t *)&it->expiry, NULL);
	uv_close((uv_handle_t *)&it->back, NULL);
	uv_close((uv_handle_t *)&it->keys, NULL);
	for (size_t i = 0; i < ARRAY_LEN(it->signals); i++)
		uv_close((uv_handle_t *)&it->signals[i], NULL);
	loop_end(&it->loop);
	canvas_free(it->canvas);
	keep(it);
	kept_free(it->kept);
	ui_free(it->ui);
	history_free(it->history);
}

/* Not 0: it cannot start; the reason was printed, which the screen would cover. */
static int open_all(struct interactive *it, const struct options *options, struct screen_options screen)
{
	const struct settings *settings = it->settings;
	struct fault ignored, fault;

	if (listen_open(&it->listen, &it->loop, options->listen, settings->period_s, &fault) < 0) {
		options_complain(options, fault.text, stderr);
		if (!options->may_listen)
			return EX_OSERR;
	}
	it->source = open_source(options, settings, SOURCE_SCREEN);
	if (!it->source)
		return EX_USAGE;
	/* A configured theme that is wrong was complained about before; a kept one may have gone since. */
	theme_load(&it->theme,
		options->has_theme ? settings->theme : kept_theme_get(it->kept, settings->theme), &ignored);
	if (screen_open(&it->theme, screen, &fault) == 0)
		return 0;
	options_complain(options, fault.text, stderr);
	return 1;
}

static void run(struct interactive *it)
{
	const struct settings *settings = it->settings;

	open_loop(it, *settings->replay ? REPLAY_CLOCK_MS : CLOCK_MS);
	if (!*settings->replay)
		open_alarms(it, settings);
	frames_draw(it);
	source_keep(it->source, it->history);
	source_start(it->source, &it->loop, settings, frames_changed, it);
	if (*settings->record && !*settings->replay)
		uv_timer_start(&it->back, read_back, BACK_FIRST_MS, 0);
	frames_lead(it);
	uv_run(&it->loop, UV_RUN_DEFAULT);
}

int interactive_run(const struct options *options, const struct settings *settings, bool is_ascii)
{
	const char *no_colour = getenv("NO_COLOR");
	const struct screen_options screen = { .has_mouse = open_mouse(options),
		.has_colour = !(no_colour && *no_colour) };
	struct interactive it = { .is_ascii = is_ascii,
		.settings = settings,
		.first_run = first_run_is(settings) ? first_run_text(settings) : NULL };
	struct fault fault, kept_fault;
	int status;

	if (loop_start(&it.loop, &fault) < 0) {
		options_complain(options, fault.text, stderr);
		return EX_OSERR;
	}
	it.kept = open_kept(settings, &kept_fault);
	status = open_all(&it, options, screen);
	if (status) {
		source_free(it.source);
		kept_free(it.kept);
		listen_free(it.listen);
		loop_end(&it.loop);
		return status;
	}
	mem_on_death(screen_close);
	it.ui = open_ui(options, settings, it.kept, kept_fault.text);
	it.history = history_new();
	ui_set_history(it.ui, it.history);
	it.snapshot = open_snapshot(settings);
	run(&it);
	close_all(&it, screen.has_colour);
	return 0;
}
