/* What tailscaled remembers of the path to one peer: `GET /localapi/v0/debug-peer-endpoint-changes?ip=…`.
 *
 * Format: an array of {When, What, From, To}, oldest first, as of tailscale.com 1.102; a ring of some 800
 * events. A pong on the address in use comes every 3 seconds while the path is active. Its time is told, its
 * latency is not. */
#ifndef TSLLM_TAILSCALED_PATH_HISTORY_H
#define TSLLM_TAILSCALED_PATH_HISTORY_H

#include "probes/model/obs.h"

#include <stddef.h>

struct fault;

/* All of memory but its peer_id; -1: no such list. */
int path_history_parse(const char *bytes, size_t length, struct obs_path_history *memory, struct fault *fault);

#endif
