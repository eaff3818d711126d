/* Reads periods as period_out.h writes them. What it reads may be anything: text is cleaned, numbers are checked,
 * and what makes no sense is left out. */
#ifndef TSLLM_RECORDING_PERIOD_IN_H
#define TSLLM_RECORDING_PERIOD_IN_H

#include "probes/base/when.h"
#include "probes/model/observation.h"

struct period_in;

/* The observation is valid only during the call, unless its ownership passes to the ledger: then the function
 * takes it over. */
typedef void period_seen_fn(void *data, const struct observation *observation, struct when when);

struct period_in *period_in_new(void);
void period_in_free(struct period_in *period);
void period_in_begin(struct period_in *period, struct when begun);
/* Reads the next period of text, and advances; false: there is no further whole one. Without seen, its
 * observations only change the rows. now: when it ended. */
bool period_in_next(struct period_in *period, const char **text, const char *end, period_seen_fn *seen, void *data,
	struct when *now);

#endif
