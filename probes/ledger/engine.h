/* What an engine says of its own work. */
#ifndef TSLLM_LEDGER_ENGINE_H
#define TSLLM_LEDGER_ENGINE_H

#include "probes/ledger/state.h"

void engine_init(struct known_engine *engine);
void engine_fini(struct known_engine *engine);
void engine_see(struct ledger *ledger, struct known_endpoint *endpoint, const struct reading *reading,
	struct when now);
/* Before the models of an answer that lists the loaded ones are taken over. */
void engine_see_loaded(struct ledger *ledger, struct known_endpoint *endpoint, const struct reading *reading,
	int64_t reported_at, struct when now);
/* An expected answer to the primary question, before it is added to the series. */
void engine_see_pace(struct known_endpoint *endpoint, double ttfb_ms, double rtt_ms, struct when now);
void engine_blank(struct known_engine *engine);  /* differences to what was counted before mean nothing */
void engine_forget(struct known_engine *engine); /* what was told of work is too old */

#endif
