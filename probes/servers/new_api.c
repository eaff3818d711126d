/* new-api and one-api, gateways that resell providers. From their source, not measured.
 *
 * The owner of a model in their list is from a table of their own. /api/status is answered from memory; the
 * list wants a key and is a query of their database. */
#include "probes/base/mem.h"
#include "probes/base/text.h"
#include "probes/servers/families.h"
#include "probes/servers/readers.h"

static bool read_status(const struct answer *answer, struct reading *reading)
{
	if (!readers_is_json_ok(answer) || !json_true(answer->json, "success"))
		return false;
	reading->version = text_keep(reading->arena, json_text(json_member(answer->json, "data"), "version"));
	return true;
}

static bool read_models(const struct answer *answer, struct reading *reading)
{
	return readers_take_openai(answer, NULL, reading);
}

static enum sureness is_new_api(const char *path, const struct answer *answer)
{
	(void)path;
	return answer_has_header(answer, "X-New-Api-Version") ||
			       answer_has_header(answer, "X-Oneapi-Request-Id")
		       ? SURE
		       : NOT_IT;
}

static const struct request requests[] = {
	{ "/api/status", COST_FREE, EVERY_POLL, read_status, false },
	{ "/v1/models", COST_FREE, EVERY_MINUTE, read_models, false },
};

const struct family family_new_api = {
	.facts = {
		.name = "new-api",
		.title = "new-api",
		.kind = SERVER_GATEWAY,
		.ports = { 3000 },
	},
	.recognise = is_new_api,
	.requests = requests,
	.request_count = ARRAY_LEN(requests),
};
