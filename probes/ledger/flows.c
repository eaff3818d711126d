/* Who uses which service, from TCP inside the tunnel and on the loopback.
 *
 * A flow is one client using one service. There are three kinds:
 * - incoming, from a peer: its totals are taken as they are;
 * - outgoing, from this node: this program is one of the clients;
 * - loopback: every client is 127.0.0.1, because tailscaled passes on requests to the served engine.
 * This program's own requests are recognised by the local ports of their connections and left out, so
 * exchanges of the last two kinds wait until its own answer is in. If it asks through a mount of this
 * node, the request comes from a port of tailscaled. That is left out too: on the loopback, a client
 * counts only if a peer's WireGuard bytes explain it or if it streams, and this program never streams. */
#include "probes/ledger/flows.h"

#include "probes/base/text.h"
#include "probes/base/url.h"
#include "probes/ledger/packet_state.h"
#include "probes/ledger/peer_index.h"
#include "probes/ledger/peers.h"
#include "probes/ledger/state.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FLOWS_MAX 1024 /* the helper keeps 512 */
#define WAITING_MAX 64
#define WAIT_US 1500000     /* by then, an answer to our own request is in */
#define OWN_PORT_MS 60000   /* after that, another program may use the port */
#define OWN_OPEN_US 6000000 /* longer than any request of ours */
#define UNCLAIMED_MS 60000
#define CLEARLY 2       /* times the growth of all other peers together */
#define SHARE_LEAST 0.8 /* of an exchange's bytes: its peer's WireGuard bytes are no less */
#define SHARE_MOST 8    /* and no more, beyond 4 kB: else that peer is busy with something else */

void flow_see_own_port(struct ledger *ledger, const struct observation *observation, struct when now)
{
	int port = observation->own_port;
	size_t oldest = 0;

	for (size_t i = 0; i < ledger->own_port_count; i++) {
		if (ledger->own_ports[i].port == port) {
			ledger->own_ports[i].at = now;
			return;
		}
		if (ledger->own_ports[i].at.mono_ms < ledger->own_ports[oldest].at.mono_ms)
			oldest = i;
	}
	if (ledger->own_port_count < ARRAY_LEN(ledger->own_ports))
		oldest = ledger->own_port_count++;
	ledger->own_ports[oldest].port = port;
	ledger->own_ports[oldest].at = now;
}

static bool is_own_port(const struct ledger *ledger, int port, struct when now)
{
	for (size_t i = 0; i < ledger->own_port_count; i++)
		if (ledger->own_ports[i].port == port)
			return when_since(ledger->own_ports[i].at, now) < OWN_PORT_MS;
	return false;
}

/* ---- the table ---- */

void flows_free(struct ledger *ledger)
{
	for (size_t i = 0; i < ledger->flows.count; i++)
		free(ledger->flows.items[i].peer_id);
	free(ledger->flows.items);
	free(ledger->waiting.items);
}

void flows_restart(struct ledger *ledger)
{
	for (size_t i = 0; i < ledger->flows.count; i++) {
		struct known_flow *flow = &ledger->flows.items[i];

		flow->run_connections = flow->run_up = flow->run_down = flow->run_exchanges = 0;
		flow->open = 0;
		flow->is_open = false;
	}
	ledger->waiting.count = 0;
}

/* Flows without a peer are dropped first. */
static bool is_less(const struct known_flow *one, const struct known_flow *other)
{
	if (!*one->peer_id != !*other->peer_id)
		return !*one->peer_id;
	return one->reported.mono_ms < other->reported.mono_ms;
}

static struct known_flow *room_for_flow(struct ledger *ledger)
{
	struct known_flow *least;

	if (ledger->flows.count < FLOWS_MAX)
		return VEC_PUSH(&ledger->flows);
	least = ledger->flows.items;
	for (size_t i = 1; i < ledger->flows.count; i++)
		if (is_less(&ledger->flows.items[i], least))
			least = &ledger->flows.items[i];
	free(least->peer_id);
	return least;
}

/* peer_id: the key of a flow on the loopback; NULL for the other kinds. */
static struct known_flow *flow_of(
	struct ledger *ledger, const struct sniffed *sniffed, const char *peer_id, struct when now)
{
	struct known_flow *flow = NULL;

	for (size_t i = 0; i < ledger->flows.count && !flow; i++) {
		struct known_flow *known = &ledger->flows.items[i];

		if (known->port == sniffed->server.port && strcmp(known->server, sniffed->server.host) == 0 &&
			strcmp(known->client, sniffed->client.host) == 0 &&
			(!peer_id || strcmp(known->peer_id, peer_id) == 0))
			flow = known;
	}
	if (flow)
		return flow;
	flow = room_for_flow(ledger);
	*flow = (struct known_flow){ .port = sniffed->server.port,
		.peer_id = mem_copy(peer_id ? peer_id : ""),
		.is_loopback = peer_id != NULL,
		.since = now,
		.reported = now,
		.up_per_s = NAN,
		.down_per_s = NAN,
		.ttfb_ms = NAN,
		.ttft_ms = NAN,
		.ttft_max_ms = NAN,
		.tokens_per_s = NAN };
	snprintf(flow->client, sizeof(flow->client), "%s", sniffed->client.host);
	snprintf(flow->server, sizeof(flow->server), "%s", sniffed->server.host);
	return flow;
}

/* ---- the peer of a flow ---- */

static bool is_ours(const struct ledger *ledger, const char *ip)
{
	return peer_has_address(&ledger->self, ip);
}

static void claim(struct ledger *ledger, struct known_flow *flow)
{
	const struct known_peer *peer;

	if (flow->is_loopback || *flow->peer_id)
		return;
	flow->is_outgoing = is_ours(ledger, flow->client);
	peer = peer_index_at(ledger, flow->is_outgoing ? flow->server : flow->client);
	if (peer && (flow->is_outgoing || is_ours(ledger, flow->server)))
		mem_replace(&flow->peer_id, peer->id);
}

/* A flow that has no peer after a minute belongs to none of ours and is dropped. */
void flows_claim(struct ledger *ledger)
{
	size_t kept = 0;

	for (size_t i = 0; i < ledger->flows.count; i++) {
		struct known_flow *flow = &ledger->flows.items[i];

		claim(ledger, flow);
		if (flow->is_loopback || *flow->peer_id ||
			when_since(flow->since, ledger->status_at) < UNCLAIMED_MS)
			ledger->flows.items[kept++] = *flow;
		else
			free(flow->peer_id);
	}
	ledger->flows.count = kept;
}

/* Not if tailscaled names that address as a peer's or ours: then its owner is known. */
static bool is_from_loopback(const struct ledger *ledger, const struct sniffed *sniffed)
{
	return url_host_is_loopback(sniffed->client.host) && !peer_index_at(ledger, sniffed->client.host);
}

/* Traffic of this node with itself is no flow between machines. */
static bool is_between_ourselves(const struct ledger *ledger, const struct sniffed *sniffed)
{
	return is_ours(ledger, sniffed->client.host) && is_ours(ledger, sniffed->server.host);
}

/* ---- totals ---- */

static double add(double *total, double *of_run, double value)
{
	double growth = series_growth(of_run, value);

	*total += growth;
	return growth;
}

static double known_or_none(double count)
{
	return isnan(count) ? 0 : count;
}

/* A line stands for one exchange, unless it has a count. */
static double exchanges_of(const struct sniffed *sniffed)
{
	return isnan(sniffed->exchanges) ? 1 : sniffed->exchanges;
}

void flow_see(struct ledger *ledger, const struct sniffed *sniffed, struct when now)
{
	struct known_flow *flow;
	double seconds, up, down;

	if (is_from_loopback(ledger, sniffed) || is_between_ourselves(ledger, sniffed))
		return; /* on the loopback, single exchanges are counted */
	flow = flow_of(ledger, sniffed, NULL, now);
	claim(ledger, flow);
	seconds = flow->reported_us ? (double)(sniffed->at_us - flow->reported_us) / 1e6 : NAN;
	up = add(&flow->up_bytes, &flow->run_up, sniffed->up_bytes);
	down = add(&flow->down_bytes, &flow->run_down, sniffed->down_bytes);
	add(&flow->connections, &flow->run_connections, sniffed->connections);
	add(&flow->exchanges, &flow->run_exchanges, sniffed->exchanges);
	flow->open = isnan(sniffed->open) ? flow->open : sniffed->open;
	flow->up_per_s = seconds > 0 ? up / seconds : NAN;
	flow->down_per_s = seconds > 0 ? down / seconds : NAN;
	flow->reported = now;
	flow->reported_us = sniffed->at_us;
	if (up + down > 0)
		flow->last = now;
}

/* ---- exchanges ---- */

static void note_exchange(struct known_flow *flow, const struct sniffed *sniffed, struct when now)
{
	flow->is_open = sniffed->is_open;
	flow->exchanged = now;
	if (!isnan(sniffed->ttfb_us))
		flow->ttfb_ms = sniffed->ttfb_us / 1000;
	if (isnan(sniffed->ttft_us))
		return;
	flow->ttft_ms = sniffed->ttft_us / 1000;
	flow->ttft_max_ms = sniffed->ttft_max_us / 1000;
	flow->tokens_per_s = sniffed->tokens_per_s;
	flow->is_estimated = sniffed->is_estimated;
}

/* This node as a client: this program's own exchanges are subtracted from the totals. */
static void add_outgoing(struct ledger *ledger, const struct sniffed *sniffed, bool is_own, struct when now)
{
	struct known_flow *flow = flow_of(ledger, sniffed, NULL, now);

	claim(ledger, flow);
	if (!is_own) {
		flow->foreign += exchanges_of(sniffed);
		note_exchange(flow, sniffed, now);
		return;
	}
	flow->up_bytes -= known_or_none(sniffed->up_bytes);
	flow->down_bytes -= known_or_none(sniffed->down_bytes);
	flow->exchanges -= exchanges_of(sniffed);
}

static size_t oldest_growth(const struct packet_state *packet_state)
{
	return (packet_state->growth_next + GROWTH_MAX - packet_state->growth_count) % GROWTH_MAX;
}

/* Bytes of a peer's UDP paths when an exchange began, as far back as they are kept. */
static double bytes_before(const struct packet_state *packet_state, int64_t at_us)
{
	size_t slot = oldest_growth(packet_state);
	double bytes = packet_state->growth_count == GROWTH_MAX ? packet_state->growth[slot].bytes : 0;

	for (size_t i = 0; i < packet_state->growth_count; i++, slot = (slot + 1) % GROWTH_MAX)
		if (packet_state->growth[slot].at_us <= at_us)
			bytes = packet_state->growth[slot].bytes;
	return bytes;
}

/* The same when it was over: the first count after that. */
static double bytes_after(const struct packet_state *packet_state, int64_t at_us)
{
	size_t slot = oldest_growth(packet_state);
	double bytes = 0;

	for (size_t i = 0; i < packet_state->growth_count; i++, slot = (slot + 1) % GROWTH_MAX) {
		bytes = packet_state->growth[slot].bytes;
		if (packet_state->growth[slot].at_us >= at_us)
			break;
	}
	return bytes;
}

/* The peer whose WireGuard bytes match this exchange; "": none clearly does. */
static const char *infer_peer(const struct ledger *ledger, const struct sniffed *sniffed)
{
	double bytes = known_or_none(sniffed->up_bytes) + known_or_none(sniffed->down_bytes);
	double most = 0, all = 0;
	const char *peer_id = "";

	for (size_t i = 0; i < ledger->index.with_packets.count; i++) {
		const struct known_peer *peer = &ledger->peers[ledger->index.with_packets.items[i]];
		double growth = bytes_after(peer->packet_state, sniffed->at_us) -
				bytes_before(peer->packet_state, sniffed->begun_us);

		all += growth;
		if (growth > most) {
			most = growth;
			peer_id = peer->id;
		}
	}
	return bytes > 0 && most > CLEARLY * (all - most) && most >= SHARE_LEAST * bytes &&
			       most <= SHARE_MOST * bytes + 4096
		       ? peer_id
		       : "";
}

static void add_loopback(struct ledger *ledger, const struct sniffed *sniffed, struct when now)
{
	const char *peer_id = infer_peer(ledger, sniffed);
	struct known_flow *flow;

	if (!*peer_id && isnan(sniffed->ttft_us))
		return;
	flow = flow_of(ledger, sniffed, peer_id, now);
	flow->reported = flow->last = now;
	note_exchange(flow, sniffed, now);
	if (sniffed->is_open)
		return;
	flow->foreign += exchanges_of(sniffed);
	flow->exchanges += exchanges_of(sniffed);
	flow->up_bytes += known_or_none(sniffed->up_bytes);
	flow->down_bytes += known_or_none(sniffed->down_bytes);
}

static void add_exchange(struct ledger *ledger, const struct sniffed *sniffed, struct when now)
{
	bool is_own = is_own_port(ledger, sniffed->client.port, now);

	if (!is_from_loopback(ledger, sniffed))
		add_outgoing(ledger, sniffed, is_own, now);
	else if (!is_own)
		add_loopback(ledger, sniffed, now);
}

/* Counts waiting exchanges, each once, when our own answers must be in. */
void flows_end_period(struct ledger *ledger, int64_t at_us, struct when now)
{
	size_t kept = 0;

	for (size_t i = 0; i < ledger->waiting.count; i++) {
		if (at_us - ledger->waiting.items[i].at_us < WAIT_US)
			ledger->waiting.items[kept++] = ledger->waiting.items[i];
		else
			add_exchange(ledger, &ledger->waiting.items[i], now);
	}
	ledger->waiting.count = kept;
}

/* An open exchange is certainly not ours if it streams, or lasts longer than any request of ours. */
static bool may_be_ours(const struct ledger *ledger, const struct sniffed *sniffed, struct when now)
{
	return is_own_port(ledger, sniffed->client.port, now) ||
	       (isnan(sniffed->ttft_us) && sniffed->at_us - sniffed->begun_us < OWN_OPEN_US);
}

static void note_open(struct ledger *ledger, const struct sniffed *sniffed, struct when now)
{
	if (may_be_ours(ledger, sniffed, now))
		return;
	if (is_from_loopback(ledger, sniffed)) {
		add_loopback(ledger, sniffed, now);
	} else {
		struct known_flow *flow = flow_of(ledger, sniffed, NULL, now);

		claim(ledger, flow);
		note_exchange(flow, sniffed, now);
	}
}

void flow_see_exchange(struct ledger *ledger, const struct sniffed *sniffed, struct when now)
{
	bool is_inside = is_from_loopback(ledger, sniffed);

	if (is_between_ourselves(ledger, sniffed))
		return;
	if (!is_inside && !is_ours(ledger, sniffed->client.host)) {
		struct known_flow *flow = flow_of(ledger, sniffed, NULL, now);

		claim(ledger, flow);
		note_exchange(flow, sniffed, now);
	} else if (sniffed->is_open) {
		note_open(ledger, sniffed, now);
	} else {
		if (ledger->waiting.count == WAITING_MAX)
			flows_end_period(ledger, INT64_MAX, now);
		*VEC_PUSH(&ledger->waiting) = *sniffed;
	}
}
