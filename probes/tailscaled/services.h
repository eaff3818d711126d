/* The Tailscale Services that the tailnet offers to this node: `GET /localapi/v0/services`.
 *
 * Format: a map of tailcfg.ServiceDetails by name, as of 1.102; `{}` if there are none. */
#ifndef TSLLM_TAILSCALED_SERVICES_H
#define TSLLM_TAILSCALED_SERVICES_H

#include "probes/model/obs.h"

#include <stddef.h>

struct fault;
struct json;

/* At most 256 services. Only single TCP ports are kept: a range or "*" gives no port to probe. NULL: not such
 * a map. */
struct obs_services *services_parse(const char *bytes, size_t length, struct fault *fault);
/* The Services that this node hosts, from its capability "service-host": an array of maps from a name to its
 * addresses. They go into the status and its arena. */
void services_read_hosted(struct obs_status *status, const struct json *capability);
void services_free(struct obs_services *services);

#endif
