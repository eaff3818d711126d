/* What the user set for this node: `GET /localapi/v0/prefs` or `tailscale debug prefs`, an ipn.Prefs. */
#ifndef TSLLM_TAILSCALED_PREFS_H
#define TSLLM_TAILSCALED_PREFS_H

#include "probes/model/obs.h"

#include <stddef.h>

struct fault;

/* NULL: not JSON, or no object. Whoever takes it frees its arena. */
struct obs_prefs *prefs_parse(const char *bytes, size_t length, struct fault *fault);

#endif
