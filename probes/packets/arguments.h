/* The arguments of tsllm-capture(8): what the capture helper watches. Pure.
 *
 * The UDP ports are those of tailscaled's own addresses on this machine; the DERP servers those of the
 * regions in use; the served ports those on the loopback that `tailscale serve` forwards to, because that
 * traffic is visible nowhere else. */
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

/* Adds the regions of a status that are not in the list yet. Regions are never removed, so that the helper is
 * not restarted each time a peer comes and goes. */
void arguments_add_regions(struct strings *regions, const struct obs_status *status);
/* Whether the map has no address for one of the regions. */
bool arguments_lack_region(const struct strings *regions, const struct derpmap *derpmap);
void arguments_make(const struct arguments_basis *basis, struct strings *arguments); /* appends */

#endif
