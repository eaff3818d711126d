/* Llama Stack, from its own API document and public reports; no recording of it exists.
 *
 * A gateway to providers that may be anywhere. Until 0.2 its own list names a model by "identifier", and the
 * OpenAI API is below /v1/openai. Since 0.3 the list and the API are OpenAI's, and it is shown as such. The
 * list comes from its registry. */
#include "probes/base/mem.h"
#include "probes/base/text.h"
#include "probes/servers/families.h"
#include "probes/servers/readers.h"

#include <string.h>

static bool read_health(const struct answer *answer, struct reading *reading)
{
	return readers_wants_key(answer, reading) ||
	       (readers_is_json_ok(answer) && strcmp(json_text(answer->json, "status"), "OK") == 0);
}

static bool read_models(const struct answer *answer, struct reading *reading)
{
	return readers_take_openai(answer, NULL, reading);
}

static bool is_its_list(const struct answer *answer)
{
	const struct json *first = readers_first_model(answer);

	return json_text(first, "identifier")[0] && json_text(first, "provider_id")[0] &&
	       !json_has(first, "id");
}

static enum sureness is_llama_stack(const char *path, const struct answer *answer)
{
	return strcmp(path, "/v1/models") == 0 && is_its_list(answer) ? SURE : NOT_IT;
}

static const struct request requests[] = {
	{ "/v1/health", COST_FREE, EVERY_POLL, read_health, false },
	{ "/v1/models", COST_FREE, EVERY_MINUTE, read_models, false },
};

const struct family family_llama_stack = {
	.facts = {
		.name = "llama-stack",
		.title = "Llama Stack",
		.kind = SERVER_GATEWAY,
		.api = "/v1/openai/v1",
		.ports = { 8321 },
	},
	.recognise = is_llama_stack,
	.requests = requests,
	.request_count = ARRAY_LEN(requests),
};
