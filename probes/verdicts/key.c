#include "probes/verdicts/key.h"

#include "probes/base/text.h"
#include "probes/ledger/endpoints.h"
#include "probes/verdicts/last_answer.h"
#include "probes/verdicts/proxy.h"

bool key_is_wanted(const struct evidence *e)
{
	return endpoint_is_good(e->endpoint) &&
	       (e->endpoint->wants_key.holds ||
		       (endpoint_is_good(e->queried) && e->queried->wants_key.holds));
}

static bool is_gateway_by_tag(const struct obs_peer *peer)
{
	for (size_t i = 0; peer->tags[i]; i++)
		if (text_has_prefix(peer->tags[i], "tag:aperture"))
			return true;
	return false;
}

/* Gateways such as Aperture let in by the identity of the node, and take no key. Their 403 speaks of roles or
 * grants; one that speaks of a key is somebody else's. */
bool key_no_grant(const struct evidence *e, struct finding *f)
{
	static const char *const words[] = { "no role granted", "no grant", "tailscale identity",
		"tailnet identity", "cap/aperture" };
	const char *said = answer_of(e)->excerpt;
	const struct obs_peer *self = e->ledger->status ? &e->ledger->status->self : NULL;
	bool is_about_identity = e->peer && is_gateway_by_tag(e->peer->obs);

	if (!e->peer || !answer_is_strange(e) || !answer_has_status(e, 403) ||
		text_contains_fold(said, "key") || text_contains_fold(said, "token"))
		return false;
	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		is_about_identity = is_about_identity || text_contains_fold(said, words[i]);
	text_set(f->detail, sizeof(f->detail), "%s",
		self && self->tags[0] ? self->tags[0]
		: self && *self->user ? self->user
				      : "this node");
	return is_about_identity;
}

/* The server asks for a key, but ours was not sent: it would go over plain HTTP to a host whose identity
 * is not proven. */
bool key_withheld_is_missed(const struct evidence *e, struct finding *f)
{
	(void)f;
	return e->endpoint->is_key_withheld &&
	       (answer_has_status(e, 401) || answer_has_status(e, 403) || key_is_wanted(e));
}

/* Our key was withheld, and the server works without it. */
bool key_withheld_is_not_needed(const struct evidence *e, struct finding *f)
{
	f->severity = SEVERITY_INFO;
	f->state = STATE_OK;
	return e->endpoint->is_key_withheld && endpoint_is_good(e->endpoint) && !key_withheld_is_missed(e, f);
}

/* A known family recognises its own demand for a key. If the answer is not as expected, a 401 or 403 in
 * JSON is taken for one. */
bool key_is_asked_for(const struct evidence *e, struct finding *f)
{
	bool is_refusal =
		(answer_has_status(e, 401) || answer_has_status(e, 403)) && answer_of(e)->shape == BODY_JSON;

	(void)f;
	if (answer_is_strange(e))
		return is_refusal;
	return key_is_wanted(e) && !e->endpoint->key_rejected.holds;
}

bool key_is_rejected(const struct evidence *e, struct finding *f)
{
	(void)f;
	return endpoint_is_good(e->endpoint) && e->endpoint->key_rejected.holds;
}

bool key_is_for_proxy(const struct evidence *e)
{
	return answer_is_strange(e) && (answer_has_status(e, 401) || answer_has_status(e, 403)) &&
	       answer_of(e)->shape != BODY_JSON;
}

bool key_proxy_wants_login(const struct evidence *e, struct finding *f)
{
	if (!key_is_for_proxy(e))
		return false;
	text_set(f->detail, sizeof(f->detail), "%s", proxy_name(answer_of(e)));
	return true;
}
