/* Infinity: a server for embeddings and reranking, its models always loaded. From its source, not measured.
 *
 * Its API is at the root unless it was started with the prefix /v1, so it is two families. Both lists come
 * from memory, with the queue of each model. */
#include "probes/base/mem.h"
#include "probes/base/text.h"
#include "probes/servers/families.h"
#include "probes/servers/readers.h"

#include <math.h>
#include <string.h>

static const char health[] = "/health", with_prefix[] = "/v1/models";

static bool is_health(const struct answer *answer)
{
	return readers_is_json_ok(answer) && !isnan(json_amount(answer->json, "unix"));
}

static bool read_health(const struct answer *answer, struct reading *reading)
{
	(void)reading;
	return is_health(answer);
}

/* One queue for each model. */
static void add_queues(const struct json *entries, struct reading *reading)
{
	double waiting = 0;

	for (const struct json *entry = json_first(entries); entry; entry = json_next(entry))
		waiting += json_amount(json_member(entry, "stats"), "queue_absolute");
	if (json_first(entries))
		reading->figures.waiting = waiting;
}

static bool read_models(const struct answer *answer, struct reading *reading)
{
	if (readers_wants_key(answer, reading))
		return true;
	if (!readers_take_list(answer, "data", "id", MODELS_ALL, readers_fill_loaded, reading))
		return false;
	add_queues(json_member(answer->json, "data"), reading);
	return true;
}

static enum sureness is_prefixed(const char *path, const struct answer *answer)
{
	return strcmp(path, with_prefix) == 0 && readers_owned_by(answer, "infinity") ? SURE : NOT_IT;
}

/* Only LIKELY by its health: the prefix is not known yet. */
static enum sureness is_bare(const char *path, const struct answer *answer)
{
	char location[256];

	if (strcmp(path, health) == 0)
		return is_health(answer) ? LIKELY : NOT_IT;
	if (strcmp(path, "/") != 0 || answer->status != 307)
		return NOT_IT;
	answer_header(answer, "Location", location, sizeof(location));
	return text_has_suffix(location, "/docs") ? LIKELY : NOT_IT;
}

static const struct request prefixed_requests[] = {
	{ "/health", COST_FREE, EVERY_POLL, read_health, false },
	{ "/v1/models", COST_FREE, EVERY_MINUTE, read_models, false },
};

static const struct request bare_requests[] = {
	{ "/health", COST_FREE, EVERY_POLL, read_health, false },
	{ "/models", COST_FREE, EVERY_MINUTE, read_models, false },
};

const struct family family_infinity = {
	.facts = {
		.name = "infinity",
		.title = "Infinity",
		.kind = SERVER_ENGINE,
		.speaks = { [API_CHAT] = API_NEVER, [API_RESPONSES] = API_NEVER, [API_MESSAGES] = API_NEVER },
		.ports = { 7997 },
	},
	.recognise = is_prefixed,
	.requests = prefixed_requests,
	.request_count = ARRAY_LEN(prefixed_requests),
};

const struct family family_infinity_bare = {
	.facts = {
		.name = "infinity-bare",
		.title = "Infinity",
		.kind = SERVER_ENGINE,
		.speaks = { [API_CHAT] = API_NEVER, [API_RESPONSES] = API_NEVER, [API_MESSAGES] = API_NEVER },
		.api = "/",
	},
	.recognise = is_bare,
	.confirm = health,
	.requests = bare_requests,
	.request_count = ARRAY_LEN(bare_requests),
};
