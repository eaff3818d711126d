/* tailscaled's UDP paths and DERP connections, as packets show them. */
#ifndef TSLLM_LEDGER_LINKS_H
#define TSLLM_LEDGER_LINKS_H

#include "probes/ledger/state.h"

void ledger_see_path(struct ledger *ledger, const struct sniffed *sniffed, struct when now);
void ledger_see_rtt(struct ledger *ledger, const struct sniffed *sniffed, struct when now);
void ledger_see_miss(struct ledger *ledger, const struct sniffed *sniffed, struct when now);
void ledger_see_derp(struct ledger *ledger, const struct sniffed *sniffed, struct when now);
void ledger_claim_links(struct ledger *ledger); /* after a status */
void ledger_forget_misses(struct ledger *ledger);
void ledger_restart_links(struct ledger *ledger); /* the helper counts from zero again */
void ledger_free_links(struct ledger *ledger);
struct sighting *peer_sighting(struct ledger *ledger, struct known_peer *peer); /* made where there is none */
double sighting_loss(const struct sighting *sighting, double *pings); /* on it; NAN: nothing to tell by */
/* The peer's current path, as packets show it now; NULL: they do not. */
const struct known_link *peer_link(const struct ledger *ledger, const struct known_peer *peer);

#endif
