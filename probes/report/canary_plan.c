#include "probes/report/canary_plan.h"

#include "probes/base/text.h"

#include <math.h>
#include <string.h>

#define NAME_SHOWN 64

/* ---- which server and model ---- */

/* A hung or a failing engine may show in nothing but a canary. */
static bool is_worth_asking(const struct connection *found)
{
	return found->result == CONNECT_READY ||
	       (found->result == CONNECT_UNUSABLE &&
		       (found->endpoint->state == STATE_FAULT || found->endpoint->state == STATE_STALLED));
}

static const struct model *model_at(
	const struct snapshot *snapshot, const struct endpoint *endpoint, size_t i)
{
	return &snapshot->models[endpoint->models.first + i];
}

static const struct model *find_model(
	const struct snapshot *snapshot, const struct endpoint *endpoint, const char *name)
{
	for (size_t i = 0; i < endpoint->models.count; i++)
		if (strcmp(model_at(snapshot, endpoint, i)->id, name) == 0)
			return model_at(snapshot, endpoint, i);
	return NULL;
}

/* The model of an engine that answers soonest, and writes text. */
static const struct model *soonest_model(const struct snapshot *snapshot, const struct endpoint *endpoint)
{
	const struct offer *best = NULL;

	for (size_t i = 0; i < snapshot->offer_count; i++) {
		const struct offer *offer = &snapshot->offers[i];

		if (snapshot->endpoints[offer->endpoint].engine_id == endpoint->engine_id && offer->rank &&
			!snapshot->models[offer->model].is_no_chat && (!best || offer->warmth > best->warmth))
			best = offer;
	}
	return best ? &snapshot->models[best->model] : NULL;
}

/* The model that a URL leads to, if none was named. Those of a gateway may cost very different sums. */
static const struct model *choose_model(const struct snapshot *snapshot, const struct endpoint *endpoint)
{
	if (endpoint->models.count == 1)
		return model_at(snapshot, endpoint, 0);
	return endpoint->may_hand_on ? NULL : soonest_model(snapshot, endpoint);
}

/* A long name must not push the reason out of the line. */
static bool refuse(struct canary_choice *choice, const char *subject, const char *words)
{
	char shown[NAME_SHOWN];

	choice->result = CANARY_NOT_PLANNED;
	text_set(shown, sizeof(shown), "%s", subject);
	text_set(choice->why, sizeof(choice->why), "%s%s %s", shown,
		strlen(shown) < strlen(subject) ? "…" : "", words);
	return false;
}

/* By its id: one that was cleaned or cut is not the id that the server knows. */
static bool take_model(struct canary_choice *choice, const struct snapshot *snapshot,
	const struct canary_request *request, const struct model **model)
{
	const struct endpoint *endpoint = choice->connection.endpoint;
	bool is_by_url = connect_is_url(request->word);
	const char *id;

	*model = *request->model ? find_model(snapshot, endpoint, request->model)
		 : is_by_url     ? choose_model(snapshot, endpoint)
				 : choice->connection.model;
	id = *model ? (*model)->id : request->model;
	if (*request->model && !*model && endpoint->models_known)
		return refuse(choice, request->model, "is no model of that server");
	if (!*id && endpoint->models.count)
		return refuse(choice, endpoint->url, "has several models: name one");
	if (!*id)
		return refuse(choice, endpoint->url, "does not list its models: name one");
	if (*model && (*model)->is_no_chat)
		return refuse(choice, id, "writes no text");
	if (!connect_is_whole(id) || strlen(id) >= sizeof(choice->plan.model))
		return refuse(
			choice, id, "has a name that is too long, or has characters that are not printed");
	text_set(choice->plan.model, sizeof(choice->plan.model), "%s", id);
	return true;
}

/* ---- in which API ---- */

static bool may_speak(const struct endpoint *endpoint, enum client_api api)
{
	return endpoint->speaks[api].how != SPEAKS_NO && endpoint->speaks[api].how != SPEAKS_LATER;
}

static bool take_api(struct canary_choice *choice)
{
	static const enum client_api others[] = { API_RESPONSES, API_MESSAGES };
	const struct endpoint *endpoint = choice->connection.endpoint;
	enum client_api *api = &choice->plan.api;

	*api = API_CHAT;
	if (endpoint->streams.reports_times && endpoint->speaks[API_OLLAMA].how == SPEAKS_YES)
		*api = API_OLLAMA;
	for (size_t i = 0; i < 2 && !may_speak(endpoint, *api); i++)
		if (endpoint->speaks[others[i]].how == SPEAKS_YES)
			*api = others[i];
	return may_speak(endpoint, *api) || refuse(choice, *endpoint->title ? endpoint->title : endpoint->url,
						    "speaks no API that writes text");
}

static bool take_url(struct canary_choice *choice)
{
	const struct connection *found = &choice->connection;
	struct canary_plan *plan = &choice->plan;
	const struct {
		const char *base, *path;
	} places[API_COUNT] = {
		[API_CHAT] = { found->v1, "/chat/completions" },
		[API_RESPONSES] = { found->v1, "/responses" },
		[API_MESSAGES] = { found->root, "/v1/messages" },
		[API_OLLAMA] = { found->root, "/api/chat" },
	};
	const char *base = places[plan->api].base, *path = places[plan->api].path;
	size_t root = strlen(found->root);

	if (strlen(found->endpoint->url) >= sizeof(plan->url) ||
		strlen(base) + strlen(path) >= sizeof(plan->sent_to) || !text_has_prefix(base, found->root))
		return refuse(choice, found->endpoint->url, "is too long");
	text_set(plan->url, sizeof(plan->url), "%s", found->endpoint->url);
	text_set(plan->sent_to, sizeof(plan->sent_to), "%s%s", base, path);
	text_set(plan->path, sizeof(plan->path), "POST %s", plan->sent_to + root);
	return true;
}

/* ---- what it costs ---- */

static enum warmth warmth_of(const struct snapshot *snapshot, const struct endpoint *endpoint, const char *id)
{
	for (size_t i = 0; i < snapshot->offer_count; i++) {
		const struct offer *offer = &snapshot->offers[i];

		if (snapshot->endpoints[offer->endpoint].engine_id == endpoint->engine_id &&
			strcmp(snapshot->models[offer->model].id, id) == 0)
			return offer->warmth;
	}
	return WARMTH_UNKNOWN;
}

/* A gateway that does not say whether it has a model loaded hands the request on. */
static bool may_bill(const struct endpoint *endpoint, const struct model *model, enum warmth warmth)
{
	return (model && *model->remote_host) || (endpoint->may_hand_on && warmth == WARMTH_UNKNOWN);
}

static enum cost cost_of(const struct endpoint *endpoint, const struct model *model, enum warmth warmth)
{
	static const enum cost costs[WARMTH_COUNT] = {
		[WARMTH_UNKNOWN] = COST_LOADS,
		[WARMTH_COLD] = COST_LOADS,
		[WARMTH_SLEEPING] = COST_WAKES,
		[WARMTH_LOADING] = COST_RESETS_IDLE,
		[WARMTH_WARM] = COST_RESETS_IDLE,
		[WARMTH_HOT] = COST_RESETS_IDLE,
	};

	if (may_bill(endpoint, model, warmth))
		return COST_BILLS;
	return endpoint->streams.cuts_answers ? COST_DISTURBS : costs[warmth];
}

static void say_costs(struct canary_choice *choice, const struct model *model, enum warmth warmth)
{
	static const char *const words[WARMTH_COUNT] = {
		[WARMTH_UNKNOWN] = "whether the model is loaded is not known: this may load it",
		[WARMTH_COLD] = ("the model is not loaded: this loads it, which may take minutes and may "
				 "unload another"),
		[WARMTH_SLEEPING] = "the model sleeps: this wakes it",
		[WARMTH_LOADING] = "the model is being loaded: this waits for it",
		[WARMTH_WARM] = "the model is loaded",
		[WARMTH_HOT] = "the model is at work: this waits for a free slot, and others may wait for it",
	};
	char *to = choice->costs;
	size_t size = sizeof(choice->costs);

	if (choice->plan.cost != COST_BILLS)
		text_set(to, size, "%s%s%s", words[warmth],
			warmth == WARMTH_WARM && choice->connection.endpoint->unloads_idle
				? ", and this may keep it loaded for longer"
				: "",
			choice->plan.cost == COST_DISTURBS
				? "; this server cuts off the answer that others are waiting for"
				: "");
	else if (model && *model->remote_host)
		text_set(to, size, "may be billed: the model runs on %s", model->remote_host);
	else
		text_set(to, size, "may be billed: this %s does not say where the model runs",
			choice->connection.endpoint->is_engine ? "server" : "gateway");
}

static void take_costs(
	struct canary_choice *choice, const struct snapshot *snapshot, const struct model *model)
{
	const struct endpoint *endpoint = choice->connection.endpoint;
	struct canary_plan *plan = &choice->plan;
	enum warmth warmth = warmth_of(snapshot, endpoint, plan->model);

	plan->cost = cost_of(endpoint, model, warmth);
	plan->was_cold = warmth == WARMTH_COLD || warmth == WARMTH_SLEEPING;
	plan->context = model && model->state == MODEL_LOADED ? model->context : NAN;
	plan->sends_key = endpoint->sends_key;
	plan->counts_tokens = endpoint->streams.counts_tokens;
	plan->holds_headers = endpoint->streams.holds_headers;
	say_costs(choice, model, warmth);
}

static void say_rest(struct canary_choice *choice)
{
	const struct canary_plan *plan = &choice->plan;
	const struct connection *found = &choice->connection;

	text_set(choice->asks, sizeof(choice->asks), "asks %s on %s for %d tokens", plan->model, found->title,
		CANARY_TOKENS);
	if (plan->count > 1)
		text_add(choice->asks, sizeof(choice->asks), ", %d times", plan->count);
	text_add(choice->asks, sizeof(choice->asks), ": POST %s", plan->sent_to);
	if (!plan->sends_key)
		text_set(choice->key, sizeof(choice->key), "sends no key%s",
			found->is_key_missing ? ", and the server wants one" : "");
	else if (!*found->key_variable)
		text_set(choice->key, sizeof(choice->key), "sends the key that is configured");
	else if (*found->key_file)
		text_set(choice->key, sizeof(choice->key), "sends the key in %s", found->key_file);
	else
		text_set(choice->key, sizeof(choice->key), "sends the key in $%s", found->key_variable);
}

void canary_plan_make(
	const struct snapshot *snapshot, const struct canary_request *request, struct canary_choice *choice)
{
	const struct connect_request connect = { request->word, NULL, request->settings };
	const struct model *model;

	*choice = (struct canary_choice){ .result = CANARY_NOT_CONNECTED };
	connect_find(snapshot, &connect, &choice->connection);
	if (!is_worth_asking(&choice->connection))
		return;
	choice->plan.count = request->count;
	if (!take_model(choice, snapshot, request, &model) || !take_api(choice) || !take_url(choice))
		return;
	take_costs(choice, snapshot, model);
	say_rest(choice);
	choice->result = CANARY_PLANNED;
}
