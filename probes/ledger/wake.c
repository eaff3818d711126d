/* Two nodes are on one network if they have a public address in common, or, where either has none, the first three
 * numbers of a private one. A network card of Docker's has the same address on many machines, which those of one network
 * never have; and one that is known to be behind another public address is not on the same network. */
#include "probes/ledger/wake.h"

#include "probes/ledger/peers.h"
#include "probes/ledger/state.h"

#include <string.h>

#define ASK_AGAIN_MS 600000
#define IPV4(a, b, c, d) (((int64_t)(a) << 24) | (b) << 16 | (c) << 8 | (d))

static bool is_in(int64_t address, int64_t network, int bits)
{
	return address >> (32 - bits) == network >> (32 - bits);
}

static bool is_private(int64_t address)
{
	return is_in(address, IPV4(10, 0, 0, 0), 8) || is_in(address, IPV4(172, 16, 0, 0), 12) ||
	       is_in(address, IPV4(192, 168, 0, 0), 16);
}

/* Addresses that no machine has for itself: loopback, link-local, of carriers. */
static bool is_nobodys(int64_t address)
{
	return is_in(address, IPV4(127, 0, 0, 0), 8) || is_in(address, IPV4(169, 254, 0, 0), 16) ||
	       is_in(address, IPV4(100, 64, 0, 0), 10);
}

static bool is_public(int64_t address)
{
	return !is_private(address) && !is_nobodys(address);
}

static bool has_public(const struct known_network *network)
{
	for (size_t i = 0; i < network->ipv4_count; i++)
		if (is_public(network->ipv4[i]))
			return true;
	return false;
}

static bool share(const struct known_network *a, const struct known_network *b)
{
	bool by_public = has_public(a) && has_public(b);

	for (size_t i = 0; i < a->ipv4_count; i++)
		for (size_t k = 0; k < b->ipv4_count; k++)
			if (by_public ? is_public(a->ipv4[i]) && a->ipv4[i] == b->ipv4[k]
				      : is_private(a->ipv4[i]) && a->ipv4[i] != b->ipv4[k] &&
						is_in(a->ipv4[i], b->ipv4[k], 24))
				return true;
	return false;
}

static const struct known_network *network_at(const struct known_peer *peer)
{
	return peer->net && when_known(peer->net->reported) ? peer->net : NULL;
}

/* Whether tailscaled there would do it for us. It is asked at an IPv4 address. */
static bool may_help(const struct ledger *ledger, const struct known_peer *peer)
{
	const struct obs_peer *self = &ledger->status->self, *obs = peer->obs;

	return obs->peerapi_port && obs->addresses[0] && !strchr(obs->addresses[0], ':') && !*obs->tags &&
	       !*self->tags && obs->user_id == self->user_id &&
	       (peer == &ledger->self || (obs->is_online && !obs->is_expired));
}

static bool sleeps(const struct ledger *ledger, const struct known_peer *peer)
{
	return *peer->obs->mac && peer_is_away(ledger, peer);
}

static bool has_own_status(const struct ledger *ledger)
{
	return ledger->status && ledger->status->has_self && ledger->status->has_tun;
}

const struct known_peer *wake_helper(const struct ledger *ledger, const struct known_peer *sleeper)
{
	const struct known_network *asleep = network_at(sleeper);

	if (!asleep || !has_own_status(ledger) || !sleeps(ledger, sleeper))
		return NULL;
	for (size_t i = 0; i <= ledger->peer_count; i++) {
		const struct known_peer *peer = i ? &ledger->peers[i - 1] : &ledger->self;

		if (peer->obs && peer != sleeper && network_at(peer) && may_help(ledger, peer) &&
			share(network_at(peer), asleep))
			return peer;
	}
	return NULL;
}

bool wake_is_wanted(const struct ledger *ledger)
{
	for (size_t i = 0; has_own_status(ledger) && i < ledger->peer_count; i++)
		if (ledger->peers[i].obs && sleeps(ledger, &ledger->peers[i]))
			return true;
	return false;
}

bool wake_asks_about(const struct ledger *ledger, const struct known_peer *peer, struct when now)
{
	bool is_fresh = network_at(peer) && when_since(peer->net->reported, now) < ASK_AGAIN_MS;

	return !is_fresh && peer->obs && (sleeps(ledger, peer) || may_help(ledger, peer));
}
