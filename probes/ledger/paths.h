/* The path to a peer: whether it is failing, changing or relayed, by packets and by the daemon's history. */
#ifndef TSLLM_LEDGER_PATHS_H
#define TSLLM_LEDGER_PATHS_H

#include "probes/ledger/state.h"

void path_see_history(struct ledger *ledger, const struct observation *observation, struct when now);
/* Age of the last pong, by a fresh report of the daemon; NAN: unknown. */
double path_pong_age_ms(const struct known_peer *peer, struct when now);
/* Pings on its current path go unanswered, by packets or by the daemon's history. how: says how that is
 * known; may be NULL. */
bool path_is_failing(
	const struct ledger *ledger, const struct known_peer *peer, struct when now, char *how, size_t size);
bool path_is_relayed(const struct known_peer *peer, struct when now); /* proven: something came back on it */

#endif
