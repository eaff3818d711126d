/* What batch.c and batch_once.c share: the state, and single steps. Do not include it elsewhere. */
#ifndef TSLLM_TUI_BATCH_STEP_H
#define TSLLM_TUI_BATCH_STEP_H

#include "probes/base/fault.h"
#include "tui/options.h"
#include "tui/print_to.h"

#include <uv.h>

#define BATCH_SIGNALS 3

struct batch {
	uv_loop_t loop;
	uv_timer_t deadline, look;
	uv_signal_t signals[BATCH_SIGNALS];
	struct source *source;
	struct fault trouble;   /* that was said last; "" */
	unsigned path_failures; /* that records have shown */
	uint64_t printed;       /* loop time of the last record */
	struct snapshot *last;
	struct event_log *event_log; /* of --watch */
	struct alarms *alarms;       /* of --watch; NULL: none */
	struct redactor *redactor;   /* NULL: names are printed as they are */
	const struct options *options;
	const struct settings *settings;
	struct print_to to;
	struct fault file_fault; /* of the last writing of --output */
	bool runs_on;            /* until a signal: --watch, --listen */
	int interrupted;         /* by this signal, before it could end well; 0: not */
	struct history *history; /* of a picture of a replay; NULL: nothing leads to it */
	struct listen *listen;   /* NULL: it does not */
	struct sd_notify *notify;
	const struct canary_plan *canary; /* it is being sent; NULL: not yet, or none is */
	const char *first_run;            /* still to be said; NULL: nothing */
};

/* Takes a snapshot, as the last one. */
void batch_step_keep(struct batch *batch);
/* Replaces names, if they are to be hidden. Call once per snapshot. */
void batch_step_hide(struct batch *batch);
/* While the user is asked, signals do what they do to other programs: the loop does not run. */
void batch_step_signals(struct batch *batch, bool is_on);
/* A print_to_fn of the last snapshot. */
int batch_step_print(void *batch, const struct print_to *to);
/* The file of --output. While it cannot be written, that is said once, and tried again each period. */
int batch_step_write(struct batch *batch, print_to_fn *print);

#endif
