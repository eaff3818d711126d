/* The models of an endpoint. */
#ifndef TSLLM_LEDGER_MODELS_H
#define TSLLM_LEDGER_MODELS_H

#include "probes/ledger/state.h"

void models_see(struct ledger *ledger, struct known_endpoint *endpoint, const struct reading *reading,
	struct when now);
void models_free(struct known_endpoint *endpoint);

#endif
