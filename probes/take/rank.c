/* Ranks candidates: what may not be picked, how soon it answers, how near it is. Each is a small rule. */
#include "probes/take/rank.h"

#include "probes/base/text.h"
#include "probes/base/url.h"
#include "probes/ledger/mounts.h"
#include "probes/ledger/state.h"
#include "probes/model/verdict_codes.h"
#include "probes/take/builder.h"
#include "probes/take/offer_class.h"

#include <math.h>
#include <string.h>

#define NEAR_MS 10.0 /* round trips are compared in steps of this: less is not felt when waiting for tokens */

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

/* One model that failed to load says nothing about the others. */
static bool is_of_one_model(const struct verdict *verdict)
{
	return strcmp(verdict->code, CODE_LOAD_FAILED) == 0;
}

static const char *refusal_by_verdicts(const struct builder *s, const struct endpoint *endpoint)
{
	bool has_failed_model = false;

	for (size_t i = 0; i < endpoint->verdicts.count; i++) {
		const struct verdict *verdict = &s->snapshot->verdict_list[endpoint->verdicts.first + i];

		if (is_of_one_model(verdict))
			has_failed_model = true;
		else if (strcmp(verdict->code, CODE_AUTH_REJECTED) == 0)
			return "rejects the key that it was given";
		else if (strcmp(verdict->code, CODE_GONE) == 0)
			return refusals[STATE_DOWN]; /* on a machine that is online */
		else if (verdict->state != STATE_UNKNOWN && refusals[verdict->state])
			return refusals[verdict->state];
	}
	return endpoint->state == STATE_FAULT && has_failed_model ? NULL : refusals[endpoint->state];
}

/* A mount may still answer while its backend has stalled. */
static bool has_stalled_backend(const struct snapshot *snapshot, size_t endpoint)
{
	for (size_t i = 0; i < snapshot->mount_count; i++)
		if (snapshot->mounts[i].endpoint == (int)endpoint &&
			snapshot->mounts[i].backend_state == STATE_STALLED)
			return true;
	return false;
}

static const char *refusal_of(const struct builder *s, size_t index)
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

/* Slow, failing now and then, or turning requests away. */
static bool is_troubled(const struct builder *s, const struct endpoint *endpoint)
{
	for (size_t i = 0; i < endpoint->verdicts.count; i++) {
		const struct verdict *verdict = &s->snapshot->verdict_list[endpoint->verdicts.first + i];

		if (verdict->severity >= SEVERITY_DEGRADED && verdict->state > STATE_OK &&
			verdict->layer != LAYER_EXPOSURE && !is_of_one_model(verdict))
			return true;
	}
	return false;
}

struct site rank_site(const struct builder *s, size_t endpoint)
{
	const struct endpoint *row = &s->snapshot->endpoints[endpoint];
	const struct known_endpoint *known = s->ledger->endpoints.items[endpoint];
	const struct peer *peer = row->peer < 0 ? NULL : &s->snapshot->peers[row->peer];

	return (struct site){ .index = endpoint,
		.row = row,
		.peer = peer,
		.class_ = offer_class_of(s->ledger, known, peer),
		.known = known,
		.queried = mounts_queried(s->ledger, known),
		.refusal = refusal_of(s, endpoint),
		.is_troubled = is_troubled(s, row) };
}

/* ---- how soon it answers ---- */

static bool is_working(const struct endpoint *endpoint)
{
	return endpoint->figures.running > 0 || endpoint->figures.waiting > 0;
}

static bool is_full(const struct endpoint *endpoint)
{
	return endpoint->figures.waiting > 0 || endpoint->figures.running >= endpoint->figures.slots;
}

/* What a server reports about itself as a whole applies to a model that it lists as loaded. */
static enum warmth warmth_when_loaded(const struct site *site)
{
	if (site->queried->is_sleeping.holds)
		return WARMTH_SLEEPING;
	if (site->queried->is_loading.holds)
		return WARMTH_LOADING;
	return is_working(site->row) ? WARMTH_HOT : WARMTH_WARM;
}

static enum warmth warmth_of(const struct site *site, const struct model *model)
{
	if (*model->remote_host)
		return WARMTH_UNKNOWN;
	switch (model->state) {
	case MODEL_LOADED:
		return warmth_when_loaded(site);
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

/* A gateway that reports nothing about an engine forwards to one that may be anywhere. */
static bool is_handed_on(const struct site *site, enum warmth warmth)
{
	return site->known->facts->kind == SERVER_GATEWAY && warmth == WARMTH_UNKNOWN;
}

/* The answer comes from an engine elsewhere, which may bill. */
static bool is_elsewhere(const struct site *site, const struct model *model, enum warmth warmth)
{
	return *model->remote_host || is_handed_on(site, warmth);
}

static double readiness(const struct site *site, const struct model *model, enum warmth warmth)
{
	static const double order[WARMTH_COUNT] = {
		[WARMTH_WARM] = 0,
		[WARMTH_HOT] = 0, /* 1: loaded, but no slot is free */
		[WARMTH_UNKNOWN] = 2,
		[WARMTH_LOADING] = 3,
		[WARMTH_SLEEPING] = 4,
		[WARMTH_COLD] = 5,
	};

	if (is_elsewhere(site, model, warmth))
		return 6;
	return order[warmth] + (warmth == WARMTH_HOT && is_full(site->row));
}

/* ---- how near it is ---- */

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

/* A name of the tailnet that does not resolve on this machine is of no use to its clients. */
static double url_order(const struct ledger *ledger, const struct site *site)
{
	struct url parts;

	if (url_split(&parts, site->row->url) < 0)
		return URL_UNRESOLVED;
	if (url_host_is_loopback(parts.host))
		return URL_LOOPBACK;
	if (url_host_is_address(parts.host))
		return URL_BY_ADDRESS;
	if (site->row->is_of_tailnet && ledger->names == NAMES_FAIL)
		return URL_UNRESOLVED;
	return parts.is_https ? URL_HTTPS : URL_HTTP;
}

/* ---- a candidate ---- */

static const char *cost_of(
	struct arena *arena, const struct site *site, const struct model *model, enum warmth warmth)
{
	static const char *const costs[WARMTH_COUNT] = {
		[WARMTH_COLD] = "not loaded: the first request waits for it",
		[WARMTH_SLEEPING] = "asleep: the first request wakes it",
		[WARMTH_LOADING] = "is being loaded",
	};

	if (*model->remote_host)
		return arena_printf(
			arena, "runs on %s, not on this machine: it may bill", model->remote_host);
	if (is_elsewhere(site, model, warmth))
		return "behind a gateway: where it runs, and whether it bills, is not told";
	if (warmth == WARMTH_HOT && is_full(site->row))
		return "every place in it is taken";
	if (warmth == WARMTH_HOT && isnan(site->row->figures.tokens_per_s))
		return "working; whether it makes progress is not known yet";
	return costs[warmth] ? costs[warmth] : "";
}

static const char *refusal_of_model(const struct site *site, const struct model *model, enum warmth warmth)
{
	if (*site->refusal)
		return site->refusal;
	if (model->state == MODEL_FAILED)
		return "did not load when it was asked last";
	if (warmth == WARMTH_SLEEPING && site->queried->facts->stays_asleep)
		return "asleep, and no request wakes it";
	return "";
}

static void measure(const struct ledger *ledger, const struct site *site, const struct model *model,
	struct candidate *candidate)
{
	const struct endpoint *row = site->row;

	candidate->figures[RANK_USE] = candidate->is_refused;
	candidate->figures[RANK_CLASS] = candidate->offer.class_;
	candidate->figures[RANK_READINESS] = readiness(site, model, candidate->offer.warmth);
	candidate->figures[RANK_QUEUE] = candidate->offer.warmth == WARMTH_WARM ? 0 : row->figures.waiting;
	candidate->figures[RANK_TROUBLE] = site->is_troubled;
	candidate->figures[RANK_PATH] = path_order(site->peer);
	candidate->figures[RANK_WORK] = is_working(row);
	candidate->figures[RANK_DISTANCE] = site->peer ? floor(site->peer->path.rtt_ms / NEAR_MS) : NAN;
	candidate->figures[RANK_SPEED] = -row->figures.tokens_per_s;
	candidate->figures[RANK_URL] = url_order(ledger, site);
}

struct candidate rank_candidate(const struct builder *s, const struct site *site, size_t row)
{
	const struct model *model = &s->snapshot->models[row];
	enum warmth warmth = warmth_of(site, model);
	const char *unfit = refusal_of_model(site, model, warmth);
	bool is_gateways = is_handed_on(site, warmth) && !site->row->is_pinned;
	enum offer_class class_ = is_gateways ? CLASS_GATEWAY : site->class_;
	const char *refusal = *unfit ? unfit : offer_class_refusal(s->ledger, class_);
	struct candidate candidate = { .model = model->id,
		.url = site->row->url,
		.engine_id = site->row->engine_id,
		.is_refused = *refusal != '\0' };

	candidate.offer = (struct offer){ .model = row,
		.endpoint = site->index,
		.class_ = class_,
		.warmth = warmth,
		.why = *refusal ? refusal : cost_of(s->arena, site, model, warmth) };
	measure(s->ledger, site, model, &candidate);
	return candidate;
}

static int compare_figures(double a, double b)
{
	if (isnan(a) || isnan(b))
		return isnan(a) - isnan(b);
	return (a > b) - (a < b);
}

int rank_compare(const void *a, const void *b)
{
	const struct candidate *one = a, *other = b;
	int order = strcmp(one->model, other->model);

	for (int i = 0; i < RANK_COUNT && !order; i++)
		order = compare_figures(one->figures[i], other->figures[i]);
	return order ? order : strcmp(one->url, other->url);
}
