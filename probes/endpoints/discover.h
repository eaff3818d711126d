/* Plans where and when to probe for servers that nobody configured. Pure planning: no network, no clock.
 *
 * Probes one port at a time per peer, few over the whole tailnet, and only the ports of discover_ports(). A
 * peer that silently drops two connects is probed slowly from there on, and each round that finds nothing
 * doubles the pause before the next. Phones, shared-in peers, Mullvad exit nodes and whatever the user
 * excluded are never probed. */
#ifndef TSLLM_ENDPOINTS_DISCOVER_H
#define TSLLM_ENDPOINTS_DISCOVER_H

#include "probes/base/when.h"
#include "probes/io/listeners.h"
#include "probes/model/obs.h"
#include "probes/model/settings.h"

#include <stdbool.h>
#include <stddef.h>

struct discoverer;

struct probe {
	char url[600];
	char peer_id[128]; /* "": this machine's loopback */
	char address[64];
	bool is_own; /* this machine */
};

struct discoverer *discover_new(const struct settings *settings);
void discover_free(struct discoverer *discover);
/* Peers that must not be probed for the moment; this machine is never held. */
void discover_hold(struct discoverer *discover, bool (*is_held)(const void *data, const char *peer_id),
	const void *data);
/* The current peers; rounds of known peers continue. NULL: no tailnet runs, so only this machine is probed. */
void discover_see(struct discoverer *discover, const struct obs_status *status);
/* After that: this machine, where a server may listen at its address on the tailnet alone. */
void discover_see_own(struct discoverer *discover, const struct obs_peer *self);
/* Whether a round of this machine is about to begin, for which discover_see_listeners() should be called. */
bool discover_begins_here(const struct discoverer *discover, struct when now);
/* serve: what is mounted; NULL: nothing is known of that. */
void discover_see_listeners(
	struct discoverer *discover, const struct listeners *listeners, const struct obs_serve *serve);
/* The next URL that may be probed now, if there is one. It counts as in flight until discover_tell(). */
bool discover_next(struct discoverer *discover, struct when now, struct probe *probe);
void discover_tell(
	struct discoverer *discover, const char *url, bool is_server, enum outcome outcome, struct when now);
/* Restarts every round and gets through it, silence or not: the user pressed r. */
void discover_again(struct discoverer *discover);
/* Milliseconds until a round is due; -1: never. */
int64_t discover_wait(const struct discoverer *discover, struct when now);
/* The ports of the settings, or the usual ones and those of all families; 0-terminated. */
const int *discover_ports(const struct discoverer *discover);
bool discover_has_port(const struct discoverer *discover, int port); /* one of discover_ports() */
/* Whether discovery may probe this peer: a machine of this tailnet that is online, that the configuration's
 * choice of users includes, and that is not excluded. */
bool discover_may_ask(
	const struct settings *settings, const struct obs_status *status, const struct obs_peer *peer);
/* Whether the user excluded it by name, tag or OS. */
bool discover_excludes(const struct settings *settings, const struct obs_peer *peer);
/* How far the search has come on one peer. */
void discover_progress(const struct discoverer *discover, const char *peer_id, struct obs_probed *progress);
void discover_count(const struct discoverer *discover, struct obs_discovery *counts);

#endif
