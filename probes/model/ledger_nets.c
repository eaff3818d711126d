/* What is known of the networks that hosts are in, and whose shall be asked for.
 *
 * A peer's is asked for while its traffic goes by DERP, and our own with it: it takes both to say why there
 * is no direct path. */
#include "probes/model/evidence.h"

#include <stdlib.h>

#define ASK_AGAIN_MS 60000
#define CHECK_FRESH_MS 1200000 /* twice as long as netcheck is apart */

void ledger_see_netcheck(struct ledger *ledger, const struct obs_net *net, struct when now)
{
	ledger->netcheck = *net;
	ledger->netcheck.at = now.wall_ms;
	ledger->netchecked = now;
}

static struct known_net *net_of(struct known_peer *peer)
{
	if (!peer->net) {
		peer->net = mem_alloc(sizeof(*peer->net));
		net_init(&peer->net->node.net);
	}
	return peer->net;
}

void ledger_see_node(struct ledger *ledger, const struct obs_node *node, struct when now)
{
	struct known_peer *peer = ledger_peer(ledger, node->peer_id);

	if (!peer)
		return;
	net_of(peer)->node = *node;
	peer->net->node.peer_id = "";
	peer->net->node.net.at = now.wall_ms;
}

const struct obs_net *peer_net(const struct known_peer *peer)
{
	return peer->net && peer->net->node.net.at ? &peer->net->node.net : NULL;
}

/* netcheck is our own look; what our tailscaled told the tailnet counts where there was none lately. */
const struct obs_net *ledger_net_here(const struct ledger *ledger, struct when now)
{
	if (when_known(ledger->netchecked) && when_since(ledger->netchecked, now) < CHECK_FRESH_MS)
		return &ledger->netcheck;
	return peer_net(&ledger->self);
}

/* ---- whom to ask for ---- */

const struct obs_peer *ledger_peer_of(const struct ledger *ledger, const char *id)
{
	const struct known_peer *peer = ledger_peer(ledger, id);

	return peer ? peer->obs : NULL;
}

static bool is_relayed_now(const struct known_peer *peer)
{
	return peer->kind == PATH_DERP || (peer->candidate_polls && peer->candidate == PATH_DERP);
}

static bool was_asked_lately(const struct known_peer *peer, struct when now)
{
	return peer->net && when_known(peer->net->asked) && when_since(peer->net->asked, now) < ASK_AGAIN_MS;
}

static const struct obs_peer *asks(struct known_peer *peer, struct when now)
{
	net_of(peer)->asked = now;
	return peer->obs;
}

const struct obs_peer *ledger_peer_to_identify(struct ledger *ledger, struct when now)
{
	struct known_peer *next = NULL;

	for (size_t i = 0; i < ledger->peer_count; i++) {
		struct known_peer *peer = &ledger->peers[i];

		if (!is_relayed_now(peer))
			continue;
		if (ledger->self.obs && !was_asked_lately(&ledger->self, now))
			return asks(&ledger->self, now);
		if (!was_asked_lately(peer, now) && (!next || (peer->has_served && !next->has_served)))
			next = peer;
	}
	return next ? asks(next, now) : NULL;
}

bool ledger_has_relayed_server(const struct ledger *ledger, struct when now)
{
	for (size_t i = 0; i < ledger->peer_count; i++)
		if (ledger->peers[i].has_served && peer_is_relayed(&ledger->peers[i], now))
			return true;
	return false;
}

bool ledger_wants_netcheck(const struct ledger *ledger, struct when now)
{
	const struct obs_net *here = ledger_net_here(ledger, now);

	return ledger_has_relayed_server(ledger, now) || (here && here->has_udp == TRI_NO);
}
