/* Who can wake a machine that sleeps: a node on its network, whose tailscaled sends a wake-on-LAN packet when a node of
 * the same user asks its PeerAPI (feature/wakeonlan of tailscale.com: both nodes untagged). This program never asks. */
#ifndef TSLLM_LEDGER_WAKE_H
#define TSLLM_LEDGER_WAKE_H

#include "probes/base/when.h"

#include <stdbool.h>

struct known_peer;
struct ledger;

/* This node first, then any other; NULL: none is known to be on its network, or its MAC address is not. */
const struct known_peer *wake_helper(const struct ledger *ledger, const struct known_peer *sleeper);
/* Whether some machine sleeps that could be woken. */
bool wake_is_wanted(const struct ledger *ledger);
/* Whether it has to be known where this node is, to say who can wake one. */
bool wake_asks_about(const struct ledger *ledger, const struct known_peer *peer, struct when now);

#endif
