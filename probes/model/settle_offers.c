/* Where should I send this? Every place that has a model, the best of them first.
 *
 * A place is a model and an engine, told by the best of its doors. The order is one table of figures, the
 * lower the better, looked at in turn: how soon it answers, how many wait before, how near it is, how fast it
 * writes. A place whose server is stale, stalled or in trouble stays in the list, below, with the reason why
 * nobody should be sent there; that its verdict is muted makes it no better. */
#include "probes/model/settle.h"

#include "probes/base/text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define NEAR_MS 10.0 /* round trips are weighed in steps of this: who waits for tokens sees no less */

/* What the order is made of: the first that differs decides. */
enum figure {
	FIGURE_USE,       /* 0: it can be picked */
	FIGURE_READINESS, /* a model that is loaded and has room, before those that make one wait for a load
			   */
	FIGURE_QUEUE,     /* requests that wait */
	FIGURE_TROUBLE,   /* 1: it works, and something is wrong with it */
	FIGURE_PATH,
	FIGURE_WORK, /* 1: it works on something */
	FIGURE_DISTANCE,
	FIGURE_SPEED,
	FIGURE_DOOR, /* 0: by name and certificate, which hold when the address changes */
	FIGURE_COUNT
};

struct place {
	struct offer offer;
	const char *model, *url, *refusal; /* refusal "": it can be picked */
	int engine_id;
	double figures[FIGURE_COUNT]; /* NAN, what is not known, comes last */
};

/* ---- what may not be picked ---- */

/* NULL: a server in this state takes requests. */
static const char *const refusals[STATE_COUNT] = {
	[STATE_UNKNOWN] = "was not asked yet",
	[STATE_AUTH] = "wants a key",
	[STATE_OFFLINE] = "its machine is offline",
	[STATE_FAULT] = "answers wrongly",
	[STATE_STALLED] = "makes no progress",
	[STATE_FILTERED] = "cannot be reached",
	[STATE_DOWN] = "does not answer",
};

/* One model that failed to load says nothing of the others. */
static bool is_of_one_model(const struct verdict *verdict)
{
	return strcmp(verdict->code, "load-failed") == 0;
}

static const char *refusal_by_verdicts(const struct settling *s, const struct endpoint *endpoint)
{
	bool has_failed_model = false;

	for (size_t i = 0; i < endpoint->verdicts.count; i++) {
		const struct verdict *verdict = &s->verdicts.items[endpoint->verdicts.first + i];

		if (is_of_one_model(verdict))
			has_failed_model = true;
		else if (verdict->state != STATE_UNKNOWN && refusals[verdict->state])
			return refusals[verdict->state];
	}
	return endpoint->state == STATE_FAULT && has_failed_model ? NULL : refusals[endpoint->state];
}

/* A mount may answer by itself what its backend no longer does. */
static bool has_stalled_backend(const struct snapshot *snapshot, size_t endpoint)
{
	for (size_t i = 0; i < snapshot->mount_count; i++)
		if (snapshot->mounts[i].endpoint == (int)endpoint &&
			snapshot->mounts[i].backend_state == STATE_STALLED)
			return true;
	return false;
}

static const char *refusal_of(const struct settling *s, size_t index)
{
	const struct endpoint *endpoint = &s->snapshot->endpoints[index];
	const char *refusal = refusal_by_verdicts(s, endpoint);

	if (refusal)
		return refusal;
	if (has_stalled_backend(s->snapshot, index))
		return refusals[STATE_STALLED];
	if (endpoint->is_stale)
		return "what is known of it is old";
	return *endpoint->base_url ? "" : "has no OpenAI API";
}

/* ---- how soon it answers ---- */

static bool is_working(const struct endpoint *endpoint)
{
	return endpoint->running > 0 || endpoint->waiting > 0 || endpoint->state == STATE_BUSY;
}

static bool is_full(const struct endpoint *endpoint)
{
	return endpoint->waiting > 0 || endpoint->running >= endpoint->slots;
}

static enum warmth warmth_when_loaded(const struct endpoint *endpoint)
{
	switch (endpoint->state) {
	case STATE_SLEEPING:
		return WARMTH_SLEEPING;
	case STATE_LOADING:
		return WARMTH_LOADING;
	default:
		return is_working(endpoint) ? WARMTH_HOT : WARMTH_WARM;
	}
}

static enum warmth warmth_of(const struct model *model, const struct endpoint *endpoint)
{
	switch (model->state) {
	case MODEL_LOADED:
		return warmth_when_loaded(endpoint);
	case MODEL_LOADING:
		return WARMTH_LOADING;
	case MODEL_SLEEPING:
		return WARMTH_SLEEPING;
	case MODEL_COLD:
	case MODEL_FAILED:
		return WARMTH_COLD;
	case MODEL_UNKNOWN:
		break;
	}
	return WARMTH_UNKNOWN;
}

static double readiness(enum warmth warmth, const struct endpoint *endpoint)
{
	static const double order[WARMTH_COUNT] = {
		[WARMTH_WARM] = 0,
		[WARMTH_HOT] = 0, /* 1: a loaded model with no place free */
		[WARMTH_UNKNOWN] = 2,
		[WARMTH_LOADING] = 3,
		[WARMTH_SLEEPING] = 4,
		[WARMTH_COLD] = 5,
	};

	return order[warmth] + (warmth == WARMTH_HOT && is_full(endpoint));
}

/* Slow, failing now and then, or turning requests away. */
static bool is_troubled(const struct settling *s, const struct endpoint *endpoint)
{
	for (size_t i = 0; i < endpoint->verdicts.count; i++) {
		const struct verdict *verdict = &s->verdicts.items[endpoint->verdicts.first + i];

		if (verdict->severity >= SEVERITY_DEGRADED && verdict->state > STATE_OK &&
			verdict->layer != LAYER_EXPOSURE && !is_of_one_model(verdict))
			return true;
	}
	return false;
}

static double path_order(const struct peer *peer)
{
	static const double order[PATH_COUNT] = {
		[PATH_DIRECT] = 1,
		[PATH_IDLE] = 2,
		[PATH_UNKNOWN] = 2,
		[PATH_PEER_RELAY] = 3,
		[PATH_DERP] = 4,
		[PATH_OFFLINE] = 5,
	};

	if (!peer)
		return order[PATH_UNKNOWN];
	return peer->is_self ? 0 : order[peer->path.kind];
}

static void measure(const struct settling *s, const struct endpoint *endpoint, struct place *place)
{
	const struct peer *peer = endpoint->peer < 0 ? NULL : &s->snapshot->peers[endpoint->peer];
	bool is_idle = place->offer.warmth == WARMTH_WARM;

	place->figures[FIGURE_USE] = *place->refusal != '\0';
	place->figures[FIGURE_READINESS] = readiness(place->offer.warmth, endpoint);
	place->figures[FIGURE_QUEUE] = is_idle ? 0 : endpoint->waiting;
	place->figures[FIGURE_TROUBLE] = is_troubled(s, endpoint);
	place->figures[FIGURE_PATH] = path_order(peer);
	place->figures[FIGURE_WORK] = is_working(endpoint);
	place->figures[FIGURE_DISTANCE] = peer ? floor(peer->path.rtt_ms / NEAR_MS) : NAN;
	place->figures[FIGURE_SPEED] = -endpoint->tokens_per_s;
	place->figures[FIGURE_DOOR] = !text_has_prefix(place->url, "https:");
}

static int compare_figures(double a, double b)
{
	if (isnan(a) || isnan(b))
		return isnan(a) - isnan(b);
	return (a > b) - (a < b);
}

static int compare(const void *a, const void *b)
{
	const struct place *one = a, *other = b;
	int order = strcmp(one->model, other->model);

	for (int i = 0; i < FIGURE_COUNT && !order; i++)
		order = compare_figures(one->figures[i], other->figures[i]);
	return order ? order : strcmp(one->url, other->url);
}

/* ---- the list ---- */

static const char *cost_of(enum warmth warmth, const struct endpoint *endpoint)
{
	static const char *const costs[WARMTH_COUNT] = {
		[WARMTH_COLD] = "not loaded: the first request waits for it",
		[WARMTH_SLEEPING] = "asleep: the first request wakes it",
		[WARMTH_LOADING] = "is being loaded",
	};

	if (warmth == WARMTH_HOT && is_full(endpoint))
		return "every place in it is taken";
	return costs[warmth] ? costs[warmth] : "";
}

static struct place place_of(const struct settling *s, size_t index, size_t model, const char *refusal)
{
	const struct endpoint *endpoint = &s->snapshot->endpoints[index];
	enum warmth warmth = warmth_of(&s->snapshot->models[model], endpoint);
	struct place place = { .offer = { .model = model, .endpoint = index, .warmth = warmth },
		.model = s->snapshot->models[model].id,
		.url = endpoint->url,
		.engine_id = endpoint->engine_id,
		.refusal = refusal };

	if (!*refusal && s->snapshot->models[model].state == MODEL_FAILED)
		place.refusal = "did not load when it was asked last";
	place.offer.why = *place.refusal ? place.refusal : cost_of(warmth, endpoint);
	measure(s, endpoint, &place);
	return place;
}

static struct place *gather(const struct settling *s, size_t *count)
{
	const struct snapshot *snapshot = s->snapshot;
	struct place *places;
	size_t room = 0;

	for (size_t i = 0; i < snapshot->endpoint_count; i++)
		room += snapshot->endpoints[i].models.count;
	places = mem_alloc((room + 1) * sizeof(*places));
	*count = 0;
	for (size_t i = 0; i < snapshot->endpoint_count; i++) {
		const struct endpoint *endpoint = &snapshot->endpoints[i];
		const char *refusal = refusal_of(s, i);

		for (size_t k = 0; k < endpoint->models.count && endpoint->models_known; k++)
			places[(*count)++] = place_of(s, i, endpoint->models.first + k, refusal);
	}
	qsort(places, *count, sizeof(*places), compare);
	return places;
}

/* Another door to the same engine stands among the offers of this model, which begin at first. */
static bool is_listed(const struct snapshot *snapshot, size_t first, const struct place *place)
{
	for (size_t i = first; i < snapshot->offer_count; i++)
		if (snapshot->endpoints[snapshot->offers[i].endpoint].engine_id == place->engine_id)
			return true;
	return false;
}

void settle_offers(struct settling *s)
{
	struct snapshot *snapshot = s->snapshot;
	size_t count, first = 0, rank = 0;
	struct place *places = gather(s, &count);

	snapshot->offers = arena_alloc(s->arena, (count + 1) * sizeof(*snapshot->offers));
	for (size_t i = 0; i < count; i++) {
		struct place *place = &places[i];

		if (i == 0 || strcmp(place->model, places[i - 1].model) != 0) {
			first = snapshot->offer_count;
			rank = 0;
		}
		if (is_listed(snapshot, first, place))
			continue;
		place->offer.rank = *place->refusal ? 0 : ++rank;
		snapshot->offers[snapshot->offer_count++] = place->offer;
	}
	free(places);
}
