/* tailscaled's own byte counters by kind of path: `GET /localapi/v0/usermetrics`, Prometheus text. */
#ifndef TSLLM_TAILSCALED_METRICS_H
#define TSLLM_TAILSCALED_METRICS_H

#include "probes/model/obs.h"

#include <stddef.h>

/* Adds up IPv4 and IPv6. If a direction is reported at all, its missing kinds are 0; a direction that is not
 * reported is NAN. -1: a torn or malformed line, or no byte counters at all; then traffic is all NAN. */
int metrics_parse(const char *bytes, size_t length, struct obs_traffic *traffic);

#endif
