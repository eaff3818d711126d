/* Who uses which endpoint, from flows. */
#ifndef TSLLM_LEDGER_CLIENTS_H
#define TSLLM_LEDGER_CLIENTS_H

#include "probes/ledger/state.h"

/* The index of the endpoint that a flow leads to, on the peer or on this machine; -1: none. */
int clients_endpoint_of(const struct ledger *ledger, const struct known_flow *flow);
/* Makes an event of each peer that uses an endpoint for the first time, unless it did so when the capture
 * began. */
void clients_note(struct ledger *ledger, struct when now);

#endif
