/* The modes without a screen: one snapshot, or one per period. */
#ifndef TSLLM_TUI_BATCH_H
#define TSLLM_TUI_BATCH_H

#include "probes/model/settings.h"
#include "tui/options.h"

#include <stdbool.h>

/* Waits until everything that can be known is known, at most until the deadline, and prints it with
 * options->output. With --watch, prints a record per period until a signal or a failed write ends it. Returns
 * the exit status: 0 to 3 for what was asked about, by the last record; 64 if --doctor's name is unknown. */
int batch_run(const struct options *options, const struct settings *settings, bool is_ascii);

#endif
