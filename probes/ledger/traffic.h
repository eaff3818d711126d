/* Bytes through the tunnel, by the daemon's counters and by packets, and bytes that this program sent. */
#ifndef TSLLM_LEDGER_TRAFFIC_H
#define TSLLM_LEDGER_TRAFFIC_H

#include "probes/ledger/state.h"

void traffic_see(struct ledger *ledger, const struct observation *observation, struct when now);
void traffic_count(struct known_traffic *traffic, const struct obs_traffic *totals, struct when now);
void traffic_forget(struct known_traffic *traffic);
void traffic_see_request(struct ledger *ledger, const struct observation *observation, struct when now);
void traffic_count_request(struct ledger *ledger, enum cost cost, double sent, double received);

#endif
