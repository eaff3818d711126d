/* The ledger: all that is known, and the only mutable state of it.
 *
 * Sources pass in observations with the time they were made; judge() adds verdicts, states and events;
 * take_snapshot() copies everything out. The ledger knows neither sources nor outputs. */
#ifndef TSLLM_LEDGER_LEDGER_H
#define TSLLM_LEDGER_LEDGER_H

#include "probes/base/when.h"
#include "probes/model/observation.h"
#include "probes/model/server_facts.h"
#include "probes/model/snapshot.h"
#include "probes/model/sniffed.h"

struct ledger;

struct ledger_terms {
	int64_t period_ms;   /* between statuses; older than three periods is stale */
	int64_t poll_ms;     /* between polls of an endpoint */
	char *const *ignore; /* "CODE", "CODE@PEER", "CODE@URL"; borrowed */
	size_t ignore_count;
	bool is_passive;
	unsigned allowed_classes; /* bits of enum offer_class: what --pick may use besides own and tagged */
	const struct server_facts *const *servers; /* server families, NULL-terminated; NULL: none */
	/* Called before the ledger takes an observation in; NULL: nobody listens. */
	void (*seen)(void *data, const struct observation *observation, struct when when);
	void *seen_data;
};

struct ledger *ledger_new(const struct ledger_terms *terms);
void ledger_free(struct ledger *ledger);

/* Takes in an observation made at that time. Besides this, only judge() and the functions below that mark
 * what was asked for change the ledger. */
void ledger_see(struct ledger *ledger, const struct observation *observation, struct when when);

/* The latest one; NULL: none yet. Valid until the next is seen. */
const struct obs_status *ledger_status(const struct ledger *ledger);
const struct obs_serve *ledger_serve(const struct ledger *ledger);
/* Whether the daemon carries traffic, as far as known: still true after a failed status, until three
 * periods have passed without a good one. */
bool daemon_runs(const struct ledger *ledger);
/* It says itself that it carries none: stopped, logged out, starting. */
bool daemon_is_away(const struct ledger *ledger);
/* Whether Tailscale's own control plane has it, and not a Headscale; true while nothing is known of that. */
bool daemon_is_of_tailscale(const struct ledger *ledger);
/* Stricter: it runs, and the last status did not fail. While this is false, addresses and short names of
 * the tailnet may belong to strangers on the local network: send them no request and no key. */
bool daemon_runs_for_certain(const struct ledger *ledger);
/* Something came back from the peer after its pings were lost: endpoints that were silent there are worth
 * asking again. */
bool peer_revived_since(const struct ledger *ledger, const char *peer_id, struct when then);
bool path_is_changing(const struct ledger *ledger, const char *peer_id, struct when now);
/* The next peer whose path history to ask the daemon for, marked as asked now; NULL: none. */
const struct obs_peer *path_start_history(struct ledger *ledger, struct when now);
/* Makes the networks of this node and of that peer due to be asked for, whatever the path between them.
 * "": this node's only. */
void network_want(struct ledger *ledger, const char *peer_id, struct when now);
/* Makes this node due to be asked for, unless it is known who it is to others. */
void network_want_who(struct ledger *ledger, struct when now);
/* The next node whose network to ask tailscaled for, marked as asked now; NULL: none. */
const struct obs_peer *network_start_whois(struct ledger *ledger, struct when now);
/* Netcheck is worth running: a server is reached through DERP, or UDP seems to be blocked here. */
bool network_wants_netcheck(const struct ledger *ledger, struct when now);
/* Marks netcheck as started and returns true, if the last one is older than 10 minutes or was made in
 * another network. */
bool network_start_netcheck(struct ledger *ledger, struct when now);
/* The status says offline, no ping was answered, and this node itself is online. */
bool peer_is_offline(const struct ledger *ledger, const char *peer_id);
/* When the last event before that time happened (both wall ms); 0: none is remembered. */
int64_t ledger_event_before(const struct ledger *ledger, int64_t wall_ms);
/* Copies the events of a ledger that saw what came before that time (wall ms): as old ones, without a number, as many
 * as there is room for. */
void ledger_remember_events(struct ledger *ledger, const struct ledger *earlier, int64_t before);
/* Since when nothing listens at that endpoint any more (wall ms); 0: something does, or it is not known. */
int64_t ledger_stopped_at(const struct ledger *ledger, const char *url);
/* How often the current path of a peer with a server began to fail, in packets. */
unsigned ledger_path_failures(const struct ledger *ledger);

#endif
