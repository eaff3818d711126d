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

void history_change_boot(struct history *history)
{
	history->has_booted = true;
}

static void go_on(struct history *history, struct when now)
{
	bool has_booted = history->has_booted;
	int64_t ticks =
		has_booted ? now.wall_ms - history->last.wall_ms : now.mono_ms - history->last.mono_ms;

	history->has_booted = false;
	if (!when_known(history->last) || ticks < 0) {
		forget(history);
		history->now = now.wall_ms;
	} else {
		history->now += has_booted ? ticks : elapsed(history->last, now);
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
	row = history->rows.items[at];
	if (row->used < history->at)
		row->used = history->at;
	return row;
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

static void insert_mark(struct history_row *row, struct history_mark mark)
{
	size_t at = row->mark_count;

	while (at && row->marks[at - 1].at > mark.at)
		at--;
	if (row->mark_count < HISTORY_MARKS_MAX) {
		memmove(&row->marks[at + 1], &row->marks[at], (row->mark_count++ - at) * sizeof(mark));
		row->marks[at] = mark;
	} else if (at) { /* the oldest goes */
		memmove(&row->marks[0], &row->marks[1], (at - 1) * sizeof(mark));
		row->marks[at - 1] = mark;
	}
}

static void mark(struct history *history, struct history_row *row, int value)
{
	int *before = history->is_past ? &row->past_value : &row->value;

	if (is_marked(row->kind, *before, value))
		insert_mark(row, (struct history_mark){ history->at, row->kind, value });
	*before = value;
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
		ring_add(&row->rings[i], history->at, value);
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

static void take(struct history *history, const struct snapshot *snapshot, int64_t at)
{
	struct history_traffic traffic = history_figures_traffic(&snapshot->traffic);
	struct history_row *tailnet;

	history->at = at;
	history->taken++;
	tailnet = use(history, HISTORY_TAILNET, TAILNET_ID);
	if (tailnet && *snapshot->traffic.source && !snapshot->daemon.is_stale)
		feed(history, tailnet, &traffic);
	for (size_t i = 0; i < snapshot->endpoint_count; i++)
		take_endpoint(history, snapshot, i);
	take_others(history, snapshot);
}

/* A replay that stands still shows one moment more than once. */
void history_take(struct history *history, const struct snapshot *snapshot)
{
	struct when now = snapshot->taken, last = history->last;

	if (now.mono_ms == last.mono_ms && now.wall_ms == last.wall_ms)
		return;
	go_on(history, now);
	take(history, snapshot, history->now);
}

void history_take_past(struct history *history, const struct snapshot *snapshot, int64_t at)
{
	if (at > history->now)
		return;
	history->is_past = true;
	take(history, snapshot, at);
	history->is_past = false;
}
