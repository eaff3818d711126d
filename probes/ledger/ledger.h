/* The ledger: the only mutable state of what is known.
 *
 * Sources put observations in, each with the moment it was made; judge() adds what is wrong (verdicts, states,
 * events), and take_snapshot() copies all of it out. The ledger knows no source and no sink. */
#ifndef TSLLM_LEDGER_LEDGER_H
#define TSLLM_LEDGER_LEDGER_H

#include "probes/base/when.h"
#include "probes/model/observation.h"
#include "probes/model/server_facts.h"
#include "probes/model/snapshot.h"
#include "probes/model/sniffed.h"

struct ledger;

struct ledger_terms {
	int64_t period_ms;   /* of the status: three of them make it stale */
	int64_t poll_ms;     /* of an endpoint */
	char *const *ignore; /* "CODE", "CODE@PEER", "CODE@URL"; borrowed */
	size_t ignore_count;
	bool is_passive;
	unsigned allowed_classes; /* bits of enum offer_class that may be picked beside own and tagged */
	const struct server_facts *const *servers; /* the families, NULL-ended; NULL: none is known */
};

struct ledger *ledger_new(const struct ledger_terms *terms);
void ledger_free(struct ledger *ledger);

/* Takes an observation in, made at that moment: the one way in which the ledger changes, but for judging. */
void ledger_see(struct ledger *ledger, const struct observation *observation, struct when when);

/* What is known now; NULL where nothing is. Valid until the next of its kind is seen. */
const struct obs_status *ledger_status(const struct ledger *ledger);
const struct obs_serve *ledger_serve(const struct ledger *ledger);
/* Whether the daemon carries traffic, as far as is known: a status that failed to come makes it doubtful, and
 * only three periods without one make it stopped. */
bool daemon_runs(const struct ledger *ledger);
/* The same, without any doubt: it runs, and the last look at it did not fail. Anything else leaves the addresses
 * and short names of the tailnet to whoever has them in the network that this machine is in. */
bool daemon_runs_for_certain(const struct ledger *ledger);
/* Something came back after its pings had been lost: whoever was silent there is worth asking anew. */
bool peer_revived_since(const struct ledger *ledger, const char *peer_id, struct when then);
bool path_is_changing(const struct ledger *ledger, const char *peer_id, struct when now);
/* Whose path the daemon should be asked for next, and from now on counts as asked; NULL: nobody's. */
const struct obs_peer *path_start_history(struct ledger *ledger, struct when now);
/* Both ends' networks shall be asked for, whatever the path to that peer is. "": ours alone. */
void network_want(struct ledger *ledger, const char *peer_id, struct when now);
/* Whose network tailscaled should be asked for next, and from now on counts as asked; NULL: nobody's. */
const struct obs_peer *network_start_whois(struct ledger *ledger, struct when now);
/* A server is reached by DERP, or UDP seems to be blocked here: worth a look at our own network. */
bool network_wants_netcheck(const struct ledger *ledger, struct when now);
/* Whether the last look was not just now, in this network; if so, it is from now on. */
bool network_start_netcheck(struct ledger *ledger, struct when now);
/* A peer whose status says offline, and nothing says otherwise. */
bool peer_is_offline(const struct ledger *ledger, const char *peer_id);

#endif
