/* One peer: who it is, when something came back from it, and how long that took. */
#ifndef TSLLM_LEDGER_PEERS_H
#define TSLLM_LEDGER_PEERS_H

#include "probes/ledger/state.h"

struct known_peer *peer_find(const struct ledger *ledger, const char *id); /* NULL: none; finds self too */
bool peer_has_address(const struct known_peer *peer, const char *ip);
/* Its name in this tailnet, without the tailnet's suffix. Returns name. */
const char *peer_short_name(
	const struct ledger *ledger, const struct obs_peer *peer, char *name, size_t size);
/* Offline in two statuses in a row, and nothing has come from it since: a pong outweighs a status. */
bool peer_is_away(const struct ledger *ledger, const struct known_peer *peer);
/* Of another tailnet. Only Tailscale's control plane shares machines; names of headscale may have a domain for
 * each user. */
bool peer_is_shared_in(const struct obs_status *status, const struct obs_peer *peer);
/* Whether machines of more than one user may connect to others in this tailnet, as far as this node is told.
 * Tagged machines belong to no user, and those that are shared in cannot connect to any. */
bool peers_have_several_users(const struct obs_status *status);
void peer_see_probed(struct ledger *ledger, const struct observation *observation, struct when now);
void peer_hear(struct known_peer *peer, struct when now);            /* something came back from it */
bool peer_was_heard(const struct known_peer *peer, struct when now); /* lately; NULL: no */
/* Adds a round trip, unless a better source has a fresh one. Samples of two sources are never mixed. */
void peer_see_rtt(struct known_peer *peer, enum rtt_source source, double ms, struct when now);
void peer_renew_rtt(struct known_peer *peer, struct when now); /* its path has changed */
const char *peer_rtt_source_name(enum rtt_source source);
void peer_free(struct known_peer *peer);

#endif
