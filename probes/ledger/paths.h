/* The path to a peer: whether it is failing, changing or relayed, by packets and by what the daemon remembers. */
#ifndef TSLLM_LEDGER_PATHS_H
#define TSLLM_LEDGER_PATHS_H

#include "probes/ledger/state.h"

void path_see_history(struct ledger *ledger, const struct observation *observation, struct when now);
/* What the daemon told of it, while that is fresh; NAN: nothing. */
double path_pong_age_ms(const struct known_peer *peer, struct when now);
/* Pings on its current path go unanswered, by packets or by the daemon's memory. how: where it is wanted, how
 * that is known. */
bool path_is_failing(
	const struct ledger *ledger, const struct known_peer *peer, struct when now, char *how, size_t size);
bool path_is_relayed(const struct known_peer *peer, struct when now); /* for certain: something came back */

#endif
