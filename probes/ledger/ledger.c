/* The ledger itself: its beginning and end, this machine's daemon, traffic, events.
 *
 * Observations come in through ledger_*.c, and only there does anything change. What must outlive a status
 * (path history, rates, what an endpoint said) is kept beside it. Judging and copying out is probes/take/take.c. */
#include "probes/ledger/state.h"

#include "probes/base/text.h"
#include "probes/base/url.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EVENTS_MAX 200
#define FOLD_MS (10 * 60 * 1000)

static void forget_traffic(struct known_traffic *traffic)
{
	traffic->at = (struct when){ 0 };
	for (size_t i = 0; i < TRAFFIC_PATHS; i++)
		traffic->totals.rx_bytes[i] = traffic->totals.tx_bytes[i] = traffic->rx_per_s[i] =
			traffic->tx_per_s[i] = NAN;
}

struct ledger *ledger_new(const struct ledger_terms *terms)
{
	struct ledger *ledger = mem_alloc(sizeof(*ledger));

	ledger->terms = *terms;
	ledger->via = mem_copy("");
	ledger->socket = mem_copy("");
	ledger->trouble_text = mem_copy("");
	ledger->discovery.mode = mem_copy("");
	ledger->discovery.ports = mem_copy("");
	ledger->discovery.now = mem_copy("");
	ledger->capture.trouble = mem_copy("");
	ledger->capture.fix = mem_copy("");
	ledger->capture.dropped = NAN;
	ledger->self.best_direct_ms = NAN;
	ledger_forget_net_here(ledger);
	forget_traffic(&ledger->traffic);
	forget_traffic(&ledger->captured);
	ledger->captured_now = ledger->captured.totals;
	return ledger;
}

static void free_mounts(struct ledger *ledger)
{
	for (size_t i = 0; i < ledger->mount_count; i++)
		free(ledger->mounts[i].standings.items);
	free(ledger->mounts);
	if (ledger->serve)
		arena_free(ledger->serve->arena);
}

void ledger_free(struct ledger *ledger)
{
	char *texts[] = { ledger->via, ledger->socket, ledger->trouble_text, ledger->discovery.mode,
		ledger->discovery.ports, ledger->discovery.now };

	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		free(texts[i]);
	for (size_t i = 0; i < ledger->peer_count; i++)
		ledger_free_peer(&ledger->peers[i]);
	free(ledger->peers);
	free(ledger->by_name);
	free(ledger->index.slots);
	free(ledger->index.sighted.items);
	ledger_free_peer(&ledger->self);
	for (size_t i = 0; i < ledger->endpoints.count; i++)
		ledger_free_endpoint(ledger->endpoints.items[i]);
	free(ledger->endpoints.items);
	free_mounts(ledger);
	ledger_free_capture(ledger);
	ledger_free_links(ledger);
	ledger_free_flows(ledger);
	free(ledger->standings.items);
	for (size_t i = 0; i < ledger->events.count; i++) {
		free((char *)(uintptr_t)ledger->events.items[i].who);
		free((char *)(uintptr_t)ledger->events.items[i].text);
	}
	free(ledger->events.items);
	obs_status_free(ledger->status);
	free(ledger);
}

bool ledger_daemon_runs(const struct ledger *ledger)
{
	return ledger->status && ledger->status->backend == BACKEND_RUNNING && ledger->trouble == DAEMON_FINE;
}

bool ledger_daemon_runs_for_certain(const struct ledger *ledger)
{
	return ledger_daemon_runs(ledger) && !*ledger->trouble_text;
}

const char *peer_short_name(const struct ledger *ledger, const struct obs_peer *peer, char *name, size_t size)
{
	const char *suffix = ledger->status ? ledger->status->magicdns_suffix : "";

	if (!*peer->fqdn)
		text_set(name, size, "%s", *peer->host_name ? peer->host_name : peer->id);
	else if (url_host_is_below(peer->fqdn, suffix))
		text_set(name, size, "%.*s", (int)(strlen(peer->fqdn) - strlen(suffix) - 1), peer->fqdn);
	else
		text_set(name, size, "%s", peer->fqdn);
	return name;
}

/* ---- events ---- */

/* Events are in order of time. */
static void make_last(struct ledger *ledger, size_t i)
{
	struct event event = ledger->events.items[i];
	size_t later = ledger->events.count - 1 - i;

	memmove(&ledger->events.items[i], &ledger->events.items[i + 1], later * sizeof(event));
	ledger->events.items[i + later] = event;
}

static bool fold_event(
	struct ledger *ledger, const char *who, enum state state, struct when now, const char *text)
{
	for (size_t i = ledger->events.count; i-- > 0;) {
		struct event *event = &ledger->events.items[i];

		if (now.wall_ms - event->at > FOLD_MS)
			return false;
		if (strcmp(event->who, who) != 0 || strcmp(event->text, text) != 0)
			continue;
		event->times++;
		event->at = now.wall_ms;
		event->state = state;
		make_last(ledger, i);
		return true;
	}
	return false;
}

void event_note(struct ledger *ledger, const char *who, enum state state, struct when now, const char *text)
{
	if (fold_event(ledger, who, state, now, text))
		return;
	if (ledger->events.count == EVENTS_MAX) {
		free((char *)(uintptr_t)ledger->events.items[0].who);
		free((char *)(uintptr_t)ledger->events.items[0].text);
		ledger->events.count--;
		memmove(ledger->events.items, ledger->events.items + 1,
			ledger->events.count * sizeof(ledger->events.items[0]));
	}
	*VEC_PUSH(&ledger->events) = (struct event){
		.at = now.wall_ms, .who = mem_copy(who), .text = mem_copy(text), .state = state, .times = 1
	};
}

/* ---- the daemon, traffic, and what is sent ---- */

void ledger_see_trouble(struct ledger *ledger, enum daemon_trouble trouble, const char *text, struct when now)
{
	bool is_fresh = ledger->status && when_since(ledger->status_at, now) <= 3 * ledger->terms.period_ms;

	if (!is_fresh)
		ledger->trouble = trouble;
	mem_replace(&ledger->trouble_text, text);
}

static bool is_same_mount(const struct obs_mount *a, const struct obs_mount *b)
{
	return a->port == b->port && a->is_foreground == b->is_foreground && strcmp(a->host, b->host) == 0 &&
	       strcmp(a->path, b->path) == 0 && strcmp(a->target, b->target) == 0;
}

/* A mount that is still there keeps what stood about it. */
static void adopt_mount(struct ledger *ledger, struct known_mount *mount)
{
	for (size_t i = 0; i < ledger->mount_count; i++) {
		if (!ledger->mounts[i].standings.items || !is_same_mount(ledger->mounts[i].obs, mount->obs))
			continue;
		mount->standings = ledger->mounts[i].standings;
		ledger->mounts[i].standings = (struct standings){ 0 };
		return;
	}
}

void ledger_keep_serve(struct ledger *ledger, struct obs_serve *serve)
{
	struct known_mount *mounts = mem_alloc((serve->mount_count + 1) * sizeof(*mounts));

	for (size_t i = 0; i < serve->mount_count; i++) {
		mounts[i].obs = &serve->mounts[i];
		adopt_mount(ledger, &mounts[i]);
	}
	free_mounts(ledger);
	ledger->serve = serve;
	ledger->mounts = mounts;
	ledger->mount_count = serve->mount_count;
}

void ledger_see_totals(struct known_traffic *traffic, const struct obs_traffic *totals, struct when now)
{
	double seconds = (double)when_since(traffic->at, now) / 1000;

	for (size_t i = 0; i < TRAFFIC_PATHS && when_known(traffic->at); i++) {
		traffic->rx_per_s[i] = series_rate(traffic->totals.rx_bytes[i], totals->rx_bytes[i], seconds);
		traffic->tx_per_s[i] = series_rate(traffic->totals.tx_bytes[i], totals->tx_bytes[i], seconds);
	}
	traffic->totals = *totals;
	traffic->at = now;
}

void ledger_see_traffic(struct ledger *ledger, const struct obs_traffic *traffic, struct when now)
{
	ledger_see_totals(&ledger->traffic, traffic, now);
}

void ledger_see_names(struct ledger *ledger, bool resolve)
{
	ledger->names = resolve ? NAMES_RESOLVE : NAMES_FAIL;
}

void ledger_see_discovery(struct ledger *ledger, const struct obs_discovery *discovery)
{
	mem_replace(&ledger->discovery.mode, discovery->mode);
	mem_replace(&ledger->discovery.ports, discovery->ports);
	mem_replace(&ledger->discovery.now, discovery->now);
	ledger->discovery.peers = discovery->peers;
	ledger->discovery.asked = discovery->asked;
	ledger->discovery.pending = discovery->pending;
}

void ledger_see_sent(struct ledger *ledger, enum cost cost, double sent, double received)
{
	ledger->requests++;
	ledger->by_cost[cost]++;
	ledger->bytes_sent += sent;
	ledger->bytes_received += received;
}

const struct obs_status *ledger_status(const struct ledger *ledger)
{
	return ledger->status;
}

const struct obs_serve *ledger_serve(const struct ledger *ledger)
{
	return ledger->serve;
}

bool ledger_peer_is_offline(const struct ledger *ledger, const char *peer_id)
{
	const struct known_peer *peer = ledger_peer(ledger, peer_id);

	return peer && peer != &ledger->self && !peer->obs->is_online && !peer->ping_ok &&
	       !ledger->self.offline_polls;
}

void ledger_blank(struct ledger *ledger, struct when now)
{
	ledger->blanked = now;
	for (size_t i = 0; i < ledger->endpoints.count; i++) {
		struct known_endpoint *endpoint = ledger->endpoints.items[i];

		endpoint->misses = 0;
		endpoint->proofs = PROOF_NONE;
		endpoint->last.at = (struct when){ 0 };
		endpoint->state = endpoint->own_state = STATE_UNKNOWN;
		engine_blank(&endpoint->engine);
		for (size_t k = 0; k < endpoint->sents.count; k++)
			endpoint->sents.items[k].misses = 0;
	}
	for (size_t i = 0; i < ledger->peer_count; i++) {
		ledger->peers[i].offline_polls = 0;
		ledger->peers[i].kind_polls = ledger->peers[i].candidate_polls = 0;
		ledger->peers[i].counted = (struct when){ 0 };
		ledger->peers[i].rx_per_s = ledger->peers[i].tx_per_s = NAN;
		ledger->peers[i].ping_lost = ledger->peers[i].ping_ok = false;
		free(ledger->peers[i].pings);
		ledger->peers[i].pings = NULL;
	}
	ledger->self.offline_polls = 0;
	ledger_forget_net_here(ledger);
	forget_traffic(&ledger->traffic);
	forget_traffic(&ledger->captured);
	ledger_forget_misses(ledger);
	event_note(ledger, "", STATE_UNKNOWN, now,
		"this machine slept or its clock jumped: asking everything anew");
}
