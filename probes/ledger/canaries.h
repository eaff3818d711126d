/* Canaries: the requests of the last series, for each endpoint, and how packets saw them. */
#ifndef TSLLM_LEDGER_CANARIES_H
#define TSLLM_LEDGER_CANARIES_H

#include "probes/ledger/state.h"

struct sniffed;

void canaries_see(struct ledger *ledger, struct known_endpoint *endpoint, const struct obs_canary *canary,
	struct when now);
/* An exchange is over: it is a canary's, by its local port, or no canary's. */
void canaries_see_exchange(struct ledger *ledger, const struct sniffed *sniffed);
/* Whether a canary that was sent through this machine's own tailscaled explains an exchange on the loopback. */
bool canaries_explain(const struct ledger *ledger, const struct sniffed *sniffed);
void canaries_free(struct known_endpoint *endpoint);

#endif
