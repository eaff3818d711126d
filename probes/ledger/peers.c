/* One peer: who it is, when something came back from it, and how long that took. */
#include "probes/ledger/peers.h"

#include "probes/base/text.h"
#include "probes/base/url.h"
#include "probes/ledger/ledger.h"
#include "probes/ledger/state.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define HEARD_LATELY_MS 30000

struct known_peer *peer_find(const struct ledger *ledger, const char *id)
{
	size_t low = 0, high = ledger->peer_count;

	if (ledger->self.id && strcmp(ledger->self.id, id) == 0)
		return (struct known_peer *)(uintptr_t)&ledger->self;
	while (low < high) {
		size_t middle = (low + high) / 2;
		int order = strcmp(ledger->peers[middle].id, id);

		if (order == 0)
			return &ledger->peers[middle];
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

bool peer_has_address(const struct known_peer *peer, const char *ip)
{
	for (size_t i = 0; peer->obs && peer->obs->addresses[i]; i++)
		if (strcmp(peer->obs->addresses[i], ip) == 0)
			return true;
	return false;
}

const char *peer_short_name(const struct ledger *ledger, const struct obs_peer *peer, char *name, size_t size)
{
	const char *suffix = ledger->status ? ledger->status->magicdns_suffix : "";

	if (!*peer->fqdn)
		text_set(name, size, "%s", *peer->host_name ? peer->host_name : peer->id);
	else if (url_host_is_below(peer->fqdn, suffix))
		text_set(name, size, "%.*s", (int)(strlen(peer->fqdn) - strlen(suffix) - 1), peer->fqdn);
	else
		text_set(name, size, "%s", peer->fqdn);
	return name;
}

bool peer_is_shared_in(const struct obs_status *status, const struct obs_peer *peer)
{
	const char *suffix = status->magicdns_suffix;

	return text_has_suffix(suffix, ".ts.net") && *peer->fqdn && !peer->is_mullvad &&
	       !url_host_is_below(peer->fqdn, suffix);
}

static bool is_of_user(const struct obs_status *status, const struct obs_peer *peer)
{
	return !peer->tags[0] && !peer->is_mullvad && !isnan(peer->user_id) && !peer_is_shared_in(status, peer);
}

bool peers_have_several_users(const struct obs_status *status)
{
	double first = status->has_self && is_of_user(status, &status->self) ? status->self.user_id : NAN;

	for (size_t i = 0; i < status->peer_count; i++) {
		const struct obs_peer *peer = &status->peers[i];

		if (peer->is_sharee || (is_of_user(status, peer) && !isnan(first) && peer->user_id != first))
			return true;
		if (isnan(first) && is_of_user(status, peer))
			first = peer->user_id;
	}
	return false;
}

bool peer_is_offline(const struct ledger *ledger, const char *peer_id)
{
	const struct known_peer *peer = peer_find(ledger, peer_id);

	return peer && peer != &ledger->self && !peer->obs->is_online && !peer->ping_ok && !peer->is_proven &&
	       !ledger->self.offline_polls;
}

bool peer_is_away(const struct ledger *ledger, const struct known_peer *peer)
{
	return peer != &ledger->self && peer->offline_polls >= 2 && !peer->ping_ok && !peer->is_proven;
}

void peer_see_probed(struct ledger *ledger, const struct observation *observation, struct when now)
{
	struct known_peer *peer = peer_find(ledger, observation->probed->peer_id);

	(void)now;
	if (!peer)
		return;
	peer->was_asked = true;
	peer->probed = (struct probed_ports){
		.count = observation->probed->ports,
		.asked = observation->probed->asked,
		.silent = observation->probed->silent,
		.is_running = observation->probed->is_running,
	};
}

void peer_hear(struct known_peer *peer, struct when now)
{
	peer->heard = now;
	if (peer->ping_lost)
		peer->revived = now;
	peer->ping_lost = false;
}

bool peer_was_heard(const struct known_peer *peer, struct when now)
{
	return peer && when_known(peer->heard) && when_since(peer->heard, now) < HEARD_LATELY_MS;
}

bool peer_revived_since(const struct ledger *ledger, const char *peer_id, struct when then)
{
	const struct known_peer *peer = peer_find(ledger, peer_id);

	return peer && when_known(peer->revived) && when_since(then, peer->revived) > 0;
}

/* ---- round trips ---- */

/* How long a source is preferred after its last sample: pings come every 3 s, handshakes every 2 min. */
static const struct {
	const char *name;
	int64_t holds_ms;
} rtt_sources[RTT_SOURCES] = {
	[RTT_NONE] = { "", 0 },
	[RTT_ACK] = { "ack", 30000 },
	[RTT_PING] = { "ping", 30000 },
	[RTT_CONNECT] = { "tcp", 30000 },
	[RTT_SYN] = { "tcp", 30000 },
	[RTT_WIREGUARD] = { "wireguard", 150000 },
	[RTT_DISCO] = { "disco", 30000 },
};

const char *peer_rtt_source_name(enum rtt_source source)
{
	return rtt_sources[source].name;
}

void peer_renew_rtt(struct known_peer *peer, struct when now)
{
	if (peer->rtt)
		series_renew(peer->rtt, now);
	peer->rtt_source = RTT_NONE;
}

void peer_see_rtt(struct known_peer *peer, enum rtt_source source, double ms, struct when now)
{
	if (!peer->rtt)
		peer->rtt = mem_alloc(sizeof(*peer->rtt));
	if (source < peer->rtt_source &&
		series_age_ms(peer->rtt, now) <= (double)rtt_sources[peer->rtt_source].holds_ms)
		return;
	if (source != peer->rtt_source && peer->rtt_source != RTT_NONE)
		series_renew(peer->rtt, now);
	peer->rtt_source = source;
	series_add(peer->rtt, ms, now);
	if (source >= RTT_CONNECT && source <= RTT_SYN && peer->kind == PATH_DIRECT &&
		!(peer->best_direct_ms <= ms))
		peer->best_direct_ms = ms;
}

void peer_free(struct known_peer *peer)
{
	free(peer->rtt);
	free(peer->packet_state);
	free(peer->path_history);
	free(peer->net);
	free(peer->pings);
	if (peer->gpus && peer->gpus->arena)
		arena_free(peer->gpus->arena);
	free(peer->gpus);
	free(peer->open_verdicts.items);
}
