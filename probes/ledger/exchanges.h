/* Single requests with their answers, as packets show them. */
#ifndef TSLLM_LEDGER_EXCHANGES_H
#define TSLLM_LEDGER_EXCHANGES_H

#include "probes/ledger/state.h"

void exchange_see(struct ledger *ledger, const struct sniffed *sniffed, struct when now);
void exchanges_end_period(struct ledger *ledger, int64_t at_us, struct when now); /* of the helper */
void exchanges_forget(struct ledger *ledger); /* those that wait to be counted */

#endif
