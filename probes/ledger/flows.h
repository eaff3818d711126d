/* Who uses which service, as packets show it. */
#ifndef TSLLM_LEDGER_FLOWS_H
#define TSLLM_LEDGER_FLOWS_H

#include "probes/ledger/state.h"

void ledger_see_flow(struct ledger *ledger, const struct sniffed *sniffed, struct when now);
void ledger_see_exchange(struct ledger *ledger, const struct sniffed *sniffed, struct when now);
void ledger_tell_exchanges(struct ledger *ledger, int64_t at_us, struct when now); /* a period has ended */
void ledger_see_own_port(struct ledger *ledger, const struct observation *observation, struct when now);
void ledger_claim_flows(struct ledger *ledger);   /* after a status */
void ledger_restart_flows(struct ledger *ledger); /* the helper counts from zero again */
void ledger_free_flows(struct ledger *ledger);

#endif
