/* The modes without a screen: one snapshot, or one a period. */
#ifndef TSLLM_TUI_BATCH_H
#define TSLLM_TUI_BATCH_H

#include "probes/model/settings.h"
#include "tui/options.h"

#include <stdbool.h>

/* Waits until everything that can be known is known, or the deadline, and prints it with options->output; with
 * --watch prints a record a period until it is told to stop. Returns the exit status: 0 to 3 of what was asked
 * about, of the last record; 64 if nothing is called what --doctor asks about. */
int batch_run(const struct options *options, const struct settings *settings, bool is_ascii);

#endif
