#include "probes/endpoints/discover_round.h"

#include "probes/base/url.h"

#include <stdio.h>

#define SILENCES_MAX 2
#define QUIET_MS 15000 /* between the probes of a peer that drops connections, in its first round */
#define ROUND_MS (5 * 60 * 1000)
#define ROUND_MAX_MS (60 * 60 * 1000)

const struct discover_base *discover_round_base(
	const struct discover_ports *ports, const struct discover_round *round)
{
	size_t others = ports->base_count - ports->usual;

	if (round->is_own)
		return round->next < ports->base_count ? &ports->bases[round->next] : NULL;
	if (round->next < ports->usual)
		return &ports->bases[round->next];
	if (round->next > ports->usual || !others)
		return NULL;
	return &ports->bases[ports->usual + round->passes % others];
}

static bool is_on_v6(const struct discover_round *round, const struct discover_base *base)
{
	return round->on_v6 >> base->at & 1;
}

const char *discover_round_address(const struct discover_round *round, const struct discover_base *base)
{
	return is_on_v6(round, base) ? "::1" : round->address;
}

bool discover_round_url(
	const struct discover_round *round, const struct discover_base *base, char *text, size_t size)
{
	struct url url = { .is_https = base->is_https, .port = base->port };

	snprintf(url.host, sizeof(url.host), "%s", is_on_v6(round, base) ? "::1" : round->host);
	snprintf(url.path, sizeof(url.path), "%s", base->path);
	return url_join(&url, text, size) == 0;
}

/* This machine has no certificates and no mounts for itself. The usual ports of its loopback are asked even if nothing
 * seems to listen: a container's may be forwarded. */
static bool is_skipped(
	const struct discover_ports *ports, const struct discover_round *round, const struct discover_base *base)
{
	bool is_usual = base < &ports->bases[ports->usual] && !*round->peer_id;

	return round->is_own &&
	       (base->is_https || *base->path || (!is_usual && !(round->listening >> base->at & 1)));
}

static void wait_until(struct discover_round *round, int64_t due)
{
	round->is_waiting = true;
	round->due = due;
}

static void rest(struct discover_round *round, struct when now)
{
	int64_t gap = ROUND_MS;

	for (unsigned i = 0; i < round->pauses && gap < ROUND_MAX_MS; i++)
		gap *= 2;
	round->pauses++;
	round->silences = 0;
	wait_until(round, now.mono_ms + (gap > ROUND_MAX_MS ? ROUND_MAX_MS : gap));
}

static void end_round(struct discover_round *round, struct when now)
{
	round->passes++;
	round->next = 0;
	round->is_hurried = false;
	rest(round, now);
}

/* Every port of the first round is probed within minutes; after that, a peer that drops everything costs two
 * connections at most once in a while. */
static void slow_down(struct discover_round *round, struct when now)
{
	if (round->silences < SILENCES_MAX || round->is_hurried)
		return;
	if (round->passes)
		rest(round, now);
	else
		wait_until(round, now.mono_ms + QUIET_MS);
}

bool discover_round_is_due(const struct discover_round *round, struct when now)
{
	return round->is_present && !round->is_asking && !(round->is_waiting && round->due > now.mono_ms);
}

const struct discover_base *discover_round_start(
	const struct discover_ports *ports, struct discover_round *round, struct when now)
{
	const struct discover_base *base;
	char url[600];

	round->is_waiting = false;
	while ((base = discover_round_base(ports, round)) &&
		(is_skipped(ports, round, base) || !discover_round_url(round, base, url, sizeof(url))))
		round->next++;
	if (!base) {
		end_round(round, now);
		return NULL;
	}
	round->is_asking = true;
	round->asked |= UINT64_C(1) << base->at;
	return base;
}

/* Skips the mounts of a port that did not answer or has a server at its root. */
static void skip_mounts(const struct discover_ports *ports, struct discover_round *round)
{
	const struct discover_base *base = discover_round_base(ports, round);

	while (base && *base->path) {
		round->next++;
		base = discover_round_base(ports, round);
	}
}

static void start_again(struct discover_round *round)
{
	round->starts_again = false;
	round->next = 0;
	round->silences = 0;
	round->is_waiting = false;
}

void discover_round_tell(const struct discover_ports *ports, struct discover_round *round, bool is_server,
	enum outcome outcome, struct when now)
{
	const struct discover_base *base = discover_round_base(ports, round);
	bool is_silent = outcome == OUTCOME_CONNECT_TIMEOUT;

	round->is_asking = false;
	round->silent &= ~(UINT64_C(1) << base->at);
	round->silent |= (uint64_t)is_silent << base->at;
	round->next++;
	if ((is_server && !*base->path) || outcome != OUTCOME_ANSWERED)
		skip_mounts(ports, round);
	if (is_server)
		round->pauses = 0;
	round->silences += is_silent;
	if (round->starts_again)
		start_again(round);
	else if (!discover_round_base(ports, round))
		end_round(round, now);
	else if (is_silent)
		slow_down(round, now);
}

/* A round that the user started before goes on: pressed again and again, r would never get to its end. */
void discover_round_again(struct discover_round *round)
{
	round->pauses = 0;
	if (round->is_hurried)
		return;
	round->is_hurried = true;
	round->starts_again = round->is_asking;
	if (!round->is_asking)
		start_again(round);
}

size_t discover_round_left(const struct discover_ports *ports, const struct discover_round *round)
{
	size_t end = round->is_own ? ports->base_count : ports->usual;
	size_t left = !round->is_own && round->next <= ports->usual && ports->usual < ports->base_count;

	for (size_t i = round->next; i < end; i++)
		left += !*ports->bases[i].path && !is_skipped(ports, round, &ports->bases[i]);
	return left;
}
