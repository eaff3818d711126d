/* tailscaled's UDP paths and DERP connections, as packets show them. */
#ifndef TSLLM_LEDGER_LINKS_H
#define TSLLM_LEDGER_LINKS_H

#include "probes/ledger/state.h"

void link_see_path(struct ledger *ledger, const struct sniffed *sniffed, struct when now);
void link_see_rtt(struct ledger *ledger, const struct sniffed *sniffed, struct when now);
void link_see_miss(struct ledger *ledger, const struct sniffed *sniffed, struct when now);
void link_see_derp(struct ledger *ledger, const struct sniffed *sniffed, struct when now);
void links_claim(struct ledger *ledger); /* call after each status */
void links_forget_misses(struct ledger *ledger);
void links_restart(struct ledger *ledger); /* the helper counts from zero again */
void links_free(struct ledger *ledger);
/* The share of pings lost on its current path; NAN: unknown. */
double link_loss(const struct packet_state *packet_state, double *pings);
/* The peer's current path, if packets show it now; NULL: they do not. */
const struct known_link *link_of_peer(const struct ledger *ledger, const struct known_peer *peer);

#endif
