/* Endpoints that discovery found and that have stopped: down for an hour, then gone for a day, then forgotten. */
#ifndef TSLLM_LEDGER_GONE_H
#define TSLLM_LEDGER_GONE_H

#include "probes/ledger/state.h"

#define GONE_AFTER_MS (INT64_C(3600) * 1000)
#define GONE_FORGOTTEN_MS (GONE_AFTER_MS + INT64_C(86400) * 1000)

/* What the user pinned or serves is never gone. */
bool gone_holds(const struct ledger *ledger, const struct known_endpoint *endpoint, struct when now);
bool gone_is_over(const struct ledger *ledger, const struct known_endpoint *endpoint, struct when now);

#endif
