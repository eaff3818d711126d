/* The models of an endpoint. */
#ifndef TSLLM_LEDGER_MODELS_H
#define TSLLM_LEDGER_MODELS_H

#include "probes/ledger/state.h"

void models_see(struct ledger *ledger, struct known_endpoint *endpoint, const struct reading *reading,
	struct when now);
/* Whether it is loaded here with a known context that is shorter; false for models that write no text. */
bool models_has_context_under(const struct known_model *model, double tokens);
void models_free(struct known_endpoint *endpoint);

#endif
