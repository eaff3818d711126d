/* What stood when this program first looked began at that time or earlier: "for at least 3 min". */
#ifndef TSLLM_LEDGER_FIRST_LOOK_H
#define TSLLM_LEDGER_FIRST_LOOK_H

#include "probes/ledger/state.h"

/* Whether what stands since then (wall ms) was seen at the first look: at that endpoint or, if it is NULL, at the
 * tailnet. */
bool first_look_saw(const struct ledger *ledger, const struct known_endpoint *endpoint, int64_t since);

#endif
