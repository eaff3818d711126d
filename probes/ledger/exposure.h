/* What --audit looked at beside the servers: ports of this machine, and ports beside servers. */
#ifndef TSLLM_LEDGER_EXPOSURE_H
#define TSLLM_LEDGER_EXPOSURE_H

#include "probes/ledger/state.h"

void exposure_see_listeners(struct ledger *ledger, const struct observation *observation, struct when now);
void exposure_see_companion(struct ledger *ledger, const struct observation *observation, struct when now);
void exposure_free(struct ledger *ledger);

#endif
