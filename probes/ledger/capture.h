/* The state of the capture helper, and the dispatch of what it reports. */
#ifndef TSLLM_LEDGER_CAPTURE_H
#define TSLLM_LEDGER_CAPTURE_H

#include "probes/ledger/state.h"

void capture_see(struct ledger *ledger, const struct observation *observation, struct when now);
void capture_see_packets(struct ledger *ledger, const struct observation *observation, struct when now);
void capture_free(struct ledger *ledger);

#endif
