/* Tailnet lock: `GET /localapi/v0/tka/status` or `tailscale lock status --json`, an
 * ipnstate.NetworkLockStatus (TailnetLockStatus as of 1.94). Any user may read it. */
#ifndef TSLLM_TAILSCALED_LOCK_H
#define TSLLM_TAILSCALED_LOCK_H

#include "probes/model/obs.h"

#include <stddef.h>

struct fault;

/* At most 256 unsigned peers. NULL: no such status. Whoever takes it frees its arena. */
struct obs_lock *lock_parse(const char *bytes, size_t length, struct fault *fault);

#endif
