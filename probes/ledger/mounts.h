/* What `tailscale serve` serves on this machine, and the endpoints on both sides of it. */
#ifndef TSLLM_LEDGER_MOUNTS_H
#define TSLLM_LEDGER_MOUNTS_H

#include "probes/ledger/state.h"

void mounts_see(
	struct ledger *ledger, const struct observation *observation, struct when now); /* takes it over */
void mounts_free(struct ledger *ledger);

/* The mount whose URL on the tailnet is that; NULL: none. */
const struct known_mount *mounts_with_url(const struct ledger *ledger, const char *url);
/* The endpoint that a mount (or NULL) leads to; NULL: it is not watched. */
const struct known_endpoint *mounts_backend(const struct ledger *ledger, const struct known_mount *mount);
/* The endpoint through which this one's engine is asked: a mount that answers as its backend does, and has no key
 * of its own, leads to the backend's engine. */
const struct known_endpoint *mounts_queried(
	const struct ledger *ledger, const struct known_endpoint *endpoint);

#endif
