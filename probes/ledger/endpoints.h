/* Endpoints: the last answer of each, and what is concluded from it. */
#ifndef TSLLM_LEDGER_ENDPOINTS_H
#define TSLLM_LEDGER_ENDPOINTS_H

#include "probes/ledger/state.h"

struct known_endpoint *endpoint_find(const struct ledger *ledger, const char *url); /* NULL: none */
void endpoint_see(struct ledger *ledger, const struct observation *observation, struct when now);
void endpoint_drop(struct ledger *ledger, const struct observation *observation, struct when now);
void endpoint_see_answer(struct ledger *ledger, const struct observation *observation, struct when now);
void endpoint_see_canary(struct ledger *ledger, const struct observation *observation, struct when now);
void endpoint_see_proof(struct ledger *ledger, const struct observation *observation, struct when now);
void endpoint_see_certificate(struct ledger *ledger, const struct observation *observation, struct when now);
bool endpoint_answered(const struct known_endpoint *endpoint); /* its last answer was HTTP */
bool endpoint_is_good(const struct known_endpoint *endpoint);  /* its last answer was as its family expects */
/* Its name is not resolved yet, or it is reached through the tailnet and tailscaled is not running. */
bool endpoint_is_not_asked(const struct ledger *ledger, const struct known_endpoint *endpoint);
/* Every peer that was asked is unreachable and none was heard: the fault is on this machine. */
bool endpoints_have_no_route(const struct ledger *ledger, struct when now);
void endpoint_free(struct known_endpoint *endpoint);

#endif
