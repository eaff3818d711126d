/* The modes without a screen: live source, deadline or period, output. */
#include "tui/batch.h"

#include "probes/base/fault.h"
#include "probes/base/mem.h"
#include "probes/io/sd_notify.h"
#include "probes/model/history_sparks.h"
#include "probes/model/snapshot.h"
#include "probes/report/redact.h"
#include "probes/source.h"
#include "tui/alarms.h"
#include "tui/batch_once.h"
#include "tui/batch_step.h"
#include "tui/canary_ask.h"
#include "tui/event_log.h"
#include "tui/first_run.h"
#include "tui/known_names.h"
#include "tui/listen.h"
#include "tui/loop.h"
#include "tui/open_source.h"
#include "tui/print_to.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>
#include <uv.h>

#define LOOK_MS 5
#define FIRST_S 1.0      /* until the first snapshot of --listen, however long a period is */
#define EARLY_GAP_MS 200 /* between records, if many paths fail */

static void stop(struct batch *batch)
{
	uv_stop(&batch->loop);
}

/* Period by period, what led to the picture. Names are hidden in each, so that history knows them by those. */
static void keep_lead(struct batch *batch)
{
	do {
		batch_step_keep(batch);
		batch_step_hide(batch);
		history_take(batch->history, batch->last);
	} while (source_lead(batch->source));
	history_sparks_fill(batch->history, batch->last, SOURCE_LEAD_MS);
}

/* Taking a snapshot may start new requests: it is the last one only if none are pending after it. */
static void look(uv_timer_t *timer)
{
	struct batch *batch = timer->data;

	if (batch->canary) {
		batch_step_keep(batch);
		canary_ask_progress(&batch->to, batch->last, batch->canary, false);
		if (!batch->last->has_running_canary)
			stop(batch);
		return;
	}
	if (!source_is_complete(batch->source))
		return;
	if (batch->history)
		keep_lead(batch);
	else
		batch_step_keep(batch);
	if (source_is_complete(batch->source))
		stop(batch);
}

static void at_deadline(uv_timer_t *timer);

/* A path that begins to fail is printed before the period ends: it may be over, or left, by then. */
static void print_early(struct batch *batch)
{
	uint64_t since = uv_now(&batch->loop) - batch->printed;

	if (source_path_failures(batch->source) == batch->path_failures)
		return;
	batch->path_failures = source_path_failures(batch->source);
	uv_timer_start(&batch->deadline, at_deadline, since < EARLY_GAP_MS ? EARLY_GAP_MS - since : 0,
		uv_timer_get_repeat(&batch->deadline));
}

static void changed(void *data)
{
	struct batch *batch = data;

	if (batch->runs_on && batch->source)
		print_early(batch);
	if (!batch->runs_on && !uv_is_active((uv_handle_t *)&batch->look))
		uv_timer_start(&batch->look, look, LOOK_MS, 0);
}

static void print_record(struct batch *batch)
{
	if (*batch->options->file) {
		batch_step_write(batch, batch_step_print);
		return;
	}
	batch->options->output->record(&batch->to, batch->last);
	if (fflush(stdout) != 0 || ferror(stdout))
		stop(batch);
}

static void at_deadline(uv_timer_t *timer)
{
	struct batch *batch = timer->data;

	batch_step_keep(batch);
	if (!batch->runs_on) {
		stop(batch);
		return;
	}
	batch_step_hide(batch);
	batch->printed = uv_now(&batch->loop);
	if (batch->options->is_watch)
		print_record(batch);
	listen_see(batch->listen, batch->last);
	if (batch->listen && !batch->notify) /* ready: from now on there is something to answer */
		batch->notify = sd_notify_new(&batch->loop);
	if (source_is_replay(batch->source) && !source_step(batch->source))
		stop(batch);
	else if (source_is_replay(batch->source))
		uv_timer_start(timer, at_deadline, 0, 0);
}

static void say(void *data, const char *text)
{
	const struct batch *batch = data;

	options_complain(batch->options, text, stderr);
}

/* Standard output is for the snapshots. */
static void send_bytes(void *data, const char *bytes)
{
	(void)data;
	if (isatty(STDERR_FILENO))
		fputs(bytes, stderr);
}

static void open_alarms(struct batch *batch, const struct settings *settings)
{
	const struct alarm_hooks hooks = { .send = send_bytes, .say = say, .data = batch };

	if (!batch->runs_on)
		return;
	batch->event_log = event_log_new(settings->event_log, say, batch);
	batch->alarms = alarms_new(&batch->loop, settings, &hooks);
}

static int open_listen(struct batch *batch, const struct options *options, const struct settings *settings)
{
	struct fault fault;

	if (listen_open(&batch->listen, &batch->loop, options->listen, settings->period_s, &fault) == 0)
		return 0;
	options_complain(options, fault.text, stderr);
	return options->may_listen ? 0 : -1;
}

/* Not 0: it cannot start; the reason was printed. */
static int open_loop(
	struct batch *batch, const struct options *options, const struct settings *settings, bool is_ascii)
{
	bool runs_on = options->is_watch || (*options->listen && !options->may_listen);
	double first = *settings->replay && runs_on                                  ? 0
		       : runs_on && *options->listen && settings->period_s > FIRST_S ? FIRST_S
		       : runs_on                                                     ? settings->period_s
										     : settings->deadline_s;
	struct fault fault;

	memset(batch, 0, sizeof(*batch));
	if (loop_start(&batch->loop, &fault) < 0) {
		options_complain(options, fault.text, stderr);
		return EX_OSERR;
	}
	if (runs_on && open_listen(batch, options, settings) < 0) {
		loop_end(&batch->loop);
		return EX_OSERR;
	}
	batch->runs_on = runs_on;
	batch->options = options;
	batch->settings = settings;
	batch->first_run = first_run_is(settings) ? first_run_text(settings) : NULL;
	batch->to = print_to_new(options, settings, is_ascii);
	batch->redactor = options->is_redacted ? print_to_redactor(settings) : NULL;
	uv_timer_init(&batch->loop, &batch->deadline);
	uv_timer_init(&batch->loop, &batch->look);
	batch->deadline.data = batch->look.data = batch;
	uv_timer_start(&batch->deadline, at_deadline, (uint64_t)(first * 1000),
		runs_on ? (uint64_t)(settings->period_s * 1000) : 0);
	for (size_t i = 0; i < ARRAY_LEN(batch->signals); i++) {
		uv_signal_init(&batch->loop, &batch->signals[i]);
		batch->signals[i].data = batch;
	}
	batch_step_signals(batch, true);
	signal(SIGPIPE, SIG_IGN);
	if (!*settings->replay)
		open_alarms(batch, settings);
	else if (options->output->is_picture && !runs_on)
		batch->history = history_new();
	batch->to.history = batch->history;
	batch->source = open_source(options, settings,
		runs_on          ? SOURCE_EACH
		: batch->history ? SOURCE_PICTURE
				 : SOURCE_ONCE);
	if (!batch->source)
		return EX_USAGE;
	source_start(batch->source, &batch->loop, settings, changed, batch);
	if (runs_on && !batch->listen)
		batch->notify = sd_notify_new(&batch->loop);
	return 0;
}

static void close_loop(struct batch *batch)
{
	event_log_free(batch->event_log);
	alarms_free(batch->alarms);
	snapshot_free(batch->last);
	redactor_free(batch->redactor);
	sd_notify_free(batch->notify);
	listen_free(batch->listen);
	print_to_fini(&batch->to);
	history_free(batch->history);
	source_free(batch->source);
	uv_close((uv_handle_t *)&batch->deadline, NULL);
	uv_close((uv_handle_t *)&batch->look, NULL);
	for (size_t i = 0; i < ARRAY_LEN(batch->signals); i++)
		uv_close((uv_handle_t *)&batch->signals[i], NULL);
	loop_end(&batch->loop);
}

/* Looks, and prints. Returns the exit status. */
static int run(struct batch *batch)
{
	uv_run(&batch->loop, UV_RUN_DEFAULT);
	if (batch->runs_on) {
		batch->interrupted = 0; /* which is how it ends */
		return batch->last ? (int)batch->last->status : STATUS_UNKNOWN;
	}
	if (batch->interrupted)
		return STATUS_UNKNOWN;
	if (!batch->last)
		batch_step_keep(batch);
	known_names_keep(batch->last, batch->settings->state_file);
	return batch_once_print(batch);
}

int batch_run(const struct options *options, const struct settings *settings, bool is_ascii)
{
	struct batch batch;
	struct fault fault;
	int status, interrupted;

	if (print_to_check(options, &fault) < 0) {
		options_complain(options, fault.text, stderr);
		return EX_IOERR;
	}
	status = open_loop(&batch, options, settings, is_ascii);
	if (status && !batch.options)
		return status;
	if (!status)
		status = run(&batch);
	interrupted = batch.interrupted;
	close_loop(&batch);
	if (interrupted) {
		signal(interrupted, SIG_DFL);
		raise(interrupted);
	}
	return status;
}
