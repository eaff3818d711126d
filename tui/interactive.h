/* The dashboard on a terminal. */
#ifndef TSLLM_TUI_INTERACTIVE_H
#define TSLLM_TUI_INTERACTIVE_H

#include "probes/model/settings.h"
#include "tui/options.h"

#include <stdbool.h>

/* Runs until the user quits or a signal ends it. Returns 0, or 1 if the terminal cannot be used, which was
 * reported on stderr. */
int interactive_run(const struct options *options, const struct settings *settings, bool is_ascii);

#endif
