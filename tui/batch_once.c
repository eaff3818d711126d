#include "tui/batch_once.h"

#include "probes/base/mem.h"
#include "probes/model/snapshot.h"
#include "probes/report/canary_words.h"
#include "probes/source.h"
#include "tui/batch_step.h"
#include "tui/canary_ask.h"
#include "tui/examine.h"
#include "tui/log_out.h"

#include <stdlib.h>
#include <sysexits.h>

/* What is printed once. Returns the exit status. */
static int print_once(void *data, const struct print_to *to)
{
	struct batch *batch = data;
	const struct options *options = batch->options;
	const struct examine examine = { options, batch->settings, batch->last, batch->redactor };

	if (options->pick)
		return options->output->pick(to, batch->last, options->pick, options->is_verbose);
	if (options->connect) {
		const struct connect_request request = { options->connect,
			options->client ? connect_client_named(options->client) : NULL, batch->settings };

		return options->output->connect(to, batch->last, &request);
	}
	if (options->is_doctor || options->is_audit)
		return examine_print(&examine, to);
	if (!batch->history)
		batch_step_hide(batch);
	return batch_step_print(batch, to);
}

/* Nothing more is asked meanwhile. Returns the exit status. */
static int print_log(struct batch *batch)
{
	int status;

	uv_timer_stop(&batch->deadline);
	uv_timer_stop(&batch->look);
	source_free(batch->source);
	batch->source = NULL;
	status = log_out_run(&batch->loop, batch->options, batch->settings, batch->last);
	if (batch->options->follows)
		batch->interrupted = 0; /* which is how it ends */
	return status;
}

/* Sends it, and waits for its end or a signal. Returns the exit status. */
static int send_canary(struct batch *batch, const struct canary_plan *plan)
{
	batch->canary = plan;
	uv_timer_stop(&batch->deadline);
	if (source_canary(batch->source, plan))
		uv_run(&batch->loop, UV_RUN_DEFAULT);
	source_stop_canary(batch->source);
	batch->interrupted = 0; /* that it was cancelled is printed */
	batch_step_keep(batch);
	canary_ask_progress(&batch->to, batch->last, plan, true);
	batch->options->output->canary(&batch->to, batch->last, plan);
	return (int)canary_words_status(batch->last, plan->url);
}

static int print_canary(struct batch *batch)
{
	struct canary_choice *choice = mem_alloc(sizeof(*choice));
	int status;

	batch_step_signals(batch, false);
	status = canary_ask(batch->options, batch->settings, &batch->to, batch->last, choice);
	batch_step_signals(batch, true);
	if (status == CANARY_AGREED)
		status = send_canary(batch, &choice->plan);
	free(choice);
	return status;
}

int batch_once_print(struct batch *batch)
{
	int status;

	if (batch->options->server_log)
		return print_log(batch);
	if (batch->options->canary)
		return print_canary(batch);
	if (!*batch->options->file)
		return print_once(batch, &batch->to);
	status = batch_step_write(batch, print_once);
	return status < 0 ? EX_IOERR : status;
}
