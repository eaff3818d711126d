/* What other tables ask about a cause elsewhere. */
#ifndef TSLLM_VERDICTS_CAUSE_H
#define TSLLM_VERDICTS_CAUSE_H

#include "probes/verdicts/rule.h"

/* Endpoints that are reached through this subnet router, given by its name in this tailnet. */
unsigned cause_count_behind(const struct ledger *ledger, const char *router);

/* The backend of the mount shows a certificate that tailscaled trusts as little as we do: it answers 502. */
bool cause_is_target_distrusted(const struct evidence *e, struct finding *f);

#endif
