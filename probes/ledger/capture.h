/* How the capture helper is, and where each thing that it saw goes. */
#ifndef TSLLM_LEDGER_CAPTURE_H
#define TSLLM_LEDGER_CAPTURE_H

#include "probes/ledger/state.h"

void ledger_see_capture(struct ledger *ledger, const struct observation *observation, struct when now);
void ledger_see_sniffed(struct ledger *ledger, const struct observation *observation, struct when now);
void ledger_free_capture(struct ledger *ledger);

#endif
