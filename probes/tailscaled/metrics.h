/* tailscaled's own byte counts by kind of path: `GET /localapi/v0/usermetrics`, Prometheus text. */
#ifndef TSLLM_TAILSCALED_METRICS_H
#define TSLLM_TAILSCALED_METRICS_H

#include "probes/model/obs.h"

#include <stddef.h>

/* IPv4 and IPv6 are added up. Where a direction was told at all, its missing kinds are 0; a direction that
 * was not told is NAN. -1: a torn or odd line, or no byte counts at all; then traffic is all NAN. */
int metrics_parse(const char *bytes, size_t length, struct obs_traffic *traffic);

#endif
