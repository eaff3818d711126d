/* The MAC addresses that the configuration has for peers, put into a status. */
#ifndef TSLLM_TAILSCALED_MACS_H
#define TSLLM_TAILSCALED_MACS_H

#include "probes/model/obs.h"
#include "probes/model/settings.h"

/* Returns status. */
struct obs_status *macs_fill(struct obs_status *status, const struct settings *settings);

#endif
