/* The networks that nodes are in, and whose to ask for next.
 *
 * A peer's is asked for while its traffic goes through DERP, and our own with it: it takes both to say why
 * there is no direct path. */
#include "probes/ledger/networks.h"

#include "probes/ledger/ledger.h"
#include "probes/ledger/paths.h"
#include "probes/ledger/peers.h"
#include "probes/ledger/state.h"
#include "probes/ledger/wake.h"

#include <stdlib.h>
#include <string.h>

#define ASK_AGAIN_MS 60000
#define REPORT_FRESH_MS 180000
#define CHECK_AGAIN_MS INT64_C(600000)
#define CHECK_FRESH_MS (2 * CHECK_AGAIN_MS)

void network_see_netcheck(struct ledger *ledger, const struct observation *observation, struct when now)
{
	ledger->netcheck = *observation->netcheck;
	ledger->netcheck.at = now.wall_ms;
	ledger->netchecked = now;
}

static struct known_network *net_of(struct known_peer *peer)
{
	if (!peer->net) {
		peer->net = mem_alloc(sizeof(*peer->net));
		net_init(&peer->net->net);
	}
	return peer->net;
}

void network_see_node(struct ledger *ledger, const struct observation *observation, struct when now)
{
	const struct obs_node *node = observation->node;
	struct known_peer *peer = peer_find(ledger, node->peer_id);

	if (!peer)
		return;
	net_of(peer)->net = node->net;
	memcpy(peer->net->ipv4, node->ipv4, sizeof(node->ipv4));
	peer->net->ipv4_count = node->ipv4_count;
	peer->net->net.at = now.wall_ms;
	peer->net->reported = now;
	if (peer == &ledger->self)
		ledger->who = node->who;
}

void network_forget_here(struct ledger *ledger)
{
	net_init(&ledger->netcheck);
	ledger->netchecked = ledger->netcheck_begun = (struct when){ 0 };
	free(ledger->self.net);
	ledger->self.net = NULL;
}

const struct obs_net *network_of(const struct known_peer *peer)
{
	return peer->net && when_known(peer->net->reported) ? &peer->net->net : NULL;
}

const struct obs_who *network_who(const struct ledger *ledger)
{
	return network_of(&ledger->self) ? &ledger->who : NULL;
}

const struct obs_net *network_of_lately(const struct known_peer *peer, struct when now)
{
	const struct obs_net *net = network_of(peer);

	return net && when_since(peer->net->reported, now) < REPORT_FRESH_MS ? net : NULL;
}

/* A recent netcheck, otherwise what our tailscaled reported to the tailnet. */
const struct obs_net *network_here(const struct ledger *ledger, struct when now)
{
	if (when_known(ledger->netchecked) && when_since(ledger->netchecked, now) < CHECK_FRESH_MS)
		return &ledger->netcheck;
	return network_of_lately(&ledger->self, now);
}

bool network_has_udp_path(const struct ledger *ledger)
{
	for (size_t i = 0; i < ledger->peer_count; i++)
		if (ledger->peers[i].kind == PATH_DIRECT || ledger->peers[i].kind == PATH_PEER_RELAY)
			return true;
	return false;
}

/* ---- whose network to ask for ---- */

static bool was_asked_lately(const struct known_peer *peer, struct when now)
{
	return peer->net && when_known(peer->net->asked) && when_since(peer->net->asked, now) < ASK_AGAIN_MS;
}

static void want(struct known_peer *peer, struct when now)
{
	if (peer && peer->obs && !was_asked_lately(peer, now))
		net_of(peer)->is_wanted = true;
}

void network_want(struct ledger *ledger, const char *peer_id, struct when now)
{
	want(&ledger->self, now);
	want(peer_find(ledger, peer_id), now);
}

void network_want_who(struct ledger *ledger, struct when now)
{
	if (!network_who(ledger))
		want(&ledger->self, now);
}

static bool is_relayed_now(const struct known_peer *peer)
{
	return peer->kind == PATH_DERP || (peer->candidate_polls && peer->candidate == PATH_DERP);
}

static bool is_due(const struct known_peer *peer, struct when now)
{
	bool is_wanted = is_relayed_now(peer) || (peer->net && peer->net->is_wanted);

	return is_wanted && !was_asked_lately(peer, now);
}

/* Where a machine that sleeps is, and who could be on its network. */
static void want_for_wake(struct ledger *ledger, struct when now)
{
	if (!wake_is_wanted(ledger))
		return;
	for (size_t i = 0; i <= ledger->peer_count; i++) {
		struct known_peer *peer = i ? &ledger->peers[i - 1] : &ledger->self;

		if (peer->obs && wake_asks_about(ledger, peer, now))
			want(peer, now);
	}
}

const struct obs_peer *network_start_whois(struct ledger *ledger, struct when now)
{
	struct known_peer *next;

	want_for_wake(ledger, now);
	next = is_due(&ledger->self, now) ? &ledger->self : NULL;
	for (size_t i = 0; i < ledger->peer_count && next != &ledger->self; i++) {
		struct known_peer *peer = &ledger->peers[i];

		if (!is_due(peer, now))
			continue;
		if (is_relayed_now(peer) && ledger->self.obs && !was_asked_lately(&ledger->self, now))
			next = &ledger->self;
		else if (!next || (peer->has_served && !next->has_served))
			next = peer;
	}
	if (!next)
		return NULL;
	net_of(next)->asked = now;
	next->net->is_wanted = false;
	return next->obs;
}

bool network_has_relayed_server(const struct ledger *ledger, struct when now)
{
	for (size_t i = 0; i < ledger->peer_count; i++)
		if (ledger->peers[i].has_served && path_is_relayed(&ledger->peers[i], now))
			return true;
	return false;
}

bool network_wants_netcheck(const struct ledger *ledger, struct when now)
{
	const struct obs_net *here = network_here(ledger, now);

	return network_has_relayed_server(ledger, now) || (here && here->has_udp == TRI_NO);
}

bool network_start_netcheck(struct ledger *ledger, struct when now)
{
	if (when_known(ledger->netcheck_begun) && when_since(ledger->netcheck_begun, now) < CHECK_AGAIN_MS)
		return false;
	ledger->netcheck_begun = now;
	return true;
}
