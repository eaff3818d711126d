/* Who uses which service, as packets show it. */
#ifndef TSLLM_LEDGER_FLOWS_H
#define TSLLM_LEDGER_FLOWS_H

#include "probes/ledger/state.h"

void flow_see(struct ledger *ledger, const struct sniffed *sniffed, struct when now);
void flow_see_exchange(struct ledger *ledger, const struct sniffed *sniffed, struct when now);
void flows_end_period(struct ledger *ledger, int64_t at_us, struct when now); /* of the helper */
void flow_see_own_port(struct ledger *ledger, const struct observation *observation, struct when now);
void flows_claim(struct ledger *ledger);   /* call after each status */
void flows_restart(struct ledger *ledger); /* the helper counts from zero again */
void flows_free(struct ledger *ledger);

#endif
