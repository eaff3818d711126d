/* Whether small packets get through to a peer and large ones do not.
 *
 * Some link under the tunnel carries only smaller packets than tailscaled sends, and drops the others
 * without a word. From here this can only be inferred, and a slow or hung server looks much the same, so
 * all of this must hold at once: the path uses UDP; requests whose answers used to be large got none,
 * twice in a row; small answers have come since; no small one is missing; and nothing large came, not even
 * in part. To rule out a single bad server, servers of two kinds must hang in the same way. */
#include "probes/verdicts/mtu_blackhole.h"

#include "probes/ledger/state.h"

#include <math.h>
#include <string.h>

#define SMALL 1000 /* bytes: fits into one packet on any link */
#define MISSES 2
#define LATELY_MS 120000
/* Small answers in a row: after a total silence, one may just come before the first large one. */
#define RUN 2

struct look {
	struct when now;
	struct when since; /* when the last of the hung paths went silent; unknown: none hangs */
	const char *server;
	unsigned kinds; /* of hung servers: 0, 1, more */
	bool is_refuted;
	double small, large; /* bytes: largest small answer that came, smallest large one that did not */
};

static void see_hung(struct look *look, const struct known_endpoint *endpoint, const struct known_sent *sent)
{
	if (!look->kinds || when_since(look->since, sent->silent_since) > 0)
		look->since = sent->silent_since;
	if (!look->kinds || strcmp(look->server, endpoint->server) != 0)
		look->kinds++;
	look->server = endpoint->server;
	if (!(look->large <= sent->size))
		look->large = sent->size;
}

static void look_for_hung(struct look *look, const struct known_endpoint *endpoint)
{
	bool has_handshake = endpoint->last.outcome != OUTCOME_TLS;

	if (endpoint->misses && endpoint->last.outcome == OUTCOME_CONNECT_TIMEOUT)
		look->is_refuted = true; /* not even a SYN gets through */
	for (size_t i = 0; i < endpoint->sents.count; i++) {
		const struct known_sent *sent = &endpoint->sents.items[i];

		if (!sent->misses || !when_known(sent->answered) ||
			look->now.wall_ms - sent->last > LATELY_MS)
			continue;
		if (sent->silent_bytes >= LARGE_ANSWER)
			look->is_refuted = true; /* part of the answer came: slow, not lost */
		if (sent->size >= LARGE_ANSWER && sent->misses >= MISSES)
			see_hung(look, endpoint, sent);
		else if (sent->size <= SMALL && has_handshake)
			look->is_refuted = true; /* without one nothing was asked: a certificate is large */
	}
}

static void look_for_answers(struct look *look, const struct known_endpoint *endpoint)
{
	for (size_t i = 0; i < endpoint->sents.count; i++) {
		const struct known_sent *sent = &endpoint->sents.items[i];

		if (sent->misses || !when_known(sent->answered) ||
			when_since(look->since, sent->answered) <= 0)
			continue;
		if (sent->size >= LARGE_ANSWER)
			look->is_refuted = true;
		else if (sent->size <= SMALL && sent->run >= RUN && !(look->small >= sent->size))
			look->small = sent->size;
	}
}

bool mtu_blackhole_to(const struct ledger *ledger, const struct known_peer *peer, struct when now,
	double *small, double *large)
{
	static void (*const passes[])(struct look * look,
		const struct known_endpoint *endpoint) = { look_for_hung, look_for_answers };
	struct look look = { .now = now, .server = "", .small = NAN, .large = NAN };

	if (!peer->has_served || (peer->kind != PATH_DIRECT && peer->kind != PATH_PEER_RELAY))
		return false;
	for (size_t pass = 0; pass < ARRAY_LEN(passes); pass++) {
		for (size_t i = 0; i < ledger->endpoints.count; i++) {
			const struct known_endpoint *endpoint = ledger->endpoints.items[i];

			if (!endpoint->is_own && strcmp(endpoint->peer_id, peer->id) == 0)
				passes[pass](&look, endpoint);
		}
		if (look.kinds < 2 || look.is_refuted || when_since(peer->kind_since, look.since) < 0)
			return false;
	}
	*small = look.small;
	*large = look.large;
	return !isnan(look.small);
}
