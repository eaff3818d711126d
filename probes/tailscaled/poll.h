/* The live source of the tailnet: LocalAPI over the unix socket, or the CLI if no socket can be used.
 *
 * Requested are the status every period and when the IPN bus reports a change, the serve configuration, the
 * preferences of this node and tailnet lock every ten seconds, traffic counters every period, services every
 * minute, and the DERP map on request. The answers go to the ledger; the owner is notified by one callback.
 * Nothing here sends anything to a peer. */
#ifndef TSLLM_TAILSCALED_POLL_H
#define TSLLM_TAILSCALED_POLL_H

#include "probes/io/http.h"
#include "probes/ledger/ledger.h"
#include "probes/model/settings.h"

struct uv_loop_s;

enum tailnet_topic {
	TOPIC_STATUS,
	TOPIC_SERVE,
	TOPIC_METRICS,
	TOPIC_PREFS,
	TOPIC_LOCK,
	TOPIC_SERVICES,
	TOPIC_DERPMAP,
	TOPIC_COUNT
};

enum tailnet_event {
	TAILNET_STATUS, /* a whole status is in the ledger */
	TAILNET_SERVE,  /* a serve configuration was read: the callback must call mounts_see() */
	TAILNET_PREFS,  /* the preferences are in the ledger, or could not be read */
	TAILNET_SERVICES,
	TAILNET_DERPMAP, /* after poll_ask_derpmap() */
	TAILNET_TROUBLE
};

struct tailnet_news {
	enum tailnet_event event;
	struct obs_serve *serve;             /* TAILNET_SERVE: the callback takes ownership */
	const struct obs_services *services; /* TAILNET_SERVICES: valid during the call */
	struct derpmap *derpmap;             /* TAILNET_DERPMAP: the callback takes ownership; NULL: none */
};

typedef void tailnet_fn(void *data, const struct tailnet_news *news);

struct tailnet;

struct tailnet *poll_new(struct uv_loop_s *loop, struct http *http, const struct settings *settings,
	struct ledger *ledger, tailnet_fn *news, void *data);
void poll_free(struct tailnet *tailnet);
void poll_ask_now(struct tailnet *tailnet);
void poll_ask_derpmap(struct tailnet *tailnet); /* the only request for it: it has no period */
/* For other requests to tailscaled; freed with tailnet. */
struct client *poll_client(struct tailnet *tailnet);
/* tailscaled's socket in use; NULL: none, the CLI is used. */
const char *poll_socket(const struct tailnet *tailnet);
/* Failed statuses so far. */
unsigned poll_failures(const struct tailnet *tailnet);
/* Whether the first request for that was answered, or failed, or this daemon cannot be asked for it. */
bool poll_has(const struct tailnet *tailnet, enum tailnet_topic topic);

#endif
