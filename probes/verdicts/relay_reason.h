/* Why there is no direct path to a peer. */
#ifndef TSLLM_VERDICTS_RELAY_REASON_H
#define TSLLM_VERDICTS_RELAY_REASON_H

#include "probes/ledger/state.h"

struct relay_reason {
	const char *code; /* "": unknown */
	const char *fix;  /* with %{variables}; "": none of its own */
	char text[160];   /* says so if it is inferred */
};
void relay_reason_of(const struct ledger *ledger, const struct known_peer *peer, struct when now,
	struct relay_reason *reason);

#endif
