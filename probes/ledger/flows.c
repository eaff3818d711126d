/* Who uses which service, from TCP inside the tunnel and on the loopback.
 *
 * A flow is one client using one service. There are three kinds:
 * - incoming, from a peer: its totals are taken as they are;
 * - outgoing, from this node: this program is one of the clients;
 * - loopback: every client is 127.0.0.1, because tailscaled passes on requests to the served engine.
 *
 * Here are the table and its totals; single exchanges are in exchanges.c. */
#include "probes/ledger/flows.h"

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
#define UNCLAIMED_MS 60000

/* ---- the table ---- */

static void drop(struct known_flow *flow)
{
	free(flow->peer_id);
	free(flow->ttft);
}

void flows_free(struct ledger *ledger)
{
	for (size_t i = 0; i < ledger->flows.count; i++)
		drop(&ledger->flows.items[i]);
	free(ledger->flows.items);
}

void flows_restart(struct ledger *ledger)
{
	for (size_t i = 0; i < ledger->flows.count; i++) {
		struct known_flow *flow = &ledger->flows.items[i];

		flow->run_connections = flow->run_up = flow->run_down = flow->run_exchanges = 0;
		flow->open = 0;
		flow->is_open = false;
	}
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
	drop(least);
	return least;
}

static struct known_flow *find_or_add(
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
			drop(flow);
	}
	ledger->flows.count = kept;
}

struct known_flow *flow_of(
	struct ledger *ledger, const struct sniffed *sniffed, const char *peer_id, struct when now)
{
	struct known_flow *flow = find_or_add(ledger, sniffed, peer_id, now);

	claim(ledger, flow);
	return flow;
}

bool flow_is_from_loopback(const struct ledger *ledger, const struct sniffed *sniffed)
{
	return url_host_is_loopback(sniffed->client.host) && !peer_index_at(ledger, sniffed->client.host);
}

bool flow_is_between_ourselves(const struct ledger *ledger, const struct sniffed *sniffed)
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

void flow_see(struct ledger *ledger, const struct sniffed *sniffed, struct when now)
{
	struct known_flow *flow;
	double seconds, up, down;

	if (flow_is_from_loopback(ledger, sniffed) || flow_is_between_ourselves(ledger, sniffed))
		return; /* on the loopback, single exchanges are counted */
	flow = flow_of(ledger, sniffed, NULL, now);
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
