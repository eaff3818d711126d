/* The capture helper beside the ledger: where it is to look, what it sees, how it is.
 *
 * It is told from each status what to look for, asks for the DERP map where it lacks a region, and puts what
 * the helper says into the ledger, and the ports from which this program asks. It sends nothing to anybody
 * but the daemon. */
#ifndef TSLLM_PACKETS_SUPERVISE_H
#define TSLLM_PACKETS_SUPERVISE_H

#include "probes/ledger/ledger.h"
#include "probes/model/settings.h"
#include "probes/tailscaled/derpmap.h"
#include "probes/tailscaled/poll.h"

struct uv_loop_s;


struct supervisor;

struct supervisor *supervise_new(struct uv_loop_s *loop, struct http *http, const struct settings *settings,
	struct ledger *ledger, void (*changed)(void *data), void *data);
void supervise_free(struct supervisor *supervisor);
/* There is a new status or serve configuration. lookout: may be NULL, here and below. */
void supervise_see_status(struct supervisor *supervisor, struct tailnet *tailnet, struct when now);
/* Takes the map over; NULL: there is none to be had. */
void supervise_keep_derpmap(struct supervisor *supervisor, struct derpmap *derpmap);

#endif
