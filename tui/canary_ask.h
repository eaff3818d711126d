/* What --canary says before it sends, and while it waits. */
#ifndef TSLLM_TUI_CANARY_ASK_H
#define TSLLM_TUI_CANARY_ASK_H

#include "probes/report/canary_plan.h"
#include "tui/options.h"
#include "tui/out/outputs.h"

#define CANARY_AGREED (-1)

/* Says what would be sent and what it costs, and asks on the terminal unless that is agreed. Returns
 * CANARY_AGREED or the exit status: nothing can be sent, or the answer is no. */
int canary_ask(const struct options *options, const struct settings *settings, const struct print_to *to,
	const struct snapshot *snapshot, struct canary_choice *choice);
/* How far it has come, in one line on a terminal; nothing elsewhere. is_over: wipes the line. */
void canary_ask_progress(const struct print_to *to, const struct snapshot *snapshot,
	const struct canary_plan *plan, bool is_over);

#endif
