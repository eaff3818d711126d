/* The ledger as a whole: creating and freeing it, passing on observations, resetting it after a gap in
 * time.
 *
 * What must outlive a status (path history, rates, what an endpoint said) is kept outside it. */
#include "probes/ledger/ledger.h"

#include "probes/ledger/capture.h"
#include "probes/ledger/daemon.h"
#include "probes/ledger/endpoints.h"
#include "probes/ledger/engine.h"
#include "probes/ledger/events.h"
#include "probes/ledger/exchanges.h"
#include "probes/ledger/exposure.h"
#include "probes/ledger/flows.h"
#include "probes/ledger/gpus.h"
#include "probes/ledger/links.h"
#include "probes/ledger/mounts.h"
#include "probes/ledger/networks.h"
#include "probes/ledger/own_ports.h"
#include "probes/ledger/paths.h"
#include "probes/ledger/peers.h"
#include "probes/ledger/pings.h"
#include "probes/ledger/state.h"
#include "probes/ledger/status.h"
#include "probes/ledger/traffic.h"
#include "probes/model/verdict_codes.h"

#include <math.h>
#include <stdlib.h>

struct ledger *ledger_new(const struct ledger_terms *terms)
{
	struct ledger *ledger = mem_alloc(sizeof(*ledger));

	ledger->terms = *terms;
	ledger->via = mem_copy("");
	ledger->socket = mem_copy("");
	ledger->trouble_text = mem_copy("");
	ledger->discovery.mode = mem_copy("");
	ledger->discovery.ports = mem_copy("");
	ledger->discovery.now = mem_copy("");
	ledger->capture.trouble = mem_copy("");
	ledger->capture.fix = mem_copy("");
	ledger->capture.dropped = NAN;
	ledger->self.best_direct_ms = NAN;
	network_forget_here(ledger);
	traffic_forget(&ledger->traffic);
	traffic_forget(&ledger->captured);
	ledger->captured_now = ledger->captured.totals;
	return ledger;
}

void ledger_free(struct ledger *ledger)
{
	char *texts[] = { ledger->via, ledger->socket, ledger->trouble_text, ledger->discovery.mode,
		ledger->discovery.ports, ledger->discovery.now };

	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		free(texts[i]);
	for (size_t i = 0; i < ledger->peer_count; i++)
		peer_free(&ledger->peers[i]);
	free(ledger->peers);
	free(ledger->by_name);
	free(ledger->index.slots);
	free(ledger->index.with_packets.items);
	peer_free(&ledger->self);
	for (size_t i = 0; i < ledger->endpoints.count; i++)
		endpoint_free(ledger->endpoints.items[i]);
	free(ledger->endpoints.items);
	mounts_free(ledger);
	capture_free(ledger);
	links_free(ledger);
	flows_free(ledger);
	exchanges_forget(ledger);
	exposure_free(ledger);
	free(ledger->open_verdicts.items);
	if (ledger->judged.arena)
		arena_free(ledger->judged.arena);
	free(ledger->judged.verdicts.items);
	events_free(ledger);
	daemon_free(ledger);
	obs_status_free(ledger->status);
	free(ledger);
}

static void see_discovery(struct ledger *ledger, const struct observation *observation, struct when now)
{
	const struct obs_discovery *discovery = observation->discovery;

	(void)now;
	mem_replace(&ledger->discovery.mode, discovery->mode);
	mem_replace(&ledger->discovery.ports, discovery->ports);
	mem_replace(&ledger->discovery.now, discovery->now);
	ledger->discovery.peers = discovery->peers;
	ledger->discovery.asked = discovery->asked;
	ledger->discovery.pending = discovery->pending;
	ledger->discovery.silent_peers = discovery->silent_peers;
	ledger->discovery.postponed = discovery->postponed;
}

static void see_gap(struct ledger *ledger, const struct observation *observation, struct when now)
{
	(void)observation;
	ledger->blanked = now;
	for (size_t i = 0; i < ledger->endpoints.count; i++) {
		struct known_endpoint *endpoint = ledger->endpoints.items[i];

		endpoint->misses = 0;
		endpoint->proofs = PROOF_NONE;
		endpoint->last.at = (struct when){ 0 };
		endpoint->state = endpoint->own_state = STATE_UNKNOWN;
		engine_blank(&endpoint->engine);
		for (size_t k = 0; k < endpoint->sents.count; k++)
			endpoint->sents.items[k].misses = 0;
	}
	for (size_t i = 0; i < ledger->peer_count; i++) {
		ledger->peers[i].offline_polls = 0;
		ledger->peers[i].kind_polls = ledger->peers[i].candidate_polls = 0;
		ledger->peers[i].counted = (struct when){ 0 };
		ledger->peers[i].rx_per_s = ledger->peers[i].tx_per_s = NAN;
		ledger->peers[i].ping_lost = ledger->peers[i].ping_ok = ledger->peers[i].is_proven = false;
		free(ledger->peers[i].pings);
		ledger->peers[i].pings = NULL;
		gpus_blank(&ledger->peers[i]);
	}
	ledger->self.offline_polls = 0;
	gpus_blank(&ledger->self);
	network_forget_here(ledger);
	traffic_forget(&ledger->traffic);
	traffic_forget(&ledger->captured);
	links_forget_misses(ledger);
	events_note(ledger,
		&(struct event){ .who = "",
			.code = CODE_RESUMED,
			.state = STATE_UNKNOWN,
			.text = "this machine slept or its clock jumped: asking everything anew" },
		now);
}

static void (*const see[])(struct ledger *ledger, const struct observation *observation, struct when now) = {
	[OBSERVED_STATUS] = status_see,
	[OBSERVED_TROUBLE] = daemon_see_trouble,
	[OBSERVED_NAMES] = daemon_see_names,
	[OBSERVED_PREFS] = daemon_see_prefs,
	[OBSERVED_LOCK] = daemon_see_lock,
	[OBSERVED_SERVE] = mounts_see,
	[OBSERVED_WEB] = mounts_see_web,
	[OBSERVED_TRAFFIC] = traffic_see,
	[OBSERVED_PATH_HISTORY] = path_see_history,
	[OBSERVED_PING] = ping_see,
	[OBSERVED_NETCHECK] = network_see_netcheck,
	[OBSERVED_NODE] = network_see_node,
	[OBSERVED_CAPTURE] = capture_see,
	[OBSERVED_PACKETS] = capture_see_packets,
	[OBSERVED_OWN_PORT] = own_port_see,
	[OBSERVED_DISCOVERY] = see_discovery,
	[OBSERVED_PROBED] = peer_see_probed,
	[OBSERVED_ENDPOINT] = endpoint_see,
	[OBSERVED_DROPPED] = endpoint_drop,
	[OBSERVED_ANSWER] = endpoint_see_answer,
	[OBSERVED_PROOF] = endpoint_see_proof,
	[OBSERVED_CERTIFICATE] = endpoint_see_certificate,
	[OBSERVED_REQUEST] = traffic_see_request,
	[OBSERVED_CANARY] = endpoint_see_canary,
	[OBSERVED_LISTENERS] = exposure_see_listeners,
	[OBSERVED_COMPANION] = exposure_see_companion,
	[OBSERVED_GPUS] = gpus_see,
	[OBSERVED_MACHINE] = daemon_see_machine,
	[OBSERVED_GAP] = see_gap,
};

void ledger_see(struct ledger *ledger, const struct observation *observation, struct when when)
{
	if (ledger->terms.seen)
		ledger->terms.seen(ledger->terms.seen_data, observation, when);
	see[observation->kind](ledger, observation, when);
}

const struct obs_status *ledger_status(const struct ledger *ledger)
{
	return ledger->status;
}

const struct obs_serve *ledger_serve(const struct ledger *ledger)
{
	return ledger->serve;
}

unsigned ledger_path_failures(const struct ledger *ledger)
{
	return ledger->path_failures;
}
