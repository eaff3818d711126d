/* The LiteLLM proxy: a gateway to engines that it does not show.
 *
 * Its `GET /health` makes a paid call to every model, so it is not in the table; /health/liveliness (its
 * spelling) calls none. A missing key is 401; a wrong key without a database is 400 `no_db_connection`. */
#include "probes/base/mem.h"
#include "probes/servers/families.h"
#include "probes/servers/readers.h"

#include <string.h>

#define CREATED 1677610602 /* the same for every model of every installation */

static bool is_alive(const struct answer *answer)
{
	return readers_is_json_ok(answer) && strcmp(json_string(answer->json), "I'm alive!") == 0;
}

/* {"error":{"type":…,"code":"…"}}: the code is a string. */
static bool is_error(const struct answer *answer, const char *type)
{
	const struct json *error = json_member(answer->json, "error");

	return strcmp(json_text(error, "type"), type) == 0 && json_text(error, "code")[0];
}

static bool read_alive(const struct answer *answer, struct reading *reading)
{
	return is_alive(answer) || readers_wants_key(answer, reading);
}

static bool read_models(const struct answer *answer, struct reading *reading)
{
	if (answer->status == 400 && is_error(answer, "no_db_connection")) {
		reading->wants_key = reading->key_rejected = true;
		return true;
	}
	return readers_take_openai(answer, NULL, reading);
}

static enum sureness is_litellm(const char *path, const struct answer *answer)
{
	const struct json *first = readers_first_model(answer);

	if (strcmp(path, "/health/liveliness") == 0)
		return is_alive(answer) ? SURE : NOT_IT;
	if (strcmp(path, "/") == 0 && answer->shape == BODY_HTML && answer_body_has(answer, "<title>LiteLLM"))
		return LIKELY;
	if (is_error(answer, "auth_error") || is_error(answer, "no_db_connection") ||
		json_number(first, "created") == CREATED)
		return LIKELY;
	return NOT_IT;
}

static const struct request requests[] = {
	{ "/health/liveliness", COST_FREE, EVERY_POLL, read_alive, false },
	{ "/v1/models", COST_FREE, EVERY_MINUTE, read_models, false },
};

const struct family family_litellm = {
	.facts = {
		.name = "litellm",
		.title = "LiteLLM",
		.kind = SERVER_GATEWAY,
		.speaks = { [API_RESPONSES] = API_ALWAYS, [API_MESSAGES] = API_ALWAYS },
		.ports = { 4000 },
		.streams = { .counts_tokens = true },
	},
	.recognise = is_litellm,
	.confirm = "/health/liveliness",
	.requests = requests,
	.request_count = ARRAY_LEN(requests),
};
