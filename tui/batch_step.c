/* What the modes without a screen do, whether they go on or print once. */
#include "tui/batch_step.h"

#include "probes/base/mem.h"
#include "probes/model/snapshot.h"
#include "probes/report/redact.h"
#include "probes/source.h"
#include "tui/alarms.h"
#include "tui/event_log.h"
#include "tui/first_run.h"
#include "tui/listen.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

static const int signal_numbers[BATCH_SIGNALS] = { SIGINT, SIGTERM, SIGHUP };

/* Says once why nothing can be recorded now, or what is damaged. */
static void say_trouble(struct batch *batch)
{
	const char *trouble = source_trouble(batch->source);

	if (*trouble && strcmp(trouble, batch->trouble.text) != 0)
		options_complain(batch->options, trouble, stderr);
	fault_say(&batch->trouble, "%s", trouble);
}

void batch_step_keep(struct batch *batch)
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

void batch_step_hide(struct batch *batch)
{
	listen_learn(batch->listen, batch->last);
	if (batch->redactor)
		redactor_apply(batch->redactor, batch->last);
}

int batch_step_print(void *data, const struct print_to *to)
{
	struct batch *batch = data;

	batch->options->output->snapshot(to, batch->last);
	return batch->last ? (int)batch->last->status : STATUS_UNKNOWN;
}

int batch_step_write(struct batch *batch, print_to_fn *print)
{
	struct fault fault = { "" };
	int result = print_to_file(&batch->to, batch->options->file, print, batch, &fault);

	if (*fault.text && strcmp(fault.text, batch->file_fault.text) != 0)
		options_complain(batch->options, fault.text, stderr);
	batch->file_fault = fault;
	return result;
}

static void on_signal(uv_signal_t *signal, int number)
{
	struct batch *batch = signal->data;

	batch->interrupted = number;
	uv_stop(signal->loop);
}

void batch_step_signals(struct batch *batch, bool is_on)
{
	for (size_t i = 0; i < ARRAY_LEN(batch->signals); i++)
		if (is_on)
			uv_signal_start(&batch->signals[i], on_signal, signal_numbers[i]);
		else
			uv_signal_stop(&batch->signals[i]);
}
