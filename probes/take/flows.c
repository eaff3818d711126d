/* Flows, merged by peer, port and direction, the active ones first. */
#include "probes/ledger/clients.h"
#include "probes/ledger/packet_state.h"
#include "probes/ledger/peers.h"
#include "probes/ledger/state.h"
#include "probes/take/builder.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define ACTIVE_MS 10000
#define OPEN_MS 3000 /* an open exchange is reported once a period of the helper */
#define RATE_MS 3000

static const char *service_of(const struct ledger *ledger, int endpoint, int port)
{
	return endpoint >= 0 || server_facts_is_llm_port(ledger->terms.servers, port) ? "llm"
	       : port == 22                                                           ? "ssh"
										      : "";
}

static bool is_active(const struct known_flow *flow, struct when now)
{
	struct when last = flow->is_outgoing ? flow->exchanged : flow->last;

	if (flow->is_open && when_since(flow->exchanged, now) < OPEN_MS)
		return true;
	return when_known(last) && when_since(last, now) < ACTIVE_MS;
}

/* Whether a flow gets a row: of this node as a client, only requests of other programs. */
static bool is_shown(const struct builder *s, const struct known_flow *flow)
{
	bool is_used = flow->foreign > 0 || (flow->is_open && when_since(flow->exchanged, s->now) < OPEN_MS);

	if (flow->is_loopback)
		return is_used;
	return *flow->peer_id && peer_find(s->ledger, flow->peer_id) && (!flow->is_outgoing || is_used);
}

static struct flow *row_of(struct builder *s, const struct known_flow *known)
{
	struct snapshot *snapshot = s->snapshot;
	int peer = *known->peer_id ? builder_row_of_peer(s, peer_find(s->ledger, known->peer_id)) : -1;
	struct flow *row;

	for (size_t i = 0; i < snapshot->flow_count; i++) {
		row = &snapshot->flows[i];
		if (row->peer == peer && row->port == known->port && row->is_outgoing == known->is_outgoing)
			return row;
	}
	row = &snapshot->flows[snapshot->flow_count++];
	*row = (struct flow){ .peer = peer,
		.endpoint = clients_endpoint_of(s->ledger, known),
		.port = known->port,
		.is_outgoing = known->is_outgoing,
		.since = known->since.wall_ms,
		.rx_per_s = NAN,
		.tx_per_s = NAN,
		.ttfb_ms = NAN,
		.ttft_ms = NAN,
		.ttft_max_ms = NAN,
		.ttft_p50_ms = NAN,
		.ttft_p95_ms = NAN,
		.tokens_per_s = NAN };
	row->service = service_of(s->ledger, row->endpoint, row->port);
	return row;
}

/* 0 if no line came lately: an idle flow has none. */
static void add_rate(double *rate, double more, bool is_fresh)
{
	double now = is_fresh ? more : 0;

	if (!isnan(now))
		*rate = isnan(*rate) ? now : *rate + now;
}

/* Our own share may be subtracted before the totals that contain it come. */
static double at_least_none(double count)
{
	return count > 0 ? count : 0;
}

static void add_bytes(struct flow *row, const struct known_flow *known, struct when now)
{
	bool is_fresh = when_since(known->reported, now) < RATE_MS;

	row->rx_bytes += at_least_none(known->is_outgoing ? known->down_bytes : known->up_bytes);
	row->tx_bytes += at_least_none(known->is_outgoing ? known->up_bytes : known->down_bytes);
	row->connections += known->connections;
	row->exchanges += at_least_none(known->exchanges);
	row->open += known->open;
	if (known->is_loopback)
		return; /* counted when an exchange is over: that gives no rate */
	add_rate(&row->rx_per_s, known->is_outgoing ? known->down_per_s : known->up_per_s, is_fresh);
	add_rate(&row->tx_per_s, known->is_outgoing ? known->up_per_s : known->down_per_s, is_fresh);
}

static void see_figures(struct flow *row, const struct known_flow *known)
{
	row->ttfb_ms = known->ttfb_ms;
	row->ttft_ms = known->ttft_ms;
	row->ttft_max_ms = known->ttft_max_ms;
	row->ttft_p50_ms = known->ttft ? series_percentile(known->ttft, 0.5) : NAN;
	row->ttft_p95_ms = known->ttft ? series_percentile(known->ttft, 0.95) : NAN;
	row->tokens_per_s = known->tokens_per_s;
	row->is_estimated = known->is_estimated;
}

static int active_first(const void *a, const void *b)
{
	const struct flow *x = a, *y = b;

	if (x->is_active != y->is_active)
		return y->is_active - x->is_active;
	if (x->last != y->last)
		return x->last < y->last ? 1 : -1;
	return x->port - y->port;
}

static void take_flow(struct builder *s, const struct known_flow *known, int64_t *figured)
{
	struct flow *row = row_of(s, known);
	size_t at = (size_t)(row - s->snapshot->flows);
	int64_t last = known->is_outgoing ? known->exchanged.wall_ms : known->last.wall_ms;

	add_bytes(row, known, s->now);
	row->is_active = row->is_active || is_active(known, s->now);
	row->is_inferred = row->is_inferred || (known->is_loopback && *known->peer_id);
	row->since = known->since.wall_ms < row->since ? known->since.wall_ms : row->since;
	row->last = last > row->last ? last : row->last;
	if (known->exchanged.wall_ms >= figured[at])
		see_figures(row, known);
	figured[at] = known->exchanged.wall_ms > figured[at] ? known->exchanged.wall_ms : figured[at];
}

void take_flows(struct builder *s)
{
	const struct ledger *l = s->ledger;
	struct snapshot *snapshot = s->snapshot;
	int64_t *figured = mem_alloc((l->flows.count + 1) * sizeof(*figured));

	snapshot->flows = arena_alloc(s->arena, (l->flows.count + 1) * sizeof(*snapshot->flows));
	for (size_t i = 0; i < l->flows.count; i++)
		if (is_shown(s, &l->flows.items[i]))
			take_flow(s, &l->flows.items[i], figured);
	free(figured);
	if (snapshot->flow_count)
		qsort(snapshot->flows, snapshot->flow_count, sizeof(*snapshot->flows), active_first);
}
