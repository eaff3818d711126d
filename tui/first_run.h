/* On the first run, the user is told that servers are being looked for, and how to stop it. */
#ifndef TSLLM_FIRST_RUN_H
#define TSLLM_FIRST_RUN_H

#include "probes/model/settings.h"
#include "probes/model/snapshot.h"

/* Servers are searched for and none were ever remembered: there is no state file yet. */
bool first_run_is(const struct settings *settings);
/* Whether the search on other machines has begun. */
bool first_run_searches(const struct snapshot *snapshot);
const char *first_run_text(const struct settings *settings);

#endif
