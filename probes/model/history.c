#include "probes/model/history.h"

#include "probes/base/mem.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define TAILNET_ID ""

struct history *history_new(void)
{
	struct history *history = mem_alloc(sizeof(*history));

	for (int kind = 0; kind < HISTORY_KINDS; kind++)
		history_figures_list((enum history_kind)kind, &history->figures[kind]);
	history->most = HISTORY_MOST;
	history->looked_at = mem_copy("");
	return history;
}

static void free_row(struct history *history, struct history_row *row)
{
	for (size_t i = 0; i < HISTORY_FIGURES_MAX; i++) {
		if (!row->rings[i].rhythm)
			continue;
		history->bytes -= ring_size(row->rings[i].rhythm);
		ring_fini(&row->rings[i]);
	}
	history->bytes -= sizeof(*row);
	free(row->id);
	free(row);
}

static void forget(struct history *history)
{
	for (size_t i = 0; i < history->rows.count; i++)
		free_row(history, history->rows.items[i]);
	history->rows.count = 0;
	history->is_full = false;
}

void history_free(struct history *history)
{
	if (!history)
		return;
	forget(history);
	free(history->rows.items);
	free(history->looked_at);
	free(history);
}

bool history_is_full(const struct history *history)
{
	return history && history->is_full;
}

void history_look_at(struct history *history, const char *id)
{
	if (strcmp(history->looked_at, id) != 0)
		mem_replace(&history->looked_at, id);
}

/* ---- time ---- */

/* Milliseconds from one moment to a later one. A wall clock that jumped forward: the machine slept. */
static int64_t elapsed(struct when from, struct when to)
{
	int64_t mono = to.mono_ms - from.mono_ms, wall = to.wall_ms - from.wall_ms;

	return when_jumped(from, to) && wall > mono ? wall : mono;
}

static void go_on(struct history *history, struct when now)
{
	if (!when_known(history->last) || now.mono_ms < history->last.mono_ms) {
		forget(history);
		history->now = now.wall_ms;
	} else {
		history->now += elapsed(history->last, now);
	}
	history->last = now;
}

int64_t history_time(const struct history *history, struct when moment)
{
	return moment.mono_ms <= history->last.mono_ms ? history->now - elapsed(moment, history->last)
						       : history->now + elapsed(history->last, moment);
}

/* ---- rows and their memory ---- */

/* The index of the row, searched from a guess on; the number of rows: there is none. */
static size_t find(const struct history *history, enum history_kind kind, const char *id, size_t guess)
{
	size_t count = history->rows.count;

	for (size_t i = 0; i < count; i++) {
		const struct history_row *row = history->rows.items[(guess + i) % count];

		if (row->kind == kind && strcmp(row->id, id) == 0)
			return (guess + i) % count;
	}
	return count;
}

const struct history_row *history_row(const struct history *history, enum history_kind kind, const char *id)
{
	size_t at = find(history, kind, id, 0);

	return at < history->rows.count ? history->rows.items[at] : NULL;
}

/* Drops the rows that were not used for longest, but none in use now and not this one, until there is room. */
static bool make_room(struct history *history, size_t size, const struct history_row *kept)
{
	while (history->bytes + size > history->most) {
		size_t oldest = SIZE_MAX;

		history->is_full = true;
		for (size_t i = 0; i < history->rows.count; i++)
			if (history->rows.items[i] != kept && history->rows.items[i]->used < history->now &&
				(oldest == SIZE_MAX ||
					history->rows.items[i]->used < history->rows.items[oldest]->used))
				oldest = i;
		if (oldest == SIZE_MAX)
			return false;
		free_row(history, history->rows.items[oldest]);
		history->rows.items[oldest] = history->rows.items[--history->rows.count];
	}
	history->bytes += size;
	return true;
}

/* The row of that id, which is in use now; NULL: there is no room for it. */
static struct history_row *use(struct history *history, enum history_kind kind, const char *id)
{
	size_t at = find(history, kind, id, history->next);
	struct history_row *row;

	if (at == history->rows.count) {
		if (!make_room(history, sizeof(*row), NULL))
			return NULL;
		at = history->rows.count;
		row = mem_alloc(sizeof(*row));
		row->kind = kind;
		row->id = mem_copy(id);
		*VEC_PUSH(&history->rows) = row;
	}
	history->next = at + 1; /* snapshots keep their order */
	history->rows.items[at]->used = history->now;
	return history->rows.items[at];
}

/* ---- taking in ---- */

/* Whether a change is worth a mark: busy and idle take turns all the time. */
static bool is_marked(enum history_kind kind, int from, int to)
{
	if (kind == HISTORY_ENDPOINT)
		return from != STATE_UNKNOWN && from != to &&
		       (from >= STATE_SLEEPING || to >= STATE_SLEEPING);
	return from != PATH_UNKNOWN && from != to;
}

static void mark(struct history *history, struct history_row *row, int value)
{
	if (is_marked(row->kind, row->value, value))
		row->marks[row->mark_count++ % HISTORY_MARKS_MAX] =
			(struct history_mark){ history->now, row->kind, value };
	row->value = value;
}

static void feed(struct history *history, struct history_row *row, const void *from)
{
	const struct history_figures *figures = &history->figures[row->kind];

	row->fed = history->taken;
	for (size_t i = 0; i < figures->count; i++) {
		const struct history_figure *figure = &figures->items[i];
		double value = history_figures_value(figure, from);

		if (isnan(value))
			continue;
		if (!row->rings[i].rhythm) {
			if (!make_room(history, ring_size(figure->rhythm), row))
				continue;
			ring_init(&row->rings[i], figure->rhythm);
		}
		ring_add(&row->rings[i], history->now, value);
	}
}

/* The engine's figures are kept once, at its first endpoint. */
static void feed_endpoint(
	struct history *history, struct history_row *row, const struct snapshot *snapshot, size_t at)
{
	struct endpoint endpoint = snapshot->endpoints[at];

	row->at = at;
	if (endpoint.state != STATE_UNKNOWN)
		mark(history, row, endpoint.state);
	if (endpoint.is_stale)
		return;
	if (snapshot_engine(snapshot, at) != at)
		fields_blank(&fields_engine, &endpoint.figures);
	feed(history, row, &endpoint);
}

/* Old values of a daemon that does not answer are not the present ones. */
static void feed_peer(
	struct history *history, struct history_row *row, const struct snapshot *snapshot, size_t at)
{
	const struct peer *peer = &snapshot->peers[at];

	row->at = at;
	if (snapshot->daemon.is_stale)
		return;
	if (peer->path.kind != PATH_UNKNOWN && peer->path.kind != PATH_IDLE)
		mark(history, row, peer->path.kind);
	if (row->fed != history->taken)
		feed(history, row, peer);
}

static void take_endpoint(struct history *history, const struct snapshot *snapshot, size_t at)
{
	const struct endpoint *endpoint = &snapshot->endpoints[at];
	struct history_row *row = use(history, HISTORY_ENDPOINT, endpoint->url);

	if (row)
		feed_endpoint(history, row, snapshot, at);
	if (endpoint->peer < 0 || snapshot->peers[endpoint->peer].is_self)
		return;
	row = use(history, HISTORY_PEER, snapshot->peers[endpoint->peer].id);
	if (row)
		feed_peer(history, row, snapshot, (size_t)endpoint->peer);
}

/* The index of the peer with that id or name, at best where it was; the number of peers: none. */
static size_t find_peer(const struct snapshot *snapshot, const char *id, size_t guess)
{
	size_t at = 0;

	if (guess < snapshot->peer_count && strcmp(snapshot->peers[guess].id, id) == 0)
		return guess;
	while (at < snapshot->peer_count && strcmp(snapshot->peers[at].id, id) != 0 &&
		strcmp(snapshot->peers[at].name, id) != 0)
		at++;
	return at;
}

/* Peers without an endpoint: the one that is looked at, and those that were. */
static void take_others(struct history *history, const struct snapshot *snapshot)
{
	size_t at = *history->looked_at ? find_peer(snapshot, history->looked_at, 0) : snapshot->peer_count;

	if (at < snapshot->peer_count)
		use(history, HISTORY_PEER, snapshot->peers[at].id);
	for (size_t i = 0; i < history->rows.count; i++) {
		struct history_row *row = history->rows.items[i];

		if (row->kind != HISTORY_PEER || row->fed == history->taken)
			continue;
		at = find_peer(snapshot, row->id, row->at);
		if (at < snapshot->peer_count)
			feed_peer(history, row, snapshot, at);
	}
}

void history_take(struct history *history, const struct snapshot *snapshot)
{
	struct history_traffic traffic = history_figures_traffic(&snapshot->traffic);
	struct history_row *tailnet;

	go_on(history, snapshot->taken);
	history->taken++;
	tailnet = use(history, HISTORY_TAILNET, TAILNET_ID);
	if (tailnet && *snapshot->traffic.source && !snapshot->daemon.is_stale)
		feed(history, tailnet, &traffic);
	for (size_t i = 0; i < snapshot->endpoint_count; i++)
		take_endpoint(history, snapshot, i);
	take_others(history, snapshot);
}
