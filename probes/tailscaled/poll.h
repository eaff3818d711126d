/* The live source of the tailnet: LocalAPI over the unix socket, or the CLI where the socket is not to be
 * had.
 *
 * Status every period and when the IPN bus says that something changed, serve configuration every ten
 * seconds, traffic counters every period, services every minute, the DERP map when it is asked for. What
 * comes in goes to the ledger; who composed it is told by one callback. Nothing here ever goes to a peer. */
#ifndef TSLLM_TAILSCALED_POLL_H
#define TSLLM_TAILSCALED_POLL_H

#include "probes/io/http.h"
#include "probes/ledger/ledger.h"
#include "probes/model/settings.h"

struct uv_loop_s;

enum tailnet_event {
	TAILNET_STATUS, /* a whole status is in the ledger */
	TAILNET_SERVE,  /* a serve configuration was read: mounts_see() is the listener's */
	TAILNET_SERVICES,
	TAILNET_DERPMAP, /* asked for by poll_ask_derpmap() */
	TAILNET_TROUBLE
};

struct tailnet_news {
	enum tailnet_event event;
	struct obs_serve *serve;             /* TAILNET_SERVE: the listener takes it over */
	const struct obs_services *services; /* TAILNET_SERVICES: for the call */
	struct derpmap *derpmap;             /* TAILNET_DERPMAP: the listener takes it over; NULL: none */
};

typedef void tailnet_fn(void *data, const struct tailnet_news *news);

struct tailnet;

struct tailnet *poll_new(struct uv_loop_s *loop, struct http *http, const struct settings *settings,
	struct ledger *ledger, tailnet_fn *news, void *data);
void poll_free(struct tailnet *tailnet);
void poll_ask_now(struct tailnet *tailnet);
void poll_ask_derpmap(struct tailnet *tailnet);      /* which is asked for at no rhythm of its own */
struct client *poll_client(struct tailnet *tailnet); /* for what else there is to ask; lives with it */
/* tailscaled's socket in use; NULL: there is none, the CLI is. */
const char *poll_socket(const struct tailnet *tailnet);
/* Statuses and failures so far. */
unsigned poll_failures(const struct tailnet *tailnet);
bool poll_has_serve(const struct tailnet *tailnet); /* the serve configuration was asked and answered */

#endif
