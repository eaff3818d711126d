/* --server-log: prints a server's log. Lines go to standard output, with the sentence of a known error below its line;
 * where it is read, and why it cannot be, goes to standard error. */
#ifndef TSLLM_TUI_LOG_OUT_H
#define TSLLM_TUI_LOG_OUT_H

#include "probes/model/snapshot.h"
#include "tui/options.h"

struct uv_loop_s;

/* snapshot NULL: there was none. Returns the exit status: 0, or 3 if the log could not be read. */
int log_out_run(struct uv_loop_s *loop, const struct options *options, const struct settings *settings,
	const struct snapshot *snapshot);

#endif
