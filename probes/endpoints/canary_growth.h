/* The growth of an engine's own counters around a request of a canary. */
#ifndef TSLLM_ENDPOINTS_CANARY_GROWTH_H
#define TSLLM_ENDPOINTS_CANARY_GROWTH_H

#include "probes/endpoints/pool.h"
#include "probes/model/snapshot.h"

struct canary_growth {
	double tokens, prompt_tokens;
	int64_t at; /* wall ms; 0: they were not reported */
};

/* Asks the engine for its counters, through each of its URLs. */
void canary_growth_poll(struct pool *pool, const struct snapshot *snapshot, int engine_id);
void canary_growth_begin(struct canary_growth *before, const struct endpoint *endpoint);
/* Only readings from before and after the request say what was between. */
void canary_growth_end(const struct canary_growth *before, const struct endpoint *endpoint,
	struct canary_figures *figures);

#endif
