/* The networks that nodes are in: NAT, UDP, port mapping. */
#ifndef TSLLM_LEDGER_NETWORKS_H
#define TSLLM_LEDGER_NETWORKS_H

#include "probes/ledger/state.h"

void network_see_netcheck(struct ledger *ledger, const struct observation *observation, struct when now);
void network_see_node(struct ledger *ledger, const struct observation *observation, struct when now);
const struct obs_net *network_of(const struct known_peer *peer); /* NULL: unknown */
const struct obs_net *network_of_lately(const struct known_peer *peer, struct when now);
const struct obs_net *network_here(const struct ledger *ledger, struct when now); /* NULL likewise */
/* Who this machine is to others; NULL: tailscaled was not asked. */
const struct obs_who *network_who(const struct ledger *ledger);
void network_forget_here(struct ledger *ledger); /* this machine may have changed networks */
/* Some path uses UDP now, so UDP is not blocked altogether, whatever netcheck found. */
bool network_has_udp_path(const struct ledger *ledger);
bool network_has_relayed_server(const struct ledger *ledger, struct when now);

#endif
