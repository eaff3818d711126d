/* The rounds. A peer's round is an index into one list of candidates; the result of each probe decides which
 * index is next. */
#include "probes/endpoints/discover.h"

#include "probes/base/mem.h"
#include "probes/base/text.h"
#include "probes/base/url.h"
#include "probes/model/server_facts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ASKING_MAX 8
#define BASES_MAX 96
#define SILENCES_MAX 2
#define ROUNDS_MAX 1000 /* of a larger tailnet, the first by peer id */
#define ROUND_MS (5 * 60 * 1000)
#define ROUND_MAX_MS (60 * 60 * 1000)

/* A candidate on every peer: a port, and for HTTPS also the paths where servers are usually mounted. */
struct base {
	int port;
	bool is_https;
	const char *path;
};

/* In this order: HTTPS by tailscale serve first, then the default ports of server families, most widely used
 * first, then the usual ports of proxies. Each port is in a struct server_facts, or is one of serve's. */
static const int polite_ports[] = { 443, 11434, 8080, 9931, 8000, 1234, 30000, 3000, 4000, 5000, 5001, 1337,
	80, 8443, 10000, 0 };
static const char *const usual_mounts[] = { "/ollama", "/llama", "/api", "/v1" };

struct round {
	char *peer_id, *host, *address; /* host: the host part of its URLs */
	bool is_own;                    /* this machine, through its loopback */
	bool is_asking, is_done, is_present;
	size_t next; /* index into bases */
	unsigned silences, rounds;
	int64_t due; /* monotonic ms */
};

struct discoverer {
	const struct settings *settings;
	struct base bases[BASES_MAX];
	size_t base_count;
	char ports[256];
	struct {
		struct round *items;
		size_t count, room;
	} rounds;
	size_t cursor, asking, asked;
	char now[320];
};

static void add_base(struct discoverer *discover, struct base base)
{
	if (discover->base_count < BASES_MAX)
		discover->bases[discover->base_count++] = base;
}

static void add_port(struct discoverer *discover, int port)
{
	bool is_https = server_facts_is_serve_port(port);

	text_add(discover->ports, sizeof(discover->ports), "%s%d", *discover->ports ? " " : "", port);
	add_base(discover, (struct base){ port, is_https, "" });
	for (size_t i = 0; port == 443 && i < ARRAY_LEN(usual_mounts); i++)
		add_base(discover, (struct base){ port, is_https, usual_mounts[i] });
}

const int *discover_ports(const struct discoverer *discover)
{
	return discover->settings->ports[0] ? discover->settings->ports : polite_ports;
}

struct discoverer *discover_new(const struct settings *settings)
{
	struct discoverer *discover = mem_alloc(sizeof(*discover));

	discover->settings = settings;
	for (const int *port = discover_ports(discover); *port; port++)
		add_port(discover, *port);
	return discover;
}

bool discover_has_port(const struct discoverer *discover, int port)
{
	for (const int *polite = discover_ports(discover); *polite; polite++)
		if (*polite == port)
			return true;
	return false;
}

static void free_round(struct round *round)
{
	free(round->peer_id);
	free(round->host);
	free(round->address);
}

void discover_free(struct discoverer *discover)
{
	if (!discover)
		return;
	for (size_t i = 0; i < discover->rounds.count; i++)
		free_round(&discover->rounds.items[i]);
	free(discover->rounds.items);
	free(discover);
}

/* Index of the peer's round, or where to insert it: rounds are sorted by peer id. */
static size_t place_of(const struct discoverer *discover, const char *peer_id)
{
	size_t low = 0, high = discover->rounds.count;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (strcmp(discover->rounds.items[middle].peer_id, peer_id) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static struct round *round_of(struct discoverer *discover, const char *peer_id, size_t place)
{
	bool is_there =
		place < discover->rounds.count && strcmp(discover->rounds.items[place].peer_id, peer_id) == 0;

	return is_there ? &discover->rounds.items[place] : NULL;
}

static struct round *new_round(struct discoverer *discover, const char *peer_id, size_t place)
{
	struct round *round;

	(void)VEC_PUSH(&discover->rounds);
	round = &discover->rounds.items[place];
	memmove(round + 1, round, (discover->rounds.count - 1 - place) * sizeof(*round));
	*round =
		(struct round){ .peer_id = mem_copy(peer_id), .host = mem_copy(""), .address = mem_copy("") };
	return round;
}

static void see(struct discoverer *discover, const char *peer_id, const char *host, const char *address)
{
	size_t place = place_of(discover, peer_id);
	struct round *round = round_of(discover, peer_id, place);

	if (!round && discover->rounds.count == ROUNDS_MAX)
		return;
	if (!round)
		round = new_round(discover, peer_id, place);
	round->is_present = true;
	round->is_own = !*peer_id;
	if (round->is_asking)
		return; /* discover_tell() finds the round by the URL in flight, so it must not change */
	mem_replace(&round->host, host);
	mem_replace(&round->address, address);
}

/* After much coming and going: frees the rounds of peers that are not in the last status. */
static void drop_gone(struct discoverer *discover)
{
	size_t kept = 0;

	for (size_t i = 0; i < discover->rounds.count; i++) {
		struct round *round = &discover->rounds.items[i];

		if (round->is_present || round->is_asking)
			discover->rounds.items[kept++] = *round;
		else
			free_round(round);
	}
	discover->rounds.count = kept;
}

void discover_see(struct discoverer *discover, const struct obs_status *status)
{
	if (discover->settings->discover == DISCOVER_OFF || status->backend != BACKEND_RUNNING)
		return;
	if (discover->rounds.count > ROUNDS_MAX / 2)
		drop_gone(discover);
	for (size_t i = 0; i < discover->rounds.count; i++)
		discover->rounds.items[i].is_present = false;
	see(discover, "", "127.0.0.1", "127.0.0.1");
	for (size_t i = 0; i < status->peer_count; i++) {
		const struct obs_peer *peer = &status->peers[i];

		if (discover_may_ask(discover->settings, status, peer))
			see(discover, peer->id, peer->fqdn, peer->addresses[0]);
	}
}

/* ---- the round ---- */

static bool make_url(const struct round *round, const struct base *base, char *text, size_t size)
{
	struct url url = { .is_https = base->is_https, .port = base->port };

	snprintf(url.host, sizeof(url.host), "%s", round->host);
	snprintf(url.path, sizeof(url.path), "%s", base->path);
	return url_join(&url, text, size) == 0;
}

/* This machine's loopback has no certificates and no mounts. */
static bool is_skipped(const struct round *round, const struct base *base)
{
	return round->is_own && (base->is_https || *base->path);
}

static void end_round(struct round *round, struct when now)
{
	int64_t gap = ROUND_MS;

	for (unsigned i = 0; i < round->rounds && gap < ROUND_MAX_MS; i++)
		gap *= 2;
	round->is_done = true;
	round->rounds++;
	round->silences = 0;
	round->next = 0;
	round->due = now.mono_ms + (gap > ROUND_MAX_MS ? ROUND_MAX_MS : gap);
}

static bool probe_of(struct discoverer *discover, struct round *round, struct when now, struct probe *probe)
{
	if (!round->is_present || round->is_asking || (round->is_done && round->due > now.mono_ms))
		return false;
	round->is_done = false;
	while (round->next < discover->base_count &&
		(is_skipped(round, &discover->bases[round->next]) ||
			!make_url(round, &discover->bases[round->next], probe->url, sizeof(probe->url))))
		round->next++;
	if (round->next >= discover->base_count) {
		end_round(round, now);
		return false;
	}
	snprintf(probe->peer_id, sizeof(probe->peer_id), "%s", round->peer_id);
	snprintf(probe->address, sizeof(probe->address), "%s", round->address);
	snprintf(discover->now, sizeof(discover->now), "%.300s", probe->url);
	round->is_asking = true;
	discover->asking++;
	discover->asked++;
	return true;
}

bool discover_next(struct discoverer *discover, struct when now, struct probe *probe)
{
	for (size_t i = 0; i < discover->rounds.count && discover->asking < ASKING_MAX; i++) {
		size_t at = (discover->cursor + i) % discover->rounds.count;

		if (!probe_of(discover, &discover->rounds.items[at], now, probe))
			continue;
		discover->cursor = at + 1;
		return true;
	}
	if (!discover->asking)
		discover->now[0] = '\0';
	return false;
}

/* Skips the mounts of a port that did not answer or has a server at its root. */
static void skip_mounts(const struct discoverer *discover, struct round *round)
{
	while (round->next < discover->base_count && *discover->bases[round->next].path)
		round->next++;
}

void discover_tell(
	struct discoverer *discover, const char *url, bool is_server, enum outcome outcome, struct when now)
{
	char asked[sizeof(((struct probe *)0)->url)];
	struct round *round = NULL;
	bool is_mount;

	for (size_t i = 0; i < discover->rounds.count && !round; i++) {
		struct round *one = &discover->rounds.items[i];

		if (one->is_asking && make_url(one, &discover->bases[one->next], asked, sizeof(asked)) &&
			strcmp(asked, url) == 0)
			round = one;
	}
	if (!round)
		return;
	round->is_asking = false;
	discover->asking--;
	is_mount = *discover->bases[round->next++].path != '\0';
	if ((is_server && !is_mount) || outcome != OUTCOME_ANSWERED)
		skip_mounts(discover, round);
	if (is_server)
		round->rounds = 0;
	round->silences += outcome == OUTCOME_CONNECT_TIMEOUT;
	if (round->silences >= SILENCES_MAX || round->next >= discover->base_count)
		end_round(round, now);
}

void discover_again(struct discoverer *discover)
{
	for (size_t i = 0; i < discover->rounds.count; i++) {
		discover->rounds.items[i].due = 0;
		discover->rounds.items[i].rounds = 0;
	}
}

int64_t discover_wait(const struct discoverer *discover, struct when now)
{
	int64_t wait = -1;

	if (discover->asking == ASKING_MAX)
		return -1; /* until discover_tell() */
	for (size_t i = 0; i < discover->rounds.count; i++) {
		const struct round *round = &discover->rounds.items[i];
		int64_t left = round->is_done && round->due > now.mono_ms ? round->due - now.mono_ms : 0;

		if (round->is_present && !round->is_asking && (wait < 0 || left < wait))
			wait = left;
	}
	return wait;
}

void discover_count(const struct discoverer *discover, struct obs_discovery *counts)
{
	static const char *const modes[] = { "mine", "tagged", "all", "off" };

	*counts = (struct obs_discovery){ .mode = modes[discover->settings->discover],
		.ports = discover->ports,
		.now = discover->now,
		.asked = discover->asked };
	for (size_t i = 0; i < discover->rounds.count; i++) {
		const struct round *round = &discover->rounds.items[i];

		counts->peers += round->is_present && !round->is_own;
		if (round->is_present && !round->is_done)
			counts->pending += discover->base_count - round->next;
	}
}
