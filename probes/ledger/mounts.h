/* What `tailscale serve` serves on this machine, and the endpoints on both sides of it. */
#ifndef TSLLM_LEDGER_MOUNTS_H
#define TSLLM_LEDGER_MOUNTS_H

#include "probes/ledger/state.h"

/* Takes ownership of observation->serve. */
void mounts_see(struct ledger *ledger, const struct observation *observation, struct when now);
void mounts_free(struct ledger *ledger);

/* The mount with that URL on the tailnet; NULL: none. */
const struct known_mount *mounts_with_url(const struct ledger *ledger, const char *url);
/* The endpoint behind a mount (which may be NULL); NULL: it is not watched. */
const struct known_endpoint *mounts_backend(const struct ledger *ledger, const struct known_mount *mount);
/* The endpoint through which this one's engine is queried: the backend, if this is a mount that answers as
 * the same server and has no key of its own; otherwise itself. */
const struct known_endpoint *mounts_queried(
	const struct ledger *ledger, const struct known_endpoint *endpoint);
/* What the mount leads to has answered, and is no LLM server. */
/* How many URLs lead to the engine of that endpoint: its own mounts, and their backend. */
size_t mounts_urls(const struct ledger *ledger, const struct known_endpoint *endpoint);
bool mounts_is_web(const struct ledger *ledger, const struct obs_mount *mount);
/* Of every mount with that URL or backend. */
void mounts_see_web(struct ledger *ledger, const struct observation *observation, struct when now);

#endif
