/* Where should I send this? Every place that has a model, the best of them first.
 *
 * A place is a model and an engine, told by the best of its doors. The order is one table of figures, the
 * lower the better, looked at in turn: how soon it answers, how many wait before, how near it is, how fast it
 * writes. What is unknown comes last. A place whose server is stale, stalled or in trouble stays in the list,
 * below, with the reason why nobody should be sent there. */
#include "probes/model/settle.h"

#include "probes/base/text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define NEAR_MS 10.0 /* round trips that differ by less are alike to somebody who waits for tokens */

struct place {
	struct offer offer;
	const struct model *model;
	const struct endpoint *endpoint;
	const struct peer *peer; /* NULL: none known */
	const char *refusal;     /* "": it can be picked */
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

static const char *refusal_of(const struct model *model, const struct endpoint *endpoint)
{
	if (refusals[endpoint->state])
		return refusals[endpoint->state];
	if (endpoint->is_stale)
		return "what is known of it is old";
	if (!*endpoint->base_url)
		return "has no OpenAI API";
	return model->state == MODEL_FAILED ? "did not load when it was asked last" : "";
}

/* ---- how soon it answers ---- */

static bool is_working(const struct endpoint *endpoint)
{
	return endpoint->running > 0 || endpoint->waiting > 0 || endpoint->state == STATE_BUSY;
}

static bool has_room(const struct endpoint *endpoint)
{
	return !(endpoint->waiting > 0) && !(endpoint->running >= endpoint->slots);
}

static enum warmth warmth_of(const struct model *model, const struct endpoint *endpoint)
{
	switch (model->state) {
	case MODEL_LOADED:
		if (endpoint->state == STATE_SLEEPING)
			return WARMTH_SLEEPING;
		if (endpoint->state == STATE_LOADING)
			return WARMTH_LOADING;
		return is_working(endpoint) ? WARMTH_HOT : WARMTH_WARM;
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

static double by_use(const struct place *place)
{
	return *place->refusal != '\0';
}

/* A loaded model with a place free, then one in a queue, then one that nobody knows about; then those that
 * make one wait for a load. */
static double by_readiness(const struct place *place)
{
	static const double order[WARMTH_COUNT] = {
		[WARMTH_WARM] = 0,
		[WARMTH_HOT] = 0,
		[WARMTH_UNKNOWN] = 2,
		[WARMTH_LOADING] = 3,
		[WARMTH_SLEEPING] = 4,
		[WARMTH_COLD] = 5,
	};
	bool is_full = place->offer.warmth == WARMTH_HOT && !has_room(place->endpoint);

	return order[place->offer.warmth] + is_full;
}

static double by_queue(const struct place *place)
{
	return place->endpoint->waiting;
}

/* ---- how near it is, how fast it writes ---- */

static double by_pace(const struct place *place)
{
	return place->endpoint->state == STATE_SLOW;
}

static double by_path(const struct place *place)
{
	static const double order[PATH_COUNT] = {
		[PATH_DIRECT] = 1,
		[PATH_IDLE] = 2,
		[PATH_UNKNOWN] = 2,
		[PATH_PEER_RELAY] = 3,
		[PATH_DERP] = 4,
		[PATH_OFFLINE] = 5,
	};

	if (!place->peer)
		return 2;
	return place->peer->is_self ? 0 : order[place->peer->path.kind];
}

static double by_distance(const struct place *place)
{
	return place->peer ? floor(place->peer->path.rtt_ms / NEAR_MS) : NAN;
}

static double by_speed(const struct place *place)
{
	return -place->endpoint->tokens_per_s;
}

/* By name and certificate, which holds when the address changes. */
static double by_door(const struct place *place)
{
	return !text_has_prefix(place->endpoint->url, "https:");
}

static double (*const figures[])(const struct place *place) = { by_use, by_readiness, by_queue, by_pace,
	by_path, by_distance, by_speed, by_door };

static int compare_figures(double a, double b)
{
	if (isnan(a) || isnan(b))
		return isnan(a) - isnan(b);
	return (a > b) - (a < b);
}

static int compare(const void *a, const void *b)
{
	const struct place *one = a, *other = b;
	int order = strcmp(one->model->id, other->model->id);

	for (size_t i = 0; i < ARRAY_LEN(figures) && !order; i++)
		order = compare_figures(figures[i](one), figures[i](other));
	return order ? order : strcmp(one->endpoint->url, other->endpoint->url);
}

/* ---- the list ---- */

static const char *cost_of(const struct place *place)
{
	static const char *const costs[WARMTH_COUNT] = {
		[WARMTH_COLD] = "not loaded: the first request waits for it",
		[WARMTH_SLEEPING] = "asleep: the first request wakes it",
		[WARMTH_LOADING] = "is being loaded",
	};
	bool is_full = place->offer.warmth == WARMTH_HOT && !has_room(place->endpoint);

	if (is_full)
		return "every place in it is taken";
	return costs[place->offer.warmth] ? costs[place->offer.warmth] : "";
}

static struct place place_of(const struct snapshot *snapshot, size_t endpoint, size_t model)
{
	struct place place = { .model = &snapshot->models[model], .endpoint = &snapshot->endpoints[endpoint] };

	place.peer = place.endpoint->peer < 0 ? NULL : &snapshot->peers[place.endpoint->peer];
	place.refusal = refusal_of(place.model, place.endpoint);
	place.offer = (struct offer){ .model = model,
		.endpoint = endpoint,
		.warmth = warmth_of(place.model, place.endpoint) };
	place.offer.why = *place.refusal ? place.refusal : cost_of(&place);
	return place;
}

static struct place *gather(const struct snapshot *snapshot, size_t *count)
{
	struct place *places;
	size_t room = 0;

	for (size_t i = 0; i < snapshot->endpoint_count; i++)
		room += snapshot->endpoints[i].models.count;
	places = mem_alloc((room + 1) * sizeof(*places));
	*count = 0;
	for (size_t i = 0; i < snapshot->endpoint_count; i++) {
		const struct endpoint *endpoint = &snapshot->endpoints[i];

		for (size_t k = 0; k < endpoint->models.count && endpoint->models_known; k++)
			places[(*count)++] = place_of(snapshot, i, endpoint->models.first + k);
	}
	qsort(places, *count, sizeof(*places), compare);
	return places;
}

/* Another door to the same engine stands among the offers of this model, which begin at first. */
static bool is_listed(const struct snapshot *snapshot, size_t first, const struct place *place)
{
	for (size_t i = first; i < snapshot->offer_count; i++)
		if (snapshot->endpoints[snapshot->offers[i].endpoint].engine_id == place->endpoint->engine_id)
			return true;
	return false;
}

void settle_offers(struct settling *s)
{
	struct snapshot *snapshot = s->snapshot;
	size_t count, first = 0, rank = 0;
	struct place *places = gather(snapshot, &count);

	snapshot->offers = arena_alloc(s->arena, (count + 1) * sizeof(*snapshot->offers));
	for (size_t i = 0; i < count; i++) {
		struct place *place = &places[i];

		if (i == 0 || strcmp(place->model->id, places[i - 1].model->id) != 0) {
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
