/* Who uses which service, as packets show it. */
#ifndef TSLLM_LEDGER_FLOWS_H
#define TSLLM_LEDGER_FLOWS_H

#include "probes/ledger/packet_state.h"
#include "probes/ledger/state.h"

void flow_see(struct ledger *ledger, const struct sniffed *sniffed, struct when now);
void flows_claim(struct ledger *ledger);   /* call after each status */
void flows_restart(struct ledger *ledger); /* the helper counts from zero again */
void flows_free(struct ledger *ledger);

/* That of this line, new if need be. peer_id: the key of a flow on the loopback; NULL for the other kinds. */
struct known_flow *flow_of(
	struct ledger *ledger, const struct sniffed *sniffed, const char *peer_id, struct when now);
/* Not if tailscaled names that address as a peer's or ours: then its owner is known. */
bool flow_is_from_loopback(const struct ledger *ledger, const struct sniffed *sniffed);
/* Traffic of this node with itself is no flow between machines. */
bool flow_is_between_ourselves(const struct ledger *ledger, const struct sniffed *sniffed);

#endif
