/* What `tailscale serve` serves on this machine, and the endpoints on both sides of it. */
#ifndef TSLLM_LEDGER_MOUNTS_H
#define TSLLM_LEDGER_MOUNTS_H

#include "probes/ledger/state.h"

void ledger_keep_serve(
	struct ledger *ledger, const struct observation *observation, struct when now); /* takes it over */
void free_mounts(struct ledger *ledger);

#endif
