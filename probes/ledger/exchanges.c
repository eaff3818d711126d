/* Single exchanges of flows, by which their latest figures come, and whose they are.
 *
 * This program's own requests are known by the local ports of their connections and left out, so exchanges of
 * this node and on the loopback wait until its answer is in. Through a mount of this node they come from tailscaled:
 * on the loopback, a client counts only if a peer's WireGuard bytes explain it, or if it streams while no canary
 * does. */
#include "probes/ledger/exchanges.h"

#include "probes/base/mem.h"
#include "probes/ledger/canaries.h"
#include "probes/ledger/flows.h"
#include "probes/ledger/own_ports.h"
#include "probes/ledger/peer_index.h"
#include "probes/ledger/peers.h"
#include "probes/model/series.h"

#include <math.h>
#include <stdlib.h>

#define WAITING_MAX 64
#define WAIT_US 1500000     /* by then, an answer to our own request is in */
#define OWN_OPEN_US 6000000 /* longer than any request of ours */
#define CLEARLY 2           /* times the growth of all other peers together */
#define SHARE_LEAST 0.8     /* of an exchange's bytes: its peer's WireGuard bytes are no less */
#define SHARE_MOST 8        /* and no more, beyond 4 kB: else that peer is busy with something else */

void exchanges_forget(struct ledger *ledger)
{
	free(ledger->waiting.items);
	ledger->waiting.items = NULL;
	ledger->waiting.count = ledger->waiting.room = 0;
}

static void note_ttft(struct known_flow *flow, double ms, struct when now)
{
	if (!flow->ttft)
		flow->ttft = mem_alloc(sizeof(*flow->ttft));
	series_add(flow->ttft, ms, now);
}

static void note_exchange(struct known_flow *flow, const struct sniffed *sniffed, struct when now)
{
	flow->is_open = sniffed->is_open;
	flow->exchanged = now;
	if (!isnan(sniffed->ttfb_us))
		flow->ttfb_ms = sniffed->ttfb_us / 1000;
	if (isnan(sniffed->ttft_us))
		return;
	if (!sniffed->is_open)
		note_ttft(flow, sniffed->ttft_us / 1000, now);
	flow->ttft_ms = sniffed->ttft_us / 1000;
	flow->ttft_max_ms = sniffed->ttft_max_us / 1000;
	flow->tokens_per_s = sniffed->tokens_per_s;
	flow->is_estimated = sniffed->is_estimated;
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

/* This node as a client: this program's own exchanges are subtracted from the totals. */
static void add_outgoing(struct ledger *ledger, const struct sniffed *sniffed, bool is_own, struct when now)
{
	struct known_flow *flow = flow_of(ledger, sniffed, NULL, now);

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

	if (!*peer_id && (isnan(sniffed->ttft_us) || canaries_explain(ledger, sniffed)))
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
	bool is_own = own_ports_has(ledger, sniffed->client.port, now);

	if (!flow_is_from_loopback(ledger, sniffed))
		add_outgoing(ledger, sniffed, is_own, now);
	else if (!is_own)
		add_loopback(ledger, sniffed, now);
}

/* Counts waiting exchanges, each once, when our own answers must be in. */
void exchanges_end_period(struct ledger *ledger, int64_t at_us, struct when now)
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
	return own_ports_has(ledger, sniffed->client.port, now) ||
	       (isnan(sniffed->ttft_us) && sniffed->at_us - sniffed->begun_us < OWN_OPEN_US);
}

static void note_open(struct ledger *ledger, const struct sniffed *sniffed, struct when now)
{
	if (may_be_ours(ledger, sniffed, now))
		return;
	if (flow_is_from_loopback(ledger, sniffed)) {
		add_loopback(ledger, sniffed, now);
	} else {
		struct known_flow *flow = flow_of(ledger, sniffed, NULL, now);

		note_exchange(flow, sniffed, now);
	}
}

void exchange_see(struct ledger *ledger, const struct sniffed *sniffed, struct when now)
{
	bool is_inside = flow_is_from_loopback(ledger, sniffed);

	if (flow_is_between_ourselves(ledger, sniffed))
		return;
	if (!is_inside && !peer_has_address(&ledger->self, sniffed->client.host)) {
		struct known_flow *flow = flow_of(ledger, sniffed, NULL, now);

		note_exchange(flow, sniffed, now);
	} else if (sniffed->is_open) {
		note_open(ledger, sniffed, now);
	} else {
		if (ledger->waiting.count == WAITING_MAX)
			exchanges_end_period(ledger, INT64_MAX, now);
		*VEC_PUSH(&ledger->waiting) = *sniffed;
	}
}
