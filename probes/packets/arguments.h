/* What the capture helper is told to look for: the arguments of tsllm-capture(8). Pure.
 *
 * The UDP ports of tailscaled are those of its own addresses on this machine; the DERP servers those of the
 * regions in use; the served ports those of the loopback that `tailscale serve` leads to, for what comes in
 * there is seen nowhere else. */
#ifndef TSLLM_PACKETS_ARGUMENTS_H
#define TSLLM_PACKETS_ARGUMENTS_H

#include "probes/base/strings.h"
#include "probes/model/obs.h"
#include "probes/tailscaled/derpmap.h"

struct arguments_basis {
	const struct obs_status *status;
	const struct obs_serve *serve;   /* NULL: not known */
	const struct derpmap *derpmap;   /* NULL: not known */
	const struct strings *regions;   /* DERP regions in use, the home region first */
	const struct strings *addresses; /* of this machine's interfaces */
};

/* Adds the regions of a status that are not in the list yet. A region that was in use stays in it: the helper
 * is not to be started again each time a peer comes and goes. */
void arguments_add_regions(struct strings *regions, const struct obs_status *status);
/* Whether one of the regions has no address in the map. */
bool arguments_lack_region(const struct strings *regions, const struct derpmap *derpmap);
void arguments_make(const struct arguments_basis *arguments_basis, struct strings *arguments); /* appends */

#endif
