/* The networks that hosts are in: NAT, UDP, port mapping. */
#ifndef TSLLM_LEDGER_NETWORKS_H
#define TSLLM_LEDGER_NETWORKS_H

#include "probes/ledger/state.h"

void ledger_see_netcheck(struct ledger *ledger, const struct observation *observation, struct when now);
void ledger_see_node(struct ledger *ledger, const struct observation *observation, struct when now);
const struct obs_net *peer_net(const struct known_peer *peer); /* NULL: nothing is known */
const struct obs_net *peer_fresh_net(const struct known_peer *peer, struct when now);
const struct obs_net *ledger_net_here(const struct ledger *ledger, struct when now); /* NULL likewise */
void ledger_forget_net_here(struct ledger *ledger); /* it may be another one now */
/* A path goes by UDP now, so that UDP is not blocked altogether, whatever netcheck found. */
bool ledger_has_udp_path(const struct ledger *ledger);
bool ledger_has_relayed_server(const struct ledger *ledger, struct when now);

#endif
