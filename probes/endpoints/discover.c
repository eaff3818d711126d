/* All peers and their rounds: who is probed next. */
#include "probes/endpoints/discover.h"

#include "probes/base/mem.h"
#include "probes/base/url.h"
#include "probes/endpoints/discover_round.h"
#include "probes/endpoints/owner.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ASKING_MAX 8
#define HOLD_MS 500     /* between looks whether a peer is still held */
#define ROUNDS_MAX 1000 /* of a larger tailnet, the first by peer id */

struct discoverer {
	const struct settings *settings;
	struct discover_ports ports;
	struct {
		struct discover_round *items;
		size_t count, room;
	} rounds;
	size_t cursor, asking;
	char now[320];
	bool (*is_held)(const void *data, const char *peer_id); /* NULL: nobody is */
	const void *held_data;
};

const int *discover_ports(const struct discoverer *discover)
{
	return discover->ports.ports;
}

struct discoverer *discover_new(const struct settings *settings)
{
	struct discoverer *discover = mem_alloc(sizeof(*discover));

	discover->settings = settings;
	discover_ports_init(&discover->ports, settings->ports);
	return discover;
}

bool discover_has_port(const struct discoverer *discover, int port)
{
	return discover_ports_has(&discover->ports, port);
}

static void free_round(struct discover_round *round)
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

void discover_hold(
	struct discoverer *discover, bool (*is_held)(const void *data, const char *peer_id), const void *data)
{
	discover->is_held = is_held;
	discover->held_data = data;
}

static bool is_held(const struct discoverer *discover, const struct discover_round *round)
{
	return !round->is_own && discover->is_held && discover->is_held(discover->held_data, round->peer_id);
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

static struct discover_round *round_of(const struct discoverer *discover, const char *peer_id, size_t place)
{
	bool is_there =
		place < discover->rounds.count && strcmp(discover->rounds.items[place].peer_id, peer_id) == 0;

	return is_there ? &discover->rounds.items[place] : NULL;
}

static struct discover_round *new_round(struct discoverer *discover, const char *peer_id, size_t place)
{
	struct discover_round *round;

	(void)VEC_PUSH(&discover->rounds);
	round = &discover->rounds.items[place];
	memmove(round + 1, round, (discover->rounds.count - 1 - place) * sizeof(*round));
	*round = (struct discover_round){
		.peer_id = mem_copy(peer_id), .host = mem_copy(""), .address = mem_copy("")
	};
	return round;
}

static void see(
	struct discoverer *discover, const char *peer_id, const char *host, const char *address, bool is_own)
{
	size_t place = place_of(discover, peer_id);
	struct discover_round *round = round_of(discover, peer_id, place);

	if (!round && discover->rounds.count == ROUNDS_MAX)
		return;
	if (!round)
		round = new_round(discover, peer_id, place);
	round->is_present = true;
	round->is_own = is_own;
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
		struct discover_round *round = &discover->rounds.items[i];

		if (round->is_present || round->is_asking)
			discover->rounds.items[kept++] = *round;
		else
			free_round(round);
	}
	discover->rounds.count = kept;
}

void discover_see(struct discoverer *discover, const struct obs_status *status)
{
	bool is_running = status && status->backend == BACKEND_RUNNING;

	if (discover->settings->discover == DISCOVER_OFF)
		return;
	if (is_running && discover->rounds.count > ROUNDS_MAX / 2)
		drop_gone(discover);
	for (size_t i = 0; i < discover->rounds.count; i++)
		discover->rounds.items[i].is_present = false;
	see(discover, "", "127.0.0.1", "127.0.0.1", true);
	for (size_t i = 0; is_running && i < status->peer_count; i++) {
		const struct obs_peer *peer = &status->peers[i];

		if (discover_may_ask(discover->settings, status, peer))
			see(discover, peer->id, peer->fqdn, peer->addresses[0], false);
	}
}

void discover_see_own(struct discoverer *discover, const struct obs_peer *self)
{
	const char *address = owner_address(self);

	if (discover->settings->discover != DISCOVER_OFF && *address)
		see(discover, self->id, address, address, true);
}

bool discover_begins_here(const struct discoverer *discover, struct when now)
{
	for (size_t i = 0; i < discover->rounds.count; i++) {
		const struct discover_round *round = &discover->rounds.items[i];

		if (round->is_own && !round->next && discover_round_is_due(round, now))
			return true;
	}
	return false;
}

/* tailscaled itself listens for mounts, which are watched as such. */
static bool is_mounted(const struct obs_serve *serve, int port)
{
	for (size_t i = 0; serve && i < serve->mount_count; i++)
		if (serve->mounts[i].port == port)
			return true;
	return false;
}

static void see_listener(struct discover_round *round, size_t at, int port, const struct listeners *listeners,
	const struct obs_serve *serve)
{
	bool is_loopback = !*round->peer_id;
	bool is_there = is_loopback ? listeners_have(listeners, port)
				    : listeners_have_alone(listeners, port, round->address) &&
					      !is_mounted(serve, port);
	bool is_on_v6 = is_loopback && strcmp(listeners_localhost(listeners, port), "::1") == 0;

	round->listening |= (uint64_t)is_there << at;
	round->on_v6 |= (uint64_t)is_on_v6 << at;
}

void discover_see_listeners(
	struct discoverer *discover, const struct listeners *listeners, const struct obs_serve *serve)
{
	for (size_t i = 0; i < discover->rounds.count; i++) {
		struct discover_round *round = &discover->rounds.items[i];

		if (!round->is_own || round->is_asking)
			continue; /* discover_tell() finds the round by the URL in flight */
		round->listening = round->on_v6 = 0;
		for (size_t k = 0; k < discover->ports.count; k++)
			see_listener(round, k, discover->ports.ports[k], listeners, serve);
	}
}

static bool probe_of(
	struct discoverer *discover, struct discover_round *round, struct when now, struct probe *probe)
{
	const struct discover_base *base;

	if (!discover_round_is_due(round, now) || is_held(discover, round))
		return false;
	base = discover_round_start(&discover->ports, round, now);
	if (!base)
		return false;
	discover_round_url(round, base, probe->url, sizeof(probe->url));
	snprintf(probe->peer_id, sizeof(probe->peer_id), "%s", round->peer_id);
	probe->is_own = round->is_own;
	snprintf(
		probe->address, sizeof(probe->address), "%s", discover_round_address(round, base));
	snprintf(discover->now, sizeof(discover->now), "%.300s", probe->url);
	discover->asking++;
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

static struct discover_round *round_asking(struct discoverer *discover, const char *url)
{
	char asked[sizeof(((struct probe *)0)->url)];

	for (size_t i = 0; i < discover->rounds.count; i++) {
		struct discover_round *round = &discover->rounds.items[i];

		if (round->is_asking &&
			discover_round_url(
				round, discover_round_base(&discover->ports, round), asked, sizeof(asked)) &&
			strcmp(asked, url) == 0)
			return round;
	}
	return NULL;
}

void discover_tell(
	struct discoverer *discover, const char *url, bool is_server, enum outcome outcome, struct when now)
{
	struct discover_round *round = round_asking(discover, url);

	if (!round)
		return;
	discover->asking--;
	discover_round_tell(&discover->ports, round, is_server, outcome, now);
}

void discover_again(struct discoverer *discover)
{
	for (size_t i = 0; i < discover->rounds.count; i++)
		discover_round_again(&discover->rounds.items[i]);
}

int64_t discover_wait(const struct discoverer *discover, struct when now)
{
	int64_t wait = -1;

	if (discover->asking == ASKING_MAX)
		return -1; /* until discover_tell() */
	for (size_t i = 0; i < discover->rounds.count; i++) {
		const struct discover_round *round = &discover->rounds.items[i];
		int64_t left = round->is_waiting && round->due > now.mono_ms ? round->due - now.mono_ms : 0;

		if (!left && round->is_present && !round->is_asking && is_held(discover, round))
			left = HOLD_MS;
		if (round->is_present && !round->is_asking && (wait < 0 || left < wait))
			wait = left;
	}
	return wait;
}

/* ---- progress ---- */

static unsigned count_bits(uint64_t bits)
{
	unsigned count = 0;

	for (; bits; bits &= bits - 1)
		count++;
	return count;
}

void discover_progress(const struct discoverer *discover, const char *peer_id, struct obs_probed *progress)
{
	const struct discover_round *round = round_of(discover, peer_id, place_of(discover, peer_id));

	*progress = (struct obs_probed){ .peer_id = peer_id };
	if (!round)
		return;
	progress->ports = (unsigned)discover->ports.count;
	progress->asked = count_bits(round->asked);
	progress->silent = count_bits(round->silent);
	progress->is_running = !round->is_waiting;
}

void discover_count(const struct discoverer *discover, struct obs_discovery *counts)
{
	static const char *const modes[] = { "mine", "tagged", "all", "off" };

	*counts = (struct obs_discovery){ .mode = modes[discover->settings->discover],
		.ports = discover->ports.text,
		.now = discover->now };
	for (size_t i = 0; i < discover->rounds.count; i++) {
		const struct discover_round *round = &discover->rounds.items[i];
		size_t left = round->is_present ? discover_round_left(&discover->ports, round) : 0;

		counts->peers += round->is_present && !round->is_own;
		counts->asked += round->is_present ? count_bits(round->asked) : 0;
		if (!round->is_waiting)
			counts->pending += left;
		else if (round->next && left) {
			counts->silent_peers++;
			counts->postponed += left;
		}
	}
}
