/* Endpoints, copied out and judged; what changed becomes an event.
 *
 * A host's own trouble comes first and, where it explains everything, last. A state is believed by its
 * verdict: one silence makes none, so a row keeps the state it had until the second. */
#include "probes/verdicts/rule.h"

#include "probes/base/text.h"
#include "probes/ledger/endpoints.h"
#include "probes/ledger/engine.h"
#include "probes/ledger/events.h"
#include "probes/ledger/ledger.h"
#include "probes/ledger/peers.h"
#include "probes/ledger/state.h"
#include "probes/take/take.h"
#include "probes/verdicts/judge.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FIGURES_MS 60000

/* What is wrong with the host is wrong with its endpoints; true: it explains them whole. */
static bool inherit(struct settling *s, const struct peer *peer)
{
	bool is_explained = false;

	for (size_t i = 0; i < peer->verdicts.count; i++) {
		struct verdict verdict = s->verdicts.items[peer->verdicts.first + i];

		*VEC_PUSH(&s->verdicts) = verdict;
		is_explained = is_explained || (!peer->is_self && verdict.state >= STATE_OFFLINE &&
						       verdict.state != STATE_SLOW);
	}
	return is_explained;
}

static const struct known_mount *mount_of(const struct ledger *ledger, const struct known_endpoint *endpoint)
{
	for (size_t i = 0; i < ledger->mount_count; i++)
		if (ledger->mounts[i].obs->url && strcmp(ledger->mounts[i].obs->url, endpoint->url) == 0)
			return &ledger->mounts[i];
	return NULL;
}

const struct known_endpoint *settle_backend(const struct ledger *ledger, const struct known_mount *mount)
{
	return mount && mount->obs->backend && *mount->obs->backend
		       ? ledger_endpoint(ledger, mount->obs->backend)
		       : NULL;
}

const struct known_endpoint *settle_asked(const struct ledger *ledger, const struct known_endpoint *door)
{
	const struct known_endpoint *backend = settle_backend(ledger, mount_of(ledger, door));
	bool is_same = backend && !door->has_key && endpoint_is_good(door) &&
		       strcmp(backend->server, door->server) == 0;

	return is_same ? backend : door;
}

/* A fault is believed by its verdict; without one, the state is that of the last good answer, of this door
 * and of the one through which its engine is asked. What was slow was so by a verdict, most often its path's,
 * and is well when that goes. */
static enum state base_state(const struct known_endpoint *endpoint, const struct known_endpoint *asked)
{
	bool is_lost = when_known(asked->last.at) && !endpoint_is_good(asked);

	if ((endpoint_is_good(endpoint) && !is_lost) || endpoint->own_state == STATE_SLOW)
		return STATE_OK;
	return when_known(endpoint->last.at) ? endpoint->own_state : STATE_UNKNOWN;
}

/* Whether a verdict of its own says what it suffers from now: what it suffered from before is over then. */
static bool is_told(const struct settling *s, struct span verdicts)
{
	for (size_t i = 0; i < verdicts.count; i++) {
		const struct verdict *verdict = &s->verdicts.items[verdicts.first + i];

		if (!verdict->is_muted && verdict->layer >= LAYER_PORT && verdict->state >= STATE_OFFLINE)
			return true;
	}
	return false;
}

static bool is_trouble(enum state state)
{
	return state >= STATE_OFFLINE;
}

static void note_change(struct settling *s, struct known_endpoint *known, enum state to, struct span verdicts)
{
	const struct verdict *worst = NULL;
	enum state from = known->state;
	char text[TEXT_CAP];

	if (from == to)
		return;
	known->since = s->now;
	known->state = to;
	if (from == STATE_UNKNOWN || to == STATE_UNKNOWN ||
		(!is_trouble(from) && !is_trouble(to) && from < STATE_SLEEPING && to < STATE_SLEEPING))
		return;
	if (is_trouble(from) != is_trouble(to))
		known->changes[known->change_count++ % ARRAY_LEN(known->changes)] = s->now;
	for (size_t i = 0; i < verdicts.count && !worst && to != STATE_OK; i++) /* well needs no reason */
		if (!s->verdicts.items[verdicts.first + i].is_muted)
			worst = &s->verdicts.items[verdicts.first + i];
	text_set(text, sizeof(text), "%s → %s%s%s", state_name(from), state_name(to), worst ? ": " : "",
		worst ? worst->text : "");
	event_note(s->ledger, known->url, to, s->now, text);
}

static void judge_endpoint(struct settling *s, struct known_endpoint *known, struct endpoint *row)
{
	static const struct rule *const tables[] = { reach_rules, work_rules, http_rules, engine_rules,
		NULL };
	static const struct rule *const untold_tables[] = { untold_rules, NULL };
	const struct known_mount *mount = mount_of(s->ledger, known);
	struct evidence evidence = { .ledger = s->ledger,
		.endpoint = known,
		.now = s->now,
		.peer = *known->peer_id ? ledger_peer(s->ledger, known->peer_id) : NULL,
		.mount = mount ? mount->obs : NULL,
		.backend = settle_backend(s->ledger, mount),
		.asked = settle_asked(s->ledger, known) };
	size_t first = s->verdicts.count;
	enum state state, base = base_state(known, evidence.asked);
	bool is_explained;

	if (known->is_resolving || (known->is_of_tailnet && !ledger_daemon_runs(s->ledger))) {
		verdict_judge(untold_tables, &evidence, &known->standings, s->arena, &s->verdicts);
		row->verdicts = settle_span(s, first);
		row->state = known->state;
		row->is_stale = when_known(known->last.at);
		return;
	}
	is_explained = row->peer >= 0 && inherit(s, &s->snapshot->peers[row->peer]);
	if (!is_explained)
		verdict_judge(tables, &evidence, &known->standings, s->arena, &s->verdicts);
	else if (s->snapshot->peers[row->peer].state == STATE_OFFLINE)
		base = STATE_OFFLINE; /* a muted verdict makes no state */
	row->verdicts = settle_span(s, first);
	state = settle_state(s, row->verdicts, is_told(s, row->verdicts) ? STATE_OK : base);
	if (base == STATE_UNKNOWN && state == STATE_SLOW && s->verdicts.items[first].layer < LAYER_PORT)
		state = STATE_UNKNOWN; /* a slow path makes nothing slow that never answered */
	if (!is_explained)
		known->own_state = state;
	note_change(s, known, state, row->verdicts);
	row->state = state;
}

static struct span copy_models(struct settling *s, const struct known_endpoint *known, struct endpoint *row)
{
	struct span span = { s->snapshot->model_count, known->models.count };

	for (size_t i = 0; i < known->models.count; i++) {
		const struct known_model *model = &known->models.items[i];

		s->snapshot->models[s->snapshot->model_count++] = (struct model){
			.id = arena_copy(s->arena, model->id),
			.quantisation = arena_copy(s->arena, model->quantisation),
			.remote_host = arena_copy(s->arena, model->remote_host),
			.state = model->state,
			.size_bytes = model->size_bytes,
			.vram_bytes = model->vram_bytes,
			.context = model->context,
			.expires_at = model->expires_at,
		};
		row->loaded_models += model->state == MODEL_LOADED;
	}
	return span;
}

static struct span copy_sents(struct settling *s, const struct known_endpoint *known)
{
	struct span span = { s->snapshot->sent_count, known->sents.count };

	for (size_t i = 0; i < known->sents.count; i++) {
		const struct known_sent *sent = &known->sents.items[i];

		s->snapshot->sents[s->snapshot->sent_count++] =
			(struct sent){ .path = arena_copy(s->arena, sent->path),
				.cost = sent->cost,
				.count = sent->count,
				.last = sent->last,
				.status = sent->status };
	}
	return span;
}

static void copy_figures(const struct settling *s, const struct known_endpoint *known, struct endpoint *row)
{
	float *spark = arena_alloc(s->arena, SPARK_PARTS * sizeof(*spark));

	row->connect_ms = known->connect_ms;
	row->tls_ms = known->tls_ms;
	row->ttfb_ms = series_percentile(&known->ttfb, 0.5);
	row->samples = (double)known->ttfb.count;
	row->running = known->running;
	row->waiting = known->waiting;
	row->slots = known->slots;
	settle_engine(&known->engine, row, s->now);
	row->cert_not_after = known->cert_not_after;
	row->requests = known->requests;
	row->bytes_sent = known->bytes_sent;
	row->bytes_received = known->bytes_received;
	series_spark(&known->ttfb, s->now, SPARK_SPAN_MS, spark, SPARK_PARTS);
	row->spark = spark;
	row->spark_count = SPARK_PARTS;
}

static void copy_endpoint(struct settling *s, const struct known_endpoint *known, struct endpoint *row)
{
	const struct known_peer *peer = *known->peer_id ? ledger_peer(s->ledger, known->peer_id) : NULL;
	double age = when_known(known->good) ? (double)when_since(known->good, s->now) : NAN;

	row->peer = known->is_own && !peer && s->snapshot->peer_count && s->snapshot->peers[0].is_self
			    ? 0
			    : settle_row_of_peer(s, peer);
	row->url = arena_copy(s->arena, known->url);
	row->at = arena_copy(s->arena, known->at);
	row->found_by = known->found_by;
	row->is_pinned = known->is_pinned;
	row->is_of_tailnet = known->is_of_tailnet;
	row->server = arena_copy(s->arena, known->server);
	row->title = arena_copy(s->arena, known->title);
	row->base_url = *known->api ? arena_printf(s->arena, "%s%s", known->url, known->api) : "";
	row->version = arena_copy(s->arena, known->version);
	row->age_ms = age;
	row->is_stale = when_known(known->good) && age > 3 * (double)s->ledger->terms.poll_ms;
	row->models_known = known->models_known;
	row->loaded_known = known->loaded_known;
	row->models = copy_models(s, known, row);
	row->sent = copy_sents(s, known);
	copy_figures(s, known, row);
}

/* What was told of work a minute ago says nothing of now. */
static void forget_figures(const struct settling *s, struct known_endpoint *known)
{
	int64_t most = 3 * s->ledger->terms.poll_ms;

	if (when_since(known->figured, s->now) > (most > FIGURES_MS ? most : FIGURES_MS)) {
		known->running = known->waiting = NAN;
		engine_forget(&known->engine);
	}
}

void settle_endpoints(struct settling *s)
{
	struct snapshot *snapshot = s->snapshot;
	size_t models = 0, sents = 0, count = s->ledger->endpoints.count;

	for (size_t i = 0; i < count; i++) {
		models += s->ledger->endpoints.items[i]->models.count;
		sents += s->ledger->endpoints.items[i]->sents.count;
	}
	snapshot->endpoints = arena_alloc(s->arena, (count + 1) * sizeof(*snapshot->endpoints));
	snapshot->models = arena_alloc(s->arena, (models + 1) * sizeof(*snapshot->models));
	snapshot->sents = arena_alloc(s->arena, (sents + 1) * sizeof(*snapshot->sents));
	snapshot->endpoint_count = count;
	for (size_t i = 0; i < count; i++) {
		struct known_endpoint *known = s->ledger->endpoints.items[i];
		struct endpoint *row = &snapshot->endpoints[i];

		forget_figures(s, known);
		copy_endpoint(s, known, row);
		judge_endpoint(s, known, row);
		row->since = known->since.wall_ms;
		row->engine_id = (int)i + 1;
		if (row->peer >= 0)
			snapshot->peers[row->peer].endpoint_count++;
	}
}
