/* What an engine reports about its own work. */
#ifndef TSLLM_LEDGER_ENGINE_H
#define TSLLM_LEDGER_ENGINE_H

#include "probes/ledger/state.h"

void engine_init(struct known_engine *engine);
void engine_fini(struct known_engine *engine);
void engine_see(struct ledger *ledger, struct known_endpoint *endpoint, const struct reading *reading,
	struct when now);
/* Whether the answer tells how the engine works: its queue or what it generated. */
bool engine_has_figures(const struct reading *reading);
/* Call before the models of an answer that lists the loaded ones are taken over. */
void engine_see_loaded(struct ledger *ledger, struct known_endpoint *endpoint, const struct reading *reading,
	int64_t reported_at, struct when now);
/* For an expected primary answer. Call before it is added to the series. */
void engine_see_pace(struct known_endpoint *endpoint, double ttfb_ms, double rtt_ms, struct when now);
void engine_blank(struct known_engine *engine);  /* earlier counts can no longer be compared */
void engine_forget(struct known_engine *engine); /* its figures are too old */

#endif
