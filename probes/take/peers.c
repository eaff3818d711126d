/* Peers, this node first and then by name. */
#include "probes/base/text.h"
#include "probes/base/url.h"
#include "probes/ledger/first_look.h"
#include "probes/ledger/links.h"
#include "probes/ledger/networks.h"
#include "probes/ledger/packet_state.h"
#include "probes/ledger/paths.h"
#include "probes/ledger/peers.h"
#include "probes/ledger/state.h"
#include "probes/take/builder.h"
#include "probes/verdicts/relay_reason.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RTT_RECENT_MS 10000 /* pings are 3 s apart */
#define UNSEEN_POLLS 2 /* one: the packets may be reported later than the counters */

static const char *const *copy_list(struct arena *arena, const char *const *list)
{
	size_t count = 0;
	const char **copy;

	while (list[count])
		count++;
	copy = arena_alloc(arena, (count + 1) * sizeof(*copy));
	for (size_t i = 0; i < count; i++)
		copy[i] = arena_copy(arena, list[i]);
	return copy;
}

/* The name of the peer at the relay's address ("ip:port:vni:N"), or the address itself. */
static const char *relay_name(const struct builder *s, const struct obs_peer *obs)
{
	const char *end = strstr(obs->peer_relay, ":vni:");
	size_t address = end ? (size_t)(end - obs->peer_relay) : strlen(obs->peer_relay);
	size_t host = address ? address - 1 : 0; /* the colon before the port */
	char name[TEXT_CAP];

	while (host && obs->peer_relay[host] != ':')
		host--;
	for (size_t i = 0; i < s->ledger->peer_count && host; i++) {
		const struct obs_peer *other = s->ledger->peers[i].obs;

		if (strncmp(other->current_address, obs->peer_relay, host + 1) == 0)
			return arena_copy(s->arena, peer_short_name(s->ledger, other, name, sizeof(name)));
	}
	return arena_printf(s->arena, "%.*s", (int)address, obs->peer_relay);
}

/* Known once packets were captured: a peer that did not show up in them had no bytes, unless tailscaled counted
 * some, so that the capture does not see its path. */
static void take_bytes(const struct builder *s, const struct known_peer *known, struct path *path)
{
	bool is_known = !isnan(s->ledger->captured_now.rx_bytes[0]) && known != &s->ledger->self &&
			known->unseen_polls < UNSEEN_POLLS;

	for (int kind = 0; kind < TRAFFIC_PATHS; kind++) {
		path->rx_bytes[kind] = !is_known             ? NAN
				       : known->packet_state ? known->packet_state->rx_bytes[kind]
							     : 0;
		path->tx_bytes[kind] = !is_known             ? NAN
				       : known->packet_state ? known->packet_state->tx_bytes[kind]
							     : 0;
	}
}

static void take_pings(const struct builder *s, const struct known_peer *known, struct path *path)
{
	const struct known_link *link = link_of_peer(s->ledger, known);
	double pings;

	path->loss = link ? link_loss(known->packet_state, &pings) : NAN;
	path->pong_age_ms = link && when_known(link->ponged) ? (double)when_since(link->ponged, s->now) : NAN;
	path->pong_source = isnan(path->pong_age_ms) ? "" : "capture";
	if (*path->pong_source || (known->kind != PATH_DIRECT && known->kind != PATH_PEER_RELAY))
		return;
	path->pong_age_ms = path_pong_age_ms(known, s->now);
	path->pong_source = isnan(path->pong_age_ms) ? "" : "daemon";
}

static void take_reason(const struct builder *s, const struct known_peer *known, struct path *path)
{
	struct relay_reason reason = { .code = "" };

	if (path_is_relayed(known, s->now))
		relay_reason_of(s->ledger, known, s->now, &reason);
	path->reason = reason.code;
	path->reason_text = arena_copy(s->arena, reason.text);
}

static void take_path(struct builder *s, const struct known_peer *known, struct peer *row)
{
	const struct obs_peer *obs = known->obs;
	struct path *path = &row->path;

	path->kind = daemon_is_away(s->ledger) ? PATH_UNKNOWN : known->kind;
	path->endpoint = known->kind == PATH_DIRECT ? arena_copy(s->arena, obs->current_address) : "";
	path->via = known->kind == PATH_DERP         ? arena_copy(s->arena, obs->home_derp)
		    : known->kind == PATH_PEER_RELAY ? relay_name(s, obs)
						     : "";
	take_reason(s, known, path);
	path->changes = known->changes + (known->path_history ? known->path_history->changes : 0);
	path->since = known->kind_since.wall_ms;
	path->was_before = first_look_saw(s->ledger, NULL, path->since);
	take_bytes(s, known, path);
	take_pings(s, known, path);
	path->rtt_source = peer_rtt_source_name(known->rtt_source);
	path->rtt_ms = known->rtt ? series_percentile(known->rtt, 0.5) : NAN;
	path->rtt_p95_ms = known->rtt ? series_percentile(known->rtt, 0.95) : NAN;
	path->jitter_ms = known->rtt ? series_jitter(known->rtt) : NAN;
	path->rtt_last_ms = known->rtt ? series_last(known->rtt, s->now, RTT_RECENT_MS) : NAN;
	path->rtt_age_ms = known->rtt ? series_age_ms(known->rtt, s->now) : NAN;
	if (known->rtt) {
		float *spark = arena_alloc(s->arena, SPARK_PARTS * sizeof(*spark));

		series_spark(known->rtt, s->now, SPARK_SPAN_MS, spark, SPARK_PARTS);
		row->spark = spark;
		row->spark_count = SPARK_PARTS;
	}
}

static void take_asked_pings(const struct builder *s, const struct known_peer *known, struct peer *row)
{
	for (int kind = 0; kind < PING_KINDS; kind++) {
		row->pings[kind] = (struct ping){ .ms = NAN, .by = "" };
		if (!known->pings || !when_known(known->pings[kind].at))
			continue;
		row->pings[kind].at = known->pings[kind].at.wall_ms;
		row->pings[kind].ms = known->pings[kind].ms;
		row->pings[kind].by = arena_copy(s->arena, known->pings[kind].by);
	}
}

static void copy_peer(struct builder *s, const struct known_peer *known, struct peer *row)
{
	const struct obs_peer *obs = known->obs;
	char name[TEXT_CAP];

	row->id = arena_copy(s->arena, obs->id);
	row->name = arena_copy(s->arena, peer_short_name(s->ledger, obs, name, sizeof(name)));
	row->fqdn = arena_copy(s->arena, obs->fqdn);
	row->os = arena_copy(s->arena, obs->os);
	row->user = arena_copy(s->arena, obs->user);
	row->addresses = copy_list(s->arena, obs->addresses);
	row->tags = copy_list(s->arena, obs->tags);
	row->is_self = known == &s->ledger->self;
	row->is_online = obs->is_online;
	row->is_active = obs->is_active;
	row->is_shared_in = !row->is_self && peer_is_shared_in(s->ledger->status, obs);
	row->is_exit_node = obs->is_exit_node;
	row->is_mullvad = obs->is_mullvad;
	row->has_ssh = obs->has_ssh;
	row->was_asked = known->was_asked;
	row->probed = known->probed;
	row->state = known->state;
	row->verdicts = known->verdicts;
	row->key_expiry = obs->key_expiry;
	row->last_seen = obs->last_seen;
	row->last_handshake = obs->last_handshake;
	row->rx_bytes = row->is_self ? NAN : obs->rx_bytes;
	row->tx_bytes = row->is_self ? NAN : obs->tx_bytes;
	row->rx_per_s = row->is_self ? NAN : known->rx_per_s;
	row->tx_per_s = row->is_self ? NAN : known->tx_per_s;
	take_path(s, known, row);
	net_init(&row->net);
	if (network_of(known))
		row->net = *network_of(known);
	take_asked_pings(s, known, row);
	take_gpus(s, known, row);
}

void take_peers(struct builder *s)
{
	const struct ledger *l = s->ledger;
	/* A machine that is logged out has a name, but no id: it is not a peer. */
	bool has_self = l->status && l->status->has_self && l->self.obs && *l->self.id;
	struct snapshot *snapshot = s->snapshot;

	snapshot->left_out = l->status ? l->status->left_out : 0;
	snapshot->peers = arena_alloc(s->arena, (l->peer_count + 1) * sizeof(*snapshot->peers));
	snapshot->gpus = arena_alloc(s->arena, (take_gpus_most(l) + 1) * sizeof(*snapshot->gpus));
	s->peer_rows = mem_alloc((l->peer_count + 1) * sizeof(*s->peer_rows));
	if (has_self) {
		copy_peer(s, &l->self, &snapshot->peers[0]);
		snapshot->peer_count = 1;
	}
	for (size_t i = 0; i < l->peer_count; i++) {
		const struct known_peer *known = &l->peers[l->by_name[i]];
		struct peer *row = &snapshot->peers[snapshot->peer_count];

		if (known->obs->is_sharee)
			continue;
		copy_peer(s, known, row);
		s->peer_rows[l->by_name[i]] = snapshot->peer_count++;
		snapshot->online_count += row->is_online;
	}
}
