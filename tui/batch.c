/* The modes without a screen: live source, deadline or period, output. */
#include "tui/batch.h"

#include "probes/base/fault.h"
#include "probes/base/mem.h"
#include "probes/base/text.h"
#include "probes/base/url.h"
#include "probes/io/sd_notify.h"
#include "probes/model/snapshot.h"
#include "probes/report/audit.h"
#include "probes/report/diagnose.h"
#include "probes/report/redact.h"
#include "probes/source.h"
#include "tui/alarms.h"
#include "tui/event_log.h"
#include "tui/first_run.h"
#include "tui/listen.h"
#include "tui/loop.h"
#include "tui/print_to.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>
#include <uv.h>

#define LOOK_MS 5
#define FIRST_S 1.0      /* until the first snapshot of --listen, however long a period is */
#define EARLY_GAP_MS 200 /* between records, if many paths fail */

struct batch {
	uv_loop_t loop;
	uv_timer_t deadline, look;
	uv_signal_t signals[3];
	struct source *source;
	bool has_trouble;       /* it was said that nothing can be recorded */
	unsigned path_failures; /* that records have shown */
	uint64_t printed;       /* loop time of the last record */
	struct snapshot *last;
	struct event_log *event_log; /* of --watch */
	struct alarms *alarms;       /* of --watch; NULL: none */
	struct redactor *redactor;   /* NULL: names are printed as they are */
	const struct options *options;
	struct print_to to;
	struct fault file_fault; /* of the last writing of --output */
	bool runs_on;            /* until a signal: --watch, --listen */
	struct listen *listen;   /* NULL: it does not */
	struct sd_notify *notify;
	const char *first_run; /* still to be said; NULL: nothing */
};

/* Says once that nothing can be recorded any more. */
static void say_trouble(struct batch *batch)
{
	const char *trouble = source_trouble(batch->source);

	if (*trouble && !batch->has_trouble)
		options_complain(batch->options, trouble, stderr);
	batch->has_trouble = *trouble;
}

static void keep(struct batch *batch)
{
	snapshot_free(batch->last);
	batch->last = source_take(batch->source);
	say_trouble(batch);
	if (batch->runs_on) {
		event_log_see(batch->event_log, batch->last);
		alarms_see(batch->alarms, batch->last);
	}
	if (batch->first_run && first_run_searches(batch->last)) {
		fprintf(stderr, "tsllm-top: %s\n", batch->first_run);
		batch->first_run = NULL;
	}
}

/* Replaces names, if they are to be hidden. Call once per snapshot. */
static void hide(struct batch *batch)
{
	listen_learn(batch->listen, batch->last);
	if (batch->redactor)
		redactor_apply(batch->redactor, batch->last);
}

static void stop(struct batch *batch)
{
	uv_stop(&batch->loop);
}

/* Taking a snapshot may start new requests: it is the last one only if none are pending after it. */
static void look(uv_timer_t *timer)
{
	struct batch *batch = timer->data;

	if (!source_is_complete(batch->source))
		return;
	keep(batch);
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

/* The file of --output. While it cannot be written, that is said once, and tried again each period. */
static int write_file(struct batch *batch)
{
	struct fault fault = { "" };
	int result = print_to_file(&batch->to, batch->options, batch->last, &fault);

	if (*fault.text && strcmp(fault.text, batch->file_fault.text) != 0)
		options_complain(batch->options, fault.text, stderr);
	batch->file_fault = fault;
	return result;
}

static void print_record(struct batch *batch)
{
	if (*batch->options->file) {
		write_file(batch);
		return;
	}
	batch->options->output->record(&batch->to, batch->last);
	if (fflush(stdout) != 0 || ferror(stdout))
		stop(batch);
}

static void at_deadline(uv_timer_t *timer)
{
	struct batch *batch = timer->data;

	keep(batch);
	if (!batch->runs_on) {
		stop(batch);
		return;
	}
	hide(batch);
	batch->printed = uv_now(&batch->loop);
	if (batch->options->is_watch)
		print_record(batch);
	listen_see(batch->listen, batch->last);
	if (source_is_replay(batch->source) && !source_step(batch->source))
		stop(batch);
	else if (source_is_replay(batch->source))
		uv_timer_start(timer, at_deadline, 0, 0);
}

static void on_signal(uv_signal_t *signal, int number)
{
	(void)number;
	stop(signal->data);
}

static struct redactor *new_redactor(const struct settings *settings)
{
	const char *const paths[] = { settings->socket, settings->tailscale, settings->ca_file,
		settings->helper, settings->state_file };
	struct redactor *redactor = redactor_new(getenv("HOME"));

	for (size_t i = 0; i < ARRAY_LEN(paths); i++)
		redactor_hide_path(redactor, paths[i]);
	return redactor;
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

/* Not 0: it cannot start; the reason was printed. */
static int open_loop(
	struct batch *batch, const struct options *options, const struct settings *settings, bool is_ascii)
{
	static const int numbers[] = { SIGINT, SIGTERM, SIGHUP };
	bool runs_on = options->is_watch || *options->listen;
	double first = *settings->replay && runs_on                       ? 0
		       : *options->listen && settings->period_s > FIRST_S ? FIRST_S
		       : runs_on                                          ? settings->period_s
									  : settings->deadline_s;
	struct fault fault, note;

	memset(batch, 0, sizeof(*batch));
	if (loop_start(&batch->loop, &fault) < 0) {
		options_complain(options, fault.text, stderr);
		return EX_OSERR;
	}
	if (listen_open(&batch->listen, &batch->loop, options->listen, settings->period_s, &fault) < 0) {
		options_complain(options, fault.text, stderr);
		loop_end(&batch->loop);
		return EX_OSERR;
	}
	batch->runs_on = runs_on;
	batch->options = options;
	batch->first_run = first_run_is(settings) ? first_run_text(settings) : NULL;
	batch->to = print_to_new(options, settings, is_ascii);
	batch->redactor = options->is_redacted ? new_redactor(settings) : NULL;
	uv_timer_init(&batch->loop, &batch->deadline);
	uv_timer_init(&batch->loop, &batch->look);
	batch->deadline.data = batch->look.data = batch;
	uv_timer_start(&batch->deadline, at_deadline, (uint64_t)(first * 1000),
		runs_on ? (uint64_t)(settings->period_s * 1000) : 0);
	for (size_t i = 0; i < ARRAY_LEN(numbers); i++) {
		uv_signal_init(&batch->loop, &batch->signals[i]);
		batch->signals[i].data = batch;
		uv_signal_start(&batch->signals[i], on_signal, numbers[i]);
	}
	signal(SIGPIPE, SIG_IGN);
	if (!*settings->replay)
		open_alarms(batch, settings);
	batch->source = source_new(
		&batch->loop, settings, runs_on ? SOURCE_EACH : SOURCE_ONCE, changed, batch, &note, &fault);
	if (*note.text)
		options_complain(options, note.text, stderr);
	batch->notify = runs_on && batch->source ? sd_notify_new(&batch->loop) : NULL;
	if (batch->source)
		return 0;
	options_complain(options, fault.text, stderr);
	return EX_USAGE;
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
	source_free(batch->source);
	uv_close((uv_handle_t *)&batch->deadline, NULL);
	uv_close((uv_handle_t *)&batch->look, NULL);
	for (size_t i = 0; i < ARRAY_LEN(batch->signals); i++)
		uv_close((uv_handle_t *)&batch->signals[i], NULL);
	loop_end(&batch->loop);
}

/* Prints that the name is unknown and, unless names are hidden, similar ones. A URL that was not asked
 * (--passive) is also unknown. */
static int say_unknown(const struct batch *batch, const char *word)
{
	char bare[TEXT_CAP], shown[TEXT_CAP] = "…";
	const char *names[5];
	size_t count = 0;

	url_typed(word, bare, sizeof(bare));
	if (!batch->redactor) {
		text_clean(shown, sizeof(shown), bare, strlen(bare));
		count = diagnose_near(batch->last, word, names, ARRAY_LEN(names));
	}
	if (batch->last->is_passive && strstr(word, "://")) {
		fprintf(stderr, "tsllm-top: --doctor: '%s' was not asked (--passive)\n", shown);
		return STATUS_UNKNOWN;
	}
	fprintf(stderr, "tsllm-top: --doctor: no peer and no server is called '%s'", shown);
	for (size_t i = 0; i < count; i++)
		fprintf(stderr, "%s%s", i ? ", " : "; there is ", names[i]);
	fputs("\n", stderr);
	return EX_USAGE;
}

/* Returns the exit status for the target. */
static int print_doctor(struct batch *batch, const char *word)
{
	const struct snapshot *snapshot = batch->last;
	struct diagnosis_target found;
	const struct diagnosis_target *target =
		*word && diagnose_find(snapshot, word, &found) ? &found : NULL;

	if (*word && !target && snapshot->peer_count)
		return say_unknown(batch, word);
	hide(batch);
	batch->options->output->doctor(&batch->to, snapshot, target);
	return (int)diagnose_status(snapshot, target);
}

/* Rules are applied before names are hidden, because ignore names peers. Returns the exit status. */
static int print_audit(struct batch *batch, const struct settings *settings)
{
	struct audit *audit = audit_new(batch->last, settings->ignore.items, settings->ignore.count);
	enum status status = audit_status(batch->last, audit);

	hide(batch);
	batch->options->output->audit(&batch->to, batch->last, audit);
	audit_free(audit);
	return (int)status;
}

/* Returns the exit status. With --watch everything is printed already, if there was time for a snapshot. */
static int print(struct batch *batch, const struct settings *settings)
{
	const struct options *options = batch->options;

	if (options->pick)
		return options->output->pick(&batch->to, batch->last, options->pick, options->is_verbose);
	if (options->connect) {
		const struct connect_request request = { options->connect,
			options->client ? connect_client_named(options->client) : NULL, settings };

		return options->output->connect(&batch->to, batch->last, &request);
	}
	if (options->is_doctor)
		return print_doctor(batch, settings->examine);
	if (options->is_audit)
		return print_audit(batch, settings);
	if (batch->runs_on)
		return batch->last ? (int)batch->last->status : STATUS_UNKNOWN;
	hide(batch);
	if (*options->file)
		return write_file(batch) < 0 ? EX_IOERR : (int)batch->last->status;
	options->output->snapshot(&batch->to, batch->last);
	return batch->last ? (int)batch->last->status : STATUS_UNKNOWN;
}

int batch_run(const struct options *options, const struct settings *settings, bool is_ascii)
{
	struct batch batch;
	struct fault fault;
	int status;

	if (print_to_check(options, &fault) < 0) {
		options_complain(options, fault.text, stderr);
		return EX_IOERR;
	}
	status = open_loop(&batch, options, settings, is_ascii);
	if (status && !batch.options)
		return status;
	if (status) {
		close_loop(&batch);
		return status;
	}
	uv_run(&batch.loop, UV_RUN_DEFAULT);
	if (!batch.last && !batch.runs_on)
		keep(&batch);
	status = print(&batch, settings);
	close_loop(&batch);
	return status;
}
