/* One peer: who it is, when something came back from it, and how long that took. */
#ifndef TSLLM_LEDGER_PEERS_H
#define TSLLM_LEDGER_PEERS_H

#include "probes/ledger/state.h"

struct known_peer *ledger_peer(const struct ledger *ledger, const char *id); /* NULL: none; finds self too */
bool peer_has_address(const struct known_peer *peer, const char *ip);
/* Its name in this tailnet, without the tailnet's suffix. Returns name. */
const char *peer_short_name(
	const struct ledger *ledger, const struct obs_peer *peer, char *name, size_t size);
void ledger_see_knock(struct ledger *ledger, const struct observation *observation, struct when now);
void ledger_hear(struct known_peer *peer, struct when now);          /* something came back from it */
bool peer_was_heard(const struct known_peer *peer, struct when now); /* lately; NULL: no */
/* A round trip, taken unless a better source tells them. Those of two sources are never mixed. */
void peer_time(struct known_peer *peer, enum rtt_source source, double ms, struct when now);
void renew_rtt(struct known_peer *peer, struct when now); /* its path is another one now */
const char *rtt_source_name(enum rtt_source source);
void ledger_free_peer(struct known_peer *peer);

#endif
