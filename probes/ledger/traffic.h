/* Bytes: through the tunnel by the daemon's counters and by packets, and what this program sent. */
#ifndef TSLLM_LEDGER_TRAFFIC_H
#define TSLLM_LEDGER_TRAFFIC_H

#include "probes/ledger/state.h"

void ledger_see_traffic(struct ledger *ledger, const struct observation *observation, struct when now);
void ledger_see_totals(struct known_traffic *traffic, const struct obs_traffic *totals, struct when now);
void forget_traffic(struct known_traffic *traffic);
void ledger_see_request(struct ledger *ledger, const struct observation *observation, struct when now);
void ledger_see_sent(struct ledger *ledger, enum cost cost, double sent, double received);

#endif
