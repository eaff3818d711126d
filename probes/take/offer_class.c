/* The class of an offer: the first rule that holds. */
#include "probes/take/offer_class.h"

#include "probes/ledger/peers.h"
#include "probes/ledger/state.h"

static bool is_of_this_user(const struct ledger *ledger, const char *peer_id)
{
	const struct known_peer *peer = peer_find(ledger, peer_id);

	return peer && ledger->status && ledger->status->has_self && !peer->obs->is_sharee &&
	       peer->obs->user_id == ledger->status->self.user_id;
}

enum offer_class offer_class_of(
	const struct ledger *ledger, const struct known_endpoint *endpoint, const struct peer *peer)
{
	if (endpoint->is_pinned || endpoint->is_own || endpoint->found_by == FOUND_SERVE)
		return CLASS_OWN;
	if (!peer) /* a Tailscale Service: only a tagged node of this tailnet may host one */
		return endpoint->found_by == FOUND_SERVICE ? CLASS_TAGGED : CLASS_FOREIGN;
	if (peer->is_shared_in)
		return CLASS_FOREIGN;
	if (peer->tags[0])
		return CLASS_TAGGED;
	return is_of_this_user(ledger, peer->id) ? CLASS_OWN : CLASS_FOREIGN;
}

const char *offer_class_refusal(const struct ledger *ledger, enum offer_class class_)
{
	static const char *const refusals[CLASS_COUNT] = {
		[CLASS_FOREIGN] = "another user's machine, or another tailnet's: --allow foreign",
		[CLASS_GATEWAY] = "a gateway, whose models may run elsewhere and bill: --allow gateway",
	};
	bool is_allowed = ledger->terms.allowed_classes & 1u << class_;

	return is_allowed || !refusals[class_] ? "" : refusals[class_];
}
