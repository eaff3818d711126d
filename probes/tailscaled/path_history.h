/* tailscaled's history of the path to one peer: `GET /localapi/v0/debug-peer-endpoint-changes?ip=…`.
 *
 * Format: an array of {When, What, From, To}, oldest first, as of tailscale.com 1.102; a ring of some 800
 * events. While the path is active there is a pong on the address in use every 3 seconds. An event has the
 * pong's time, but not its latency. */
#ifndef TSLLM_TAILSCALED_PATH_HISTORY_H
#define TSLLM_TAILSCALED_PATH_HISTORY_H

#include "probes/model/obs.h"

#include <stddef.h>

struct fault;

/* Fills all of history but its peer_id; -1: not such a list. */
int path_history_parse(
	const char *bytes, size_t length, struct obs_path_history *history, struct fault *fault);

#endif
