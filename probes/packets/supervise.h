/* Connects the capture helper to the ledger.
 *
 * From each status it derives what the helper watches; if the map lacks a region it asks tailscaled for the
 * DERP map; what the helper prints goes into the ledger, and so do the ports that this program makes requests
 * from. It talks to no one but tailscaled. */
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
/* There is a new status or serve configuration. supervisor may be NULL, here and below. */
void supervise_see_status(struct supervisor *supervisor, struct tailnet *tailnet, struct when now);
/* Takes ownership of the map; NULL: it could not be read. */
void supervise_keep_derpmap(struct supervisor *supervisor, struct derpmap *derpmap);

#endif
