/* The models of an endpoint. */
#ifndef TSLLM_LEDGER_MODELS_H
#define TSLLM_LEDGER_MODELS_H

#include "probes/ledger/state.h"

void endpoint_see_models(struct ledger *ledger, struct known_endpoint *endpoint,
	const struct reading *reading, struct when now);
void endpoint_free_models(struct known_endpoint *endpoint);

#endif
