/* Takes over a status and merges it with what is known about its peers.
 *
 * The latest status is kept whole and known peers point into it, so a tailnet of 10,000 costs one copy of
 * its text. Both sides of the merge are sorted by id: it is linear, and a peer keeps its history. */
#include "probes/ledger/status.h"

#include "probes/base/text.h"
#include "probes/ledger/events.h"
#include "probes/ledger/flows.h"
#include "probes/ledger/links.h"
#include "probes/ledger/packet_state.h"
#include "probes/ledger/peer_index.h"
#include "probes/ledger/peers.h"
#include "probes/ledger/state.h"
#include "probes/model/event_codes.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define UNSEEN_BYTES 10000 /* more than handshakes and pings */
#define PROVEN_MS 30000
#define PATH_HELD_MS 10000 /* tailscaled keeps an address in use 6.5 s after the last pong */

static enum path_kind kind_of(const struct obs_peer *peer)
{
	if (!peer->is_online)
		return PATH_OFFLINE;
	if (!peer->is_active)
		return PATH_IDLE;
	if (*peer->current_address)
		return PATH_DIRECT;
	if (*peer->peer_relay)
		return PATH_PEER_RELAY;
	return *peer->home_derp ? PATH_DERP : PATH_UNKNOWN;
}

/* That a machine goes offline or comes back is an event of its own. */
static void note_path(struct ledger *ledger, struct known_peer *peer, enum path_kind from, struct when now)
{
	char text[128], name[TEXT_CAP];

	if (!peer->has_served || from == PATH_IDLE || from == PATH_UNKNOWN || peer->kind == PATH_IDLE ||
		from == PATH_OFFLINE || peer->kind == PATH_OFFLINE)
		return;
	peer_short_name(ledger, peer->obs, name, sizeof(name));
	snprintf(text, sizeof(text), "path: %s → %s", path_kind_name(from), path_kind_name(peer->kind));
	events_note(ledger,
		&(struct event){ .who = name,
			.machine = name,
			.code = EVENT_PATH,
			.severity = peer->kind == PATH_DERP ? SEVERITY_DEGRADED : SEVERITY_INFO,
			.state = peer->kind == PATH_DIRECT ? STATE_OK : STATE_SLOW,
			.text = text },
		now);
}

/* ---- paths ---- */

static void note_change(struct known_peer *peer, struct when now)
{
	peer->changes++;
	memmove(peer->changed_ms, peer->changed_ms + 1, (FLAPS - 1) * sizeof(peer->changed_ms[0]));
	peer->changed_ms[FLAPS - 1] = now.mono_ms;
}

/* A new kind of path counts once two statuses in a row show it. */
static void see_path(struct ledger *ledger, struct known_peer *peer, struct when now)
{
	enum path_kind seen = kind_of(peer->obs), before = peer->kind;

	if (seen == peer->kind) {
		peer->kind_polls++;
		peer->candidate_polls = 0;
		return;
	}
	peer->candidate_polls = seen == peer->candidate ? peer->candidate_polls + 1 : 1;
	peer->candidate = seen;
	if (peer->candidate_polls < 2 && before != PATH_UNKNOWN)
		return;
	if (before != PATH_UNKNOWN && before != PATH_IDLE && seen != PATH_IDLE)
		note_change(peer, now);
	peer->kind_polls = peer->candidate_polls;
	peer->candidate_polls = 0;
	peer->kind = seen;
	peer->kind_since = now;
	if (before != PATH_UNKNOWN && before != PATH_IDLE)
		peer_renew_rtt(peer, now);
	note_path(ledger, peer, before, now);
}

/* Bytes that the daemon counted and packets did not show on another path went through DERP. */
static void see_derp_bytes(struct known_peer *peer)
{
	struct packet_state *packet_state;
	double rx, tx;

	if (!peer->packet_state) /* peer_index_all() adds it after the merge */
		peer->packet_state = mem_alloc(sizeof(*peer->packet_state));
	packet_state = peer->packet_state;
	rx = peer->obs->rx_bytes - peer->rx_bytes - packet_state->fresh_rx;
	tx = peer->obs->tx_bytes - peer->tx_bytes - packet_state->fresh_tx;
	if (kind_of(peer->obs) == PATH_DERP) {
		packet_state->rx_bytes[TRAFFIC_DERP] += rx > 0 ? rx : 0;
		packet_state->tx_bytes[TRAFFIC_DERP] += tx > 0 ? tx : 0;
	}
	packet_state->fresh_rx = packet_state->fresh_tx = 0;
}

/* A capture that watches the wrong device sees nothing of a path that carries bytes. */
static void see_unseen_bytes(struct known_peer *peer)
{
	double more = peer->obs->rx_bytes - peer->rx_bytes + peer->obs->tx_bytes - peer->tx_bytes;
	const struct packet_state *packets = peer->packet_state;

	if (packets && (packets->fresh_rx > 0 || packets->fresh_tx > 0)) {
		peer->unseen_bytes = 0;
		peer->unseen_polls = 0;
	} else if (kind_of(peer->obs) != PATH_DERP && more > 0) {
		peer->unseen_bytes += more;
		peer->unseen_polls += peer->unseen_bytes > UNSEEN_BYTES;
	}
}

static void see_counters(const struct ledger *ledger, struct known_peer *peer, struct when now)
{
	const struct obs_peer *obs = peer->obs;
	bool is_captured = ledger->capture.state == CAPTURE_RUNNING;
	double seconds = (double)when_since(peer->counted, now) / 1000;

	if (when_known(peer->counted)) {
		peer->rx_per_s = series_rate(peer->rx_bytes, obs->rx_bytes, seconds);
		peer->tx_per_s = series_rate(peer->tx_bytes, obs->tx_bytes, seconds);
		if (obs->rx_bytes > peer->rx_bytes)
			peer_hear(peer, now);
		if (is_captured)
			see_unseen_bytes(peer);
		if (is_captured && (peer->packet_state || kind_of(obs) == PATH_DERP))
			see_derp_bytes(peer);
	}
	peer->rx_bytes = obs->rx_bytes;
	peer->tx_bytes = obs->tx_bytes;
	peer->counted = now;
}

/* Bytes that came after an earlier status had called it offline. The last ones of a machine that shuts down
 * come in the first. */
static void see_proof(struct known_peer *peer, const struct obs_peer *obs, struct when now)
{
	if (obs->is_online || !peer->offline_polls)
		peer->proven = (struct when){ 0 };
	else if (obs->rx_bytes > peer->rx_bytes)
		peer->proven = now;
	peer->is_proven = when_known(peer->proven) && when_since(peer->proven, now) < PROVEN_MS;
}

static void see_peer(
	struct ledger *ledger, struct known_peer *peer, const struct obs_peer *obs, struct when now)
{
	peer->obs = obs;
	peer->id = (char *)(uintptr_t)obs->id;
	if (peer != &ledger->self)
		see_path(ledger, peer, now);
	see_proof(peer, obs, now);
	see_counters(ledger, peer, now);
	peer->offline_polls = obs->is_online ? 0 : peer->offline_polls + 1;
	if (obs->is_online && !peer->was_online)
		peer->ping_lost = false;
	if (!obs->is_online && peer->was_online)
		peer->ping_ok = false;
	peer->was_online = obs->is_online;
}

static int by_id(const void *a, const void *b)
{
	return strcmp((*(const struct obs_peer *const *)a)->id, (*(const struct obs_peer *const *)b)->id);
}

/* The peers of the new status, with what was known about each. Both sides are sorted by id. */
static void merge_peers(struct ledger *ledger, struct obs_status *status, struct when now)
{
	const struct obs_peer **order = mem_alloc((status->peer_count + 1) * sizeof(*order));
	struct known_peer *merged = mem_alloc((status->peer_count + 1) * sizeof(*merged));
	size_t old = 0, kept = 0;

	for (size_t i = 0; i < status->peer_count; i++)
		order[i] = &status->peers[i];
	qsort(order, status->peer_count, sizeof(*order), by_id);
	for (size_t i = 0; i < status->peer_count; i++) {
		struct known_peer *peer = &merged[kept];

		if (i && strcmp(order[i]->id, order[i - 1]->id) == 0)
			continue;
		while (old < ledger->peer_count && strcmp(ledger->peers[old].id, order[i]->id) < 0)
			peer_free(&ledger->peers[old++]);
		if (old < ledger->peer_count && strcmp(ledger->peers[old].id, order[i]->id) == 0)
			*peer = ledger->peers[old++];
		else
			*peer = (struct known_peer){
				.rx_per_s = NAN, .tx_per_s = NAN, .best_direct_ms = NAN
			};
		see_peer(ledger, peer, order[i], now);
		kept++;
	}
	while (old < ledger->peer_count)
		peer_free(&ledger->peers[old++]);
	free(order);
	free(ledger->peers);
	ledger->peers = merged;
	ledger->peer_count = kept;
}

struct named {
	const char *name;
	size_t index;
};

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct named *)a)->name, ((const struct named *)b)->name);
}

static void order_peers(struct ledger *ledger)
{
	struct named *names = mem_alloc((ledger->peer_count + 1) * sizeof(*names));

	for (size_t i = 0; i < ledger->peer_count; i++) {
		const struct obs_peer *obs = ledger->peers[i].obs;

		names[i] = (struct named){ *obs->fqdn ? obs->fqdn : obs->host_name, i };
	}
	qsort(names, ledger->peer_count, sizeof(*names), by_name);
	ledger->by_name = mem_grow(ledger->by_name, ledger->peer_count + 1, sizeof(*ledger->by_name));
	for (size_t i = 0; i < ledger->peer_count; i++)
		ledger->by_name[i] = names[i].index;
	free(names);
}

/* It points into the old status, which will be freed. */
static void forget_self(struct ledger *ledger)
{
	ledger->self.obs = NULL;
	ledger->self.id = NULL;
	ledger->self.offline_polls = 0;
}

/* Online is the control plane's word, which may be wrong: an address in use had a pong lately. That proves
 * something only if the control plane last saw the machine before. */
static void weigh_paths(struct obs_status *status, struct when now)
{
	for (size_t i = 0; i < status->peer_count; i++) {
		struct obs_peer *peer = &status->peers[i];
		bool has_path = peer->is_active && (*peer->current_address || *peer->peer_relay);

		if (has_path && now.wall_ms - peer->last_seen > PATH_HELD_MS)
			peer->is_online = true;
	}
}

void status_see(struct ledger *ledger, const struct observation *observation, struct when now)
{
	struct obs_status *status = observation->status;
	struct obs_status *before = ledger->status;

	weigh_paths(status, now);
	ledger->status = status;
	merge_peers(ledger, status, now);
	if (status->has_self)
		see_peer(ledger, &ledger->self, &status->self, now);
	else
		forget_self(ledger);
	ledger->has_several_users = peers_have_several_users(status);
	order_peers(ledger);
	obs_status_free(before);
	ledger->status_at = now;
	if (!when_known(ledger->begun))
		ledger->begun = now;
	peer_index_all(ledger);
	links_claim(ledger);
	flows_claim(ledger);
	ledger->trouble = DAEMON_FINE;
	mem_replace(&ledger->trouble_text, "");
	mem_replace(&ledger->via, observation->via);
	mem_replace(&ledger->socket, observation->socket);
}
