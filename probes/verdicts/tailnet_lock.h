/* Tailnet lock, for rules: whether it keeps this node or a peer out, and how to sign a node. */
#ifndef TSLLM_VERDICTS_TAILNET_LOCK_H
#define TSLLM_VERDICTS_TAILNET_LOCK_H

#include "probes/verdicts/rule.h"

/* This node is not signed although tailnet lock is on, so no peer takes its packets. */
bool tailnet_lock_keeps_us_out(const struct ledger *ledger);
/* The peer that the host means, if it is not signed; NULL: none. tailscaled leaves it out of the status. */
const struct obs_unsigned *tailnet_lock_hides(const struct ledger *ledger, const char *host);
const char *tailnet_lock_own_key(const struct ledger *ledger); /* "nodekey:…"; "" unknown */
/* To sign that key, here if this machine may; the row's own fix if the key is unknown. */
extern const char tailnet_lock_sign[], tailnet_lock_sign_here[];
void tailnet_lock_choose_fix(const struct ledger *ledger, const char *node_key, struct finding *finding);

#endif
