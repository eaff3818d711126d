/* Endpoints: what they were asked, what they answered, what they offer.
 *
 * The last answer to the primary request decides whether an endpoint is up. Every answer of its family
 * adds what it says about models, queue and speed. Silence is counted, except while the path to the peer
 * is changing. */
#include "probes/ledger/endpoints.h"

#include "probes/base/text.h"
#include "probes/ledger/canaries.h"
#include "probes/ledger/engine.h"
#include "probes/ledger/events.h"
#include "probes/ledger/gone.h"
#include "probes/ledger/ledger.h"
#include "probes/ledger/models.h"
#include "probes/ledger/peers.h"
#include "probes/ledger/sent.h"
#include "probes/ledger/state.h"
#include "probes/ledger/traffic.h"
#include "probes/model/event_codes.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void endpoint_free(struct known_endpoint *endpoint)
{
	char *texts[] = { endpoint->url, endpoint->peer_id, endpoint->address, endpoint->at, endpoint->server,
		endpoint->version, endpoint->incarnation, endpoint->is_loading.path,
		endpoint->is_sleeping.path, endpoint->wants_key.path, endpoint->key_rejected.path,
		endpoint->open_onboarding.path, endpoint->last.tls_text, endpoint->last.path,
		endpoint->last.excerpt, endpoint->last.server_header, endpoint->last.via_header,
		endpoint->last.content_type, endpoint->last.location, endpoint->figures_answer.location };

	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		free(texts[i]);
	for (size_t i = 0; i < endpoint->sents.count; i++)
		free(endpoint->sents.items[i].path);
	free(endpoint->sents.items);
	models_free(endpoint);
	canaries_free(endpoint);
	engine_fini(&endpoint->engine);
	free(endpoint->open_verdicts.items);
	free(endpoint);
}

static void forget_fact(struct path_fact *fact)
{
	fact->holds = false;
	mem_replace(&fact->path, "");
}

/* A different server answers here now: facts and timings of the previous one do not apply to it. */
static void forget_server(struct known_endpoint *endpoint)
{
	struct path_fact *const facts[] = { &endpoint->is_loading, &endpoint->is_sleeping,
		&endpoint->wants_key, &endpoint->key_rejected, &endpoint->open_onboarding };

	for (size_t i = 0; i < ARRAY_LEN(facts); i++)
		forget_fact(facts[i]);
	for (size_t i = 0; i < endpoint->sents.count; i++)
		endpoint->sents.items[i].misses = endpoint->sents.items[i].run = 0;
	models_free(endpoint);
	endpoint->models_known = endpoint->loaded_known = false;
	mem_replace(&endpoint->version, "");
	mem_replace(&endpoint->incarnation, "");
	endpoint->figures_answer.at = (struct when){ 0 };
	engine_fini(&endpoint->engine);
	engine_init(&endpoint->engine);
}

struct known_endpoint *endpoint_find(const struct ledger *ledger, const char *url)
{
	for (size_t i = 0; i < ledger->endpoints.count; i++)
		if (strcmp(ledger->endpoints.items[i]->url, url) == 0)
			return ledger->endpoints.items[i];
	return NULL;
}

static struct known_endpoint *new_endpoint(const char *url)
{
	struct known_endpoint *endpoint = mem_alloc(sizeof(*endpoint));
	char **texts[] = { &endpoint->peer_id, &endpoint->address, &endpoint->at, &endpoint->server,
		&endpoint->version, &endpoint->incarnation, &endpoint->last.tls_text, &endpoint->last.path,
		&endpoint->last.excerpt, &endpoint->last.server_header, &endpoint->last.via_header,
		&endpoint->last.content_type, &endpoint->last.location, &endpoint->figures_answer.location };

	endpoint->url = mem_copy(url);
	endpoint->facts = &server_facts_unknown;
	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		*texts[i] = mem_copy("");
	engine_init(&endpoint->engine);
	endpoint->connect_ms = endpoint->tls_ms = endpoint->last.retry_after_s = NAN;
	return endpoint;
}

static void see_server(const struct ledger *ledger, struct known_endpoint *endpoint, const char *server)
{
	mem_replace(&endpoint->server, server);
	endpoint->facts = server_facts_named(ledger->terms.servers, server);
}

void endpoint_see(struct ledger *ledger, const struct observation *observation, struct when now)
{
	const struct obs_endpoint *obs = observation->endpoint;
	struct known_endpoint *endpoint = endpoint_find(ledger, obs->url);

	if (!endpoint) {
		endpoint = *VEC_PUSH(&ledger->endpoints) = new_endpoint(obs->url);
		endpoint->found_by = obs->found_by;
		endpoint->since = now;
		endpoint->stopped_at = obs->stopped_at;
		see_server(ledger, endpoint, obs->server);
	}
	mem_replace(&endpoint->peer_id, obs->peer_id);
	mem_replace(&endpoint->address, obs->address);
	mem_replace(&endpoint->at, obs->at);
	endpoint->port = obs->port;
	endpoint->is_pinned = obs->is_pinned;
	endpoint->is_own = obs->is_own;
	endpoint->is_of_tailnet = obs->is_of_tailnet;
	endpoint->is_resolving = obs->is_resolving;
	endpoint->has_key = obs->has_key;
	endpoint->is_key_withheld = obs->is_key_withheld;
}

void endpoint_drop(struct ledger *ledger, const struct observation *observation, struct when now)
{
	for (size_t i = 0; i < ledger->endpoints.count; i++) {
		if (strcmp(ledger->endpoints.items[i]->url, observation->url) != 0)
			continue;
		if (gone_is_over(ledger, ledger->endpoints.items[i], now))
			events_note_endpoint(ledger, ledger->endpoints.items[i],
				&(struct event){ .code = EVENT_GONE,
					.state = STATE_OFFLINE,
					.text = "gone: nothing has listened there for a day, so it is "
						"forgotten" },
				now);
		endpoint_free(ledger->endpoints.items[i]);
		ledger->endpoints.count--;
		memmove(&ledger->endpoints.items[i], &ledger->endpoints.items[i + 1],
			(ledger->endpoints.count - i) * sizeof(ledger->endpoints.items[0]));
		return;
	}
}

void endpoint_see_proof(struct ledger *ledger, const struct observation *observation, struct when now)
{
	struct known_endpoint *endpoint = endpoint_find(ledger, observation->url);

	(void)now;
	if (endpoint)
		endpoint->proofs |= observation->proof;
}

void endpoint_see_certificate(struct ledger *ledger, const struct observation *observation, struct when now)
{
	struct known_endpoint *endpoint = endpoint_find(ledger, observation->url);

	(void)now;
	if (endpoint && observation->cert_not_after)
		endpoint->cert_not_after = observation->cert_not_after;
}

bool endpoint_answered(const struct known_endpoint *endpoint)
{
	return when_known(endpoint->last.at) && endpoint->last.outcome == OUTCOME_ANSWERED;
}

bool endpoint_is_good(const struct known_endpoint *endpoint)
{
	return endpoint_answered(endpoint) && endpoint->last.is_expected;
}

static void see_number(double *slot, double value)
{
	if (!isnan(value))
		*slot = value;
}

/* The path that first reported a fact decides when it ends, unless the primary path reports it too: that
 * one is asked before all others. */
static void see_fact(struct path_fact *fact, bool holds, const struct obs_answer *answer)
{
	if (holds && (!fact->holds || answer->is_primary))
		mem_replace(&fact->path, answer->path);
	if (holds || (fact->path && strcmp(fact->path, answer->path) == 0))
		fact->holds = holds;
}

static void see_reading(struct ledger *ledger, struct known_endpoint *endpoint,
	const struct obs_answer *answer, struct when now)
{
	const struct reading *reading = answer->reading;

	if (*reading->version)
		mem_replace(&endpoint->version, reading->version);
	see_fact(&endpoint->is_loading, reading->is_loading, answer);
	see_fact(&endpoint->is_sleeping, reading->is_sleeping, answer);
	see_fact(&endpoint->wants_key, reading->wants_key, answer);
	see_fact(&endpoint->key_rejected, reading->key_rejected, answer);
	see_fact(&endpoint->open_onboarding, reading->open_onboarding, answer);
	if (reading->list != MODELS_NOT_LISTED)
		models_see(ledger, endpoint, reading, now);
	engine_see(ledger, endpoint, reading, now);
}

static void see_last(struct known_endpoint *endpoint, const struct obs_answer *answer, struct when now)
{
	struct last_answer *last = &endpoint->last;

	if (last->outcome != answer->outcome || last->status != answer->status || last->tls != answer->tls)
		endpoint->proofs = PROOF_NONE;
	last->outcome = answer->outcome;
	last->tls = answer->tls;
	last->status = answer->status;
	last->shape = answer->shape;
	last->leaves_host = answer->leaves_host;
	last->has_date = answer->has_date;
	last->is_expected = answer->is_expected;
	last->retry_after_s = answer->retry_after_s;
	last->at = now;
	mem_replace(&last->tls_text, answer->tls_text);
	mem_replace(&last->path, answer->path);
	mem_replace(&last->excerpt, answer->excerpt);
	mem_replace(&last->server_header, answer->server_header);
	mem_replace(&last->via_header, answer->via_header);
	mem_replace(&last->content_type, answer->content_type);
	mem_replace(&last->location, answer->location);
}

/* Silence is left out: the same request may well be answered the next time. */
static void see_figures_answer(
	struct known_endpoint *endpoint, const struct obs_answer *answer, struct when now)
{
	struct figures_answer *figures = &endpoint->figures_answer;
	const char *path = endpoint->facts->figures_path;

	if (!path || strcmp(answer->path, path) != 0 ||
		(answer->outcome != OUTCOME_ANSWERED && answer->outcome != OUTCOME_TOO_BIG))
		return;
	figures->outcome = answer->outcome;
	figures->status = answer->status;
	figures->shape = answer->shape;
	figures->is_expected = answer->is_expected;
	figures->has_figures = answer->reading && engine_has_figures(answer->reading);
	figures->at = now;
	mem_replace(&figures->location, answer->location);
}

static void see_timing(struct known_endpoint *endpoint, struct known_peer *peer,
	const struct obs_answer *answer, struct when now)
{
	see_number(&endpoint->connect_ms, answer->connect_ms);
	see_number(&endpoint->tls_ms, answer->tls_ms);
	if (answer->is_primary && answer->is_expected) {
		engine_see_pace(endpoint, answer->ttfb_ms,
			peer && peer->rtt ? series_percentile(peer->rtt, 0.5) : NAN, now);
		series_add(&endpoint->ttfb, answer->ttfb_ms, now);
	}
	if (!peer || endpoint->is_own || isnan(answer->connect_ms) || peer->kind == PATH_IDLE ||
		peer->kind == PATH_UNKNOWN)
		return; /* the first connect wakes an idle path: its time is no round trip */
	peer_see_rtt(peer, RTT_CONNECT, answer->connect_ms, now);
}

/* A firewall may drop connects to a port that nothing listens on. */
static void see_stop(struct known_endpoint *endpoint, struct when now)
{
	bool is_silent = endpoint->last.outcome == OUTCOME_CONNECT_TIMEOUT;

	if (endpoint->last.outcome != OUTCOME_REFUSED && !is_silent)
		endpoint->stopped_at = 0;
	else if (!endpoint->stopped_at && (!is_silent || endpoint->misses >= 2))
		endpoint->stopped_at = now.wall_ms;
}

/* A name that does not resolve gives no address to send to. */
static bool was_sent(const struct obs_answer *answer)
{
	return answer->outcome != OUTCOME_UNRESOLVED;
}

void endpoint_see_answer(struct ledger *ledger, const struct observation *observation, struct when now)
{
	const struct obs_answer *answer = observation->answer;
	struct known_endpoint *endpoint = endpoint_find(ledger, answer->url);
	struct known_peer *peer;

	if (answer->outcome == OUTCOME_NOT_TRIED) {
		ledger->limited = now;
		ledger->limit_error = answer->os_error;
		return;
	}
	if (was_sent(answer))
		traffic_count_request(ledger, answer->cost, answer->bytes_sent, answer->bytes_received);
	if (!endpoint)
		return;
	peer = peer_find(ledger, endpoint->peer_id);
	if (!when_known(endpoint->asked))
		endpoint->asked = now;
	if (was_sent(answer))
		sent_see(endpoint, answer, ledger->terms.poll_ms, now);
	see_timing(endpoint, peer, answer, now);
	if (peer && answer->outcome != OUTCOME_CONNECT_TIMEOUT && answer->outcome != OUTCOME_UNREACHABLE &&
		answer->outcome != OUTCOME_UNRESOLVED)
		peer_hear(peer, now);
	if (answer->cert_not_after)
		endpoint->cert_not_after = answer->cert_not_after;
	if (*answer->server) {
		if (*endpoint->server && strcmp(endpoint->server, answer->server) != 0)
			forget_server(endpoint);
		see_server(ledger, endpoint, answer->server);
	}
	if (answer->reading && answer->is_expected)
		see_reading(ledger, endpoint, answer, now);
	see_figures_answer(endpoint, answer, now);
	if (!answer->is_primary)
		return;
	see_last(endpoint, answer, now);
	if (!outcome_is_silence(answer->outcome, answer->tls))
		endpoint->misses = 0;
	else if (!path_is_changing(ledger, endpoint->peer_id, now))
		endpoint->misses++;
	see_stop(endpoint, now);
	if (endpoint_is_good(endpoint))
		endpoint->good = now;
}

void endpoint_see_canary(struct ledger *ledger, const struct observation *observation, struct when now)
{
	struct known_endpoint *endpoint = endpoint_find(ledger, observation->canary->url);

	if (endpoint)
		canaries_see(ledger, endpoint, observation->canary, now);
}

/* A host that rejects connects by ICMP looks the same to connect(), but has been heard from. */
bool endpoints_have_no_route(const struct ledger *ledger, struct when now)
{
	size_t unreachable = 0;

	for (size_t i = 0; i < ledger->endpoints.count; i++) {
		const struct known_endpoint *endpoint = ledger->endpoints.items[i];

		if (!when_known(endpoint->last.at) || !*endpoint->peer_id || endpoint->is_own)
			continue;
		if (endpoint->last.outcome != OUTCOME_UNREACHABLE ||
			peer_was_heard(peer_find(ledger, endpoint->peer_id), now))
			return false;
		unreachable++;
	}
	return unreachable > 0;
}

bool endpoint_is_not_asked(const struct ledger *ledger, const struct known_endpoint *endpoint)
{
	return endpoint->is_resolving || (endpoint->is_of_tailnet && !daemon_runs(ledger));
}
