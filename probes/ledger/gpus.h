/* What the GPU exporter of a machine reported last, and whether the models that an engine there has loaded can
 * be in the memory of its GPUs. */
#ifndef TSLLM_LEDGER_GPUS_H
#define TSLLM_LEDGER_GPUS_H

#include "probes/ledger/state.h"

void gpus_see(struct ledger *ledger, const struct observation *observation, struct when now);
/* NULL: the peer has none, or they are too old. */
const struct known_gpus *gpus_fresh(
	const struct ledger *ledger, const struct known_peer *peer, struct when now);
/* The machine that an endpoint runs on; NULL: not known. */
const struct known_peer *gpus_machine(const struct ledger *ledger, const struct known_endpoint *endpoint);
void gpus_blank(struct known_peer *peer); /* what was seen before proves nothing any more */

#endif
