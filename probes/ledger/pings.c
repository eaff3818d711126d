/* Pings that tailscaled sent for us: the last of each kind, and whether a peer answers them. */
#include "probes/ledger/pings.h"

#include "probes/base/text.h"
#include "probes/ledger/peers.h"
#include "probes/ledger/state.h"

#include <math.h>

static enum path_kind way_of(const struct obs_ping *ping)
{
	if (*ping->endpoint)
		return PATH_DIRECT;
	if (*ping->peer_relay)
		return PATH_PEER_RELAY;
	return *ping->derp ? PATH_DERP : PATH_UNKNOWN;
}

static void keep_ping(struct known_ping *kept, const struct obs_ping *ping, struct when now)
{
	*kept = (struct known_ping){ .at = now, .ms = ping->ms, .way = way_of(ping) };
	if (*ping->endpoint)
		text_set(kept->by, sizeof(kept->by), "direct %s", ping->endpoint);
	else if (*ping->peer_relay)
		text_set(kept->by, sizeof(kept->by), "peer relay %s", ping->peer_relay);
	else if (*ping->derp)
		text_set(kept->by, sizeof(kept->by), "DERP %s", ping->derp);
}

bool ping_is_answered(const struct known_peer *peer)
{
	bool is_lost_inside = peer->pings && when_known(peer->pings[PING_TSMP].at) &&
			      isnan(peer->pings[PING_TSMP].ms) &&
			      when_since(peer->pings[PING_DISCO].at, peer->pings[PING_TSMP].at) >= 0;

	return peer->ping_ok && !is_lost_inside;
}

static bool is_answered(const struct known_ping *ping)
{
	return when_known(ping->at) && !isnan(ping->ms);
}

void ping_see(struct ledger *ledger, const struct observation *observation, struct when now)
{
	const struct obs_ping *ping = observation->ping;
	struct known_peer *peer = peer_find(ledger, ping->peer_id);
	const struct known_ping *disco, *tsmp;

	if (!peer)
		return;
	if (!peer->pings)
		peer->pings = mem_alloc(PING_KINDS * sizeof(*peer->pings));
	keep_ping(&peer->pings[ping->kind], ping, now);
	disco = &peer->pings[PING_DISCO];
	tsmp = &peer->pings[PING_TSMP];
	peer->ping_ok = is_answered(disco) || is_answered(tsmp);
	peer->ping_lost = !peer->ping_ok && when_known(disco->at) && when_known(tsmp->at);
	if (isnan(ping->ms))
		return;
	peer->heard = now;
	peer_see_rtt(peer, RTT_PING, ping->ms, now);
}
