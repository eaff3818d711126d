/* Large packets that get lost on the way. */
#ifndef TSLLM_VERDICTS_MTU_BLACKHOLE_H
#define TSLLM_VERDICTS_MTU_BLACKHOLE_H

#include "probes/ledger/state.h"

/* True: answers of up to small bytes come, those of large bytes or more do not, and it is not the servers. */
bool mtu_blackhole_to(const struct ledger *ledger, const struct known_peer *peer, struct when now,
	double *small, double *large);

#endif
