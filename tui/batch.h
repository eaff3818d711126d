/* The modes without a screen: one snapshot, or one a period. */
#ifndef TSLLM_TUI_BATCH_H
#define TSLLM_TUI_BATCH_H

#include "probes/model/settings.h"
#include "tui/options.h"

#include <stdbool.h>

/* Waits until everything that can be known is known, or the deadline; prints; the answer is the exit status 0
 * to 3. */
int batch_once(const struct options *options, const struct settings *settings, bool is_ascii);
/* The same, as the ladder of what was asked about; 64 where nothing is called so. */
int batch_doctor(const struct options *options, const struct settings *settings, bool is_ascii);
/* The same, as the best base URL for a model. */
int batch_pick(const struct options *options, const struct settings *settings);
/* One JSON line a period until it is told to stop; the answer is the status of the last one. */
int batch_watch(const struct options *options, const struct settings *settings);

#endif
