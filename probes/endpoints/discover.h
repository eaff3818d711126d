/* Where to knock for servers nobody told us of, and when. A planner: it knows no network and no clock.
 *
 * One door at a time per peer, few over the whole tailnet, the polite ports only. A peer whose doors swallow
 * connects is left alone after the second, and every round that finds nothing makes the next one later.
 * Phones, shared-in peers, Mullvad's exit nodes and whatever the user excluded are never asked. */
#ifndef TSLLM_ENDPOINTS_DISCOVER_H
#define TSLLM_ENDPOINTS_DISCOVER_H

#include "probes/base/when.h"
#include "probes/model/obs.h"
#include "probes/model/settings.h"

#include <stdbool.h>
#include <stddef.h>

struct discoverer;

struct probe {
	char url[600];
	char peer_id[128]; /* "": this machine's loopback */
	char address[64];
};

struct discoverer *discover_new(const struct settings *settings);
void discover_free(struct discoverer *discover);
/* The peers as they are now; rounds of peers that were known go on. */
void discover_see(struct discoverer *discover, const struct obs_status *status);
/* The next door, if one may be knocked at now. It counts as being asked until discover_tell(). */
bool discover_next(struct discoverer *discover, struct when now, struct probe *probe);
void discover_tell(
	struct discoverer *discover, const char *url, bool is_server, enum outcome outcome, struct when now);
/* Starts every round anew: a key asked for it. */
void discover_again(struct discoverer *discover);
/* Milliseconds until a round is due; -1: never. */
int64_t discover_wait(const struct discoverer *discover, struct when now);
const int *discover_ports(const struct discoverer *discover);        /* the polite ones, 0-ended */
bool discover_has_port(const struct discoverer *discover, int port); /* one of the polite ones */
/* A machine of this tailnet that is online, of the users that the configuration chooses, and not excluded. */
bool discover_may_ask(
	const struct settings *settings, const struct obs_status *status, const struct obs_peer *peer);
/* What the user excluded by name, tag or system. */
bool discover_excludes(const struct settings *settings, const struct obs_peer *peer);
void discover_count(const struct discoverer *discover, struct obs_discovery *counts);

#endif
