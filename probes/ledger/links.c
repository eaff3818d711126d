/* Paths as packets show them, and the peers they lead to.
 *
 * A path belongs to a peer if its far end is the address by which tailscaled reaches that peer now, or if
 * it is signed with the disco key that was seen on such a path. So a path that tailscaled leaves, or only
 * tries, is known too. Bytes of an unknown path are kept until its peer is known. Round trips and losses
 * count only on the current path. */
#include "probes/ledger/links.h"

#include "probes/base/text.h"
#include "probes/ledger/packet_state.h"
#include "probes/ledger/peer_index.h"
#include "probes/ledger/peers.h"
#include "probes/ledger/state.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LINKS_MAX 4096 /* the helper keeps 2048 paths and 64 connections to DERP servers */
#define LINKS_LOOK 16
#define LOSS_WINDOW_MS 120000 /* loss is measured over two to four minutes */
#define MISS_GRACE_US 1500000 /* totals printed longer than this after a miss are newer than it */

void links_free(struct ledger *ledger)
{
	for (size_t i = 0; i < ledger->links.count; i++)
		free(ledger->links.items[i].peer_id);
	free(ledger->links.items);
}

void links_forget_misses(struct ledger *ledger)
{
	for (size_t i = 0; i < ledger->links.count; i++)
		ledger->links.items[i].missed_us = 0;
	for (size_t i = 0; i < ledger->peer_count; i++)
		if (ledger->peers[i].packet_state)
			ledger->peers[i].packet_state->remote[0] = '\0';
}

void links_restart(struct ledger *ledger)
{
	links_forget_misses(ledger);
	for (size_t i = 0; i < ledger->links.count; i++) {
		struct known_link *link = &ledger->links.items[i];

		link->rx_bytes = link->tx_bytes = link->pongs = link->lost = 0;
	}
}

/* Allocated if there is none. */
static struct packet_state *packet_state_of(struct ledger *ledger, struct known_peer *peer)
{
	if (!peer->packet_state) {
		peer->packet_state = mem_alloc(sizeof(*peer->packet_state));
		peer_index_packets(ledger, peer);
	}
	return peer->packet_state;
}

/* ---- the peer of a path ---- */

static bool is_current(const struct known_peer *peer, const struct known_link *link)
{
	return peer_index_has_end(peer, link->remote, link->vni);
}

static struct known_peer *find_owner(struct ledger *ledger, const struct known_link *link)
{
	struct known_peer *before = peer_find(ledger, link->peer_id), *by_end;

	if (before && is_current(before, link))
		return before;
	by_end = peer_index_with_end(ledger, link->remote, link->vni);
	return by_end || !*link->disco ? by_end : peer_index_with_key(ledger, link->disco);
}

static void note_growth(struct packet_state *packet_state, int64_t at_us)
{
	size_t latest = (packet_state->growth_next + GROWTH_MAX - 1) % GROWTH_MAX;
	double bytes = 0;

	for (int path = 0; path < TRAFFIC_PATHS; path++)
		bytes += path == TRAFFIC_DERP ? 0
					      : packet_state->rx_bytes[path] + packet_state->tx_bytes[path];
	if (!packet_state->growth_count || packet_state->growth[latest].at_us < at_us) {
		latest = packet_state->growth_next;
		packet_state->growth_next = (latest + 1) % GROWTH_MAX;
		packet_state->growth_count += packet_state->growth_count < GROWTH_MAX;
		packet_state->growth[latest].at_us = at_us;
	}
	packet_state->growth[latest].bytes = bytes;
}

static void give_bytes(struct ledger *ledger, struct known_peer *peer, struct known_link *link, int64_t at_us)
{
	struct packet_state *packet_state = packet_state_of(ledger, peer);
	enum traffic_path path = link->vni ? TRAFFIC_PEER_RELAY : TRAFFIC_DIRECT;

	packet_state->rx_bytes[path] += link->unclaimed_rx;
	packet_state->tx_bytes[path] += link->unclaimed_tx;
	packet_state->fresh_rx += link->unclaimed_rx;
	packet_state->fresh_tx += link->unclaimed_tx;
	link->unclaimed_rx = link->unclaimed_tx = 0;
	if (at_us)
		note_growth(packet_state, at_us);
}

/* The disco key of a path in use is that of its peer. */
static void learn_key(struct ledger *ledger, struct known_peer *peer, const struct known_link *link)
{
	if (!*link->disco || !is_current(peer, link) ||
		strcmp(packet_state_of(ledger, peer)->disco, link->disco) == 0)
		return;
	snprintf(peer->packet_state->disco, sizeof(peer->packet_state->disco), "%s", link->disco);
	peer_index_key(ledger, peer);
}

void links_claim(struct ledger *ledger)
{
	for (size_t i = 0; i < ledger->links.count; i++) {
		struct known_link *link = &ledger->links.items[i];
		struct known_peer *owner = link->vni == LINK_DERP ? NULL : find_owner(ledger, link);

		if (!owner)
			continue;
		mem_replace(&link->peer_id, owner->id);
		learn_key(ledger, owner, link);
		give_bytes(ledger, owner, link, 0);
	}
}

/* ---- the table ---- */

/* The head of the chain of a far end. */
static size_t *chain_of(struct ledger *ledger, const char *remote, int64_t vni)
{
	return &ledger->link_chains[peer_index_hash(remote, vni) % LINK_CHAINS];
}

static struct known_link *find_link(struct ledger *ledger, const char *local, const char *remote, int64_t vni)
{
	struct known_link *link;

	for (size_t at = *chain_of(ledger, remote, vni); at; at = link->next) {
		link = &ledger->links.items[at - 1];
		if (link->vni == vni && strcmp(link->remote, remote) == 0 && strcmp(link->local, local) == 0)
			return link;
	}
	return NULL;
}

static void unchain(struct ledger *ledger, const struct known_link *link)
{
	size_t number = (size_t)(link - ledger->links.items) + 1;
	size_t *at = chain_of(ledger, link->remote, link->vni);

	while (*at != number)
		at = &ledger->links.items[*at - 1].next;
	*at = link->next;
}

static bool is_unclaimed(const struct known_link *link)
{
	return !*link->peer_id && link->vni != LINK_DERP;
}

static bool is_less(const struct known_link *one, const struct known_link *other)
{
	return is_unclaimed(one) == is_unclaimed(other) ? one->seen.mono_ms < other->seen.mono_ms
							: is_unclaimed(one);
}

/* Reuses the least useful of LINKS_LOOK links, starting where the last search stopped. If all of those
 * have a peer, it searches on for one that has none. */
static struct known_link *room_for_link(struct ledger *ledger)
{
	struct known_link *least = NULL;

	if (ledger->links.count < LINKS_MAX)
		return VEC_PUSH(&ledger->links);
	for (size_t i = 0; i < LINKS_MAX && (i < LINKS_LOOK || !is_unclaimed(least)); i++) {
		struct known_link *link = &ledger->links.items[ledger->link_cursor++ % LINKS_MAX];

		if (!least || is_less(link, least))
			least = link;
	}
	unchain(ledger, least);
	free(least->peer_id);
	return least;
}

static struct known_link *new_link(struct ledger *ledger, const struct sniffed *sniffed, int64_t vni)
{
	struct known_link *link = room_for_link(ledger);
	size_t *chain = chain_of(ledger, sniffed->remote.text, vni);

	*link = (struct known_link){ .vni = vni, .peer_id = mem_copy(""), .next = *chain };
	snprintf(link->local, sizeof(link->local), "%s", sniffed->local.text);
	snprintf(link->remote, sizeof(link->remote), "%s", sniffed->remote.text);
	*chain = (size_t)(link - ledger->links.items) + 1;
	return link;
}

static struct known_link *link_of(
	struct ledger *ledger, const struct sniffed *sniffed, int64_t vni, struct when now)
{
	struct known_link *link = find_link(ledger, sniffed->local.text, sniffed->remote.text, vni);
	struct known_peer *owner;

	if (!link)
		link = new_link(ledger, sniffed, vni);
	if (strcmp(link->disco, sniffed->disco) != 0 && *sniffed->disco)
		snprintf(link->disco, sizeof(link->disco), "%s", sniffed->disco);
	if (!*link->peer_id && vni != LINK_DERP) {
		owner = find_owner(ledger, link);
		mem_replace(&link->peer_id, owner ? owner->id : "");
	}
	link->seen = now;
	owner = peer_find(ledger, link->peer_id);
	if (owner)
		packet_state_of(ledger, owner);
	return link;
}

/* ---- pings ---- */

static const struct known_link *latest_of(
	const struct ledger *ledger, const struct peer_end *end, const struct known_link *latest)
{
	size_t at = ledger->link_chains[peer_index_hash(end->remote, end->vni) % LINK_CHAINS];

	while (at) {
		const struct known_link *link = &ledger->links.items[at - 1];

		if (link->vni == end->vni && strcmp(link->remote, end->remote) == 0 &&
			(!latest || link->seen.mono_ms > latest->seen.mono_ms))
			latest = link;
		at = link->next;
	}
	return latest;
}

const struct known_link *link_of_peer(const struct ledger *ledger, const struct known_peer *peer)
{
	const struct known_link *latest = NULL;
	struct peer_end end;

	if (!peer->packet_state || ledger->capture.state != CAPTURE_RUNNING)
		return NULL;
	for (int kind = 0; kind < PEER_ENDS; kind++)
		if (peer_end(peer, (enum peer_end_kind)kind, &end))
			latest = latest_of(ledger, &end, latest);
	return latest;
}

double link_loss(const struct packet_state *packet_state, double *pings)
{
	double pongs = packet_state->newer.pongs - packet_state->older.pongs;
	double lost = packet_state->newer.lost - packet_state->older.lost;

	*pings = pongs + lost;
	return *pings > 0 && *packet_state->remote ? lost / *pings : NAN;
}

static void count_pings(struct packet_state *packet_state, const struct known_link *link, struct when now)
{
	const struct ping_count counts = { now, link->pongs, link->lost };

	if (strcmp(packet_state->remote, link->remote) != 0 || packet_state->vni != link->vni) {
		snprintf(packet_state->remote, sizeof(packet_state->remote), "%s", link->remote);
		packet_state->vni = link->vni;
		packet_state->older = packet_state->middle = counts;
	} else if (when_since(packet_state->middle.since, now) >= LOSS_WINDOW_MS) {
		packet_state->older = packet_state->middle;
		packet_state->middle = counts;
	}
	packet_state->newer = counts;
}

void link_see_path(struct ledger *ledger, const struct sniffed *sniffed, struct when now)
{
	struct known_link *link = link_of(ledger, sniffed, sniffed->vni, now);
	enum traffic_path path = sniffed->vni ? TRAFFIC_PEER_RELAY : TRAFFIC_DIRECT;
	double rx = series_growth(&link->rx_bytes, sniffed->rx_bytes),
	       tx = series_growth(&link->tx_bytes, sniffed->tx_bytes);
	struct known_peer *peer = peer_find(ledger, link->peer_id);

	ledger->captured_now.rx_bytes[path] += rx;
	ledger->captured_now.tx_bytes[path] += tx;
	link->unclaimed_rx += rx;
	link->unclaimed_tx += tx;
	link->pongs = isnan(sniffed->pongs) ? link->pongs : sniffed->pongs;
	link->lost = isnan(sniffed->lost) ? link->lost : sniffed->lost;
	if (rx > 0 && sniffed->at_us - link->missed_us > MISS_GRACE_US)
		link->missed_us = 0;
	if (!peer)
		return;
	learn_key(ledger, peer, link);
	give_bytes(ledger, peer, link, sniffed->at_us);
	if (rx > 0)
		peer_hear(peer, now);
	if (is_current(peer, link))
		count_pings(packet_state_of(ledger, peer), link, now);
	else if (strcmp(packet_state_of(ledger, peer)->remote, link->remote) == 0)
		peer->packet_state->remote[0] = '\0'; /* path was left: its losses do not count */
}

void link_see_derp(struct ledger *ledger, const struct sniffed *sniffed, struct when now)
{
	struct known_link *link = link_of(ledger, sniffed, LINK_DERP, now);

	ledger->captured_now.rx_bytes[TRAFFIC_DERP] += series_growth(&link->rx_bytes, sniffed->rx_bytes);
	ledger->captured_now.tx_bytes[TRAFFIC_DERP] += series_growth(&link->tx_bytes, sniffed->tx_bytes);
}

void link_see_miss(struct ledger *ledger, const struct sniffed *sniffed, struct when now)
{
	struct known_link *link = link_of(ledger, sniffed, sniffed->vni, now);
	const struct known_peer *peer = peer_find(ledger, link->peer_id);

	ledger->path_failures += !link->missed_us && peer && peer->has_served && is_current(peer, link);
	link->missed_us = sniffed->at_us;
}

/* ---- round trips ---- */

static void see_outer_rtt(
	struct ledger *ledger, const struct sniffed *sniffed, enum rtt_source source, struct when now)
{
	struct known_link *link = link_of(ledger, sniffed, sniffed->vni, now);
	struct known_peer *peer = peer_find(ledger, link->peer_id);

	link->missed_us = 0;
	if (source == RTT_DISCO)
		link->ponged = now;
	if (!peer)
		return;
	peer_hear(peer, now);
	if (source != RTT_NONE && is_current(peer, link))
		peer_see_rtt(peer, source, sniffed->us / 1000, now);
}

static void see_inner_rtt(
	struct ledger *ledger, const struct sniffed *sniffed, enum rtt_source source, struct when now)
{
	struct known_peer *peer = peer_index_at(ledger, sniffed->remote.host);

	if (!peer || peer == &ledger->self || peer->kind == PATH_IDLE || peer->kind == PATH_UNKNOWN)
		return; /* the first connect wakes an idle path: its time is no round trip */
	peer_hear(peer, now);
	if (source == RTT_ACK && peer->kind != PATH_DERP)
		return; /* only an upper bound: used for DERP, which has nothing better */
	peer_see_rtt(peer, source, sniffed->us / 1000, now);
}

void link_see_rtt(struct ledger *ledger, const struct sniffed *sniffed, struct when now)
{
	static const struct {
		enum rtt_source source;
		void (*see)(struct ledger *ledger, const struct sniffed *sniffed, enum rtt_source source,
			struct when now);
	} methods[] = {
		[SNIFFED_BY_DISCO] = { RTT_DISCO, see_outer_rtt },
		[SNIFFED_BY_TURNAROUND] = { RTT_NONE, see_outer_rtt }, /* of this machine: heard, not timed */
		[SNIFFED_BY_WIREGUARD] = { RTT_WIREGUARD, see_outer_rtt },
		[SNIFFED_BY_TCP] = { RTT_SYN, see_inner_rtt },
		[SNIFFED_BY_ACK] = { RTT_ACK, see_inner_rtt },
		[SNIFFED_BY_DERP] = { RTT_NONE, NULL }, /* to the DERP server only, half of the path */
	};

	if (methods[sniffed->method].see)
		methods[sniffed->method].see(ledger, sniffed, methods[sniffed->method].source, now);
}
