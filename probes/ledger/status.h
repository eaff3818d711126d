/* Takes over a status and merges it with what is known about its peers. */
#ifndef TSLLM_LEDGER_STATUS_H
#define TSLLM_LEDGER_STATUS_H

#include "probes/ledger/state.h"

void status_see(struct ledger *ledger, const struct observation *observation, struct when now);

#endif
