/* The capture helper beside the ledger: where it is to look, what it sees, how it is.
 *
 * It is told from each status what to look for, asks for the DERP map where it lacks a region, and puts what
 * the helper says into the ledger, and the ports from which this program asks. It sends nothing to anybody
 * but the daemon. */
#ifndef TSLLM_PACKETS_SUPERVISE_H
#define TSLLM_PACKETS_SUPERVISE_H

#include "probes/tailscaled/derpmap.h"
#include "probes/ledger/ledger.h"
#include "probes/model/settings.h"
#include "probes/tailscaled/poll.h"

struct uv_loop_s;


struct lookout;

struct lookout *lookout_new(struct uv_loop_s *loop, struct http *http, const struct settings *settings,
	struct ledger *ledger, void (*changed)(void *data), void *data);
void lookout_free(struct lookout *lookout);
/* There is a new status or serve configuration. lookout: may be NULL, here and below. */
void lookout_see(struct lookout *lookout, struct tailnet *tailnet, struct when now);
/* Takes the map over; NULL: there is none to be had. */
void lookout_keep_derpmap(struct lookout *lookout, struct derpmap *derpmap);

#endif
