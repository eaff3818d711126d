/* Pings that tailscaled sent for us. */
#ifndef TSLLM_LEDGER_PINGS_H
#define TSLLM_LEDGER_PINGS_H

#include "probes/ledger/state.h"

void ping_see(struct ledger *ledger, const struct observation *observation, struct when now);
bool ping_is_answered(const struct known_peer *peer); /* inside the tunnel, too, if that was tried */

#endif
