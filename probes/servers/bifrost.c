/* Bifrost, a gateway to paid and other providers. From its documentation, not measured.
 *
 * Its `GET /v1/models` asks every provider each time, hangs with a dead one, and has leaked connections: it is
 * requested once, at the start. /health asks its own stores only. */
#include "probes/base/mem.h"
#include "probes/servers/families.h"
#include "probes/servers/readers.h"

#include <string.h>

static bool read_health(const struct answer *answer, struct reading *reading)
{
	return readers_wants_key(answer, reading) ||
	       (readers_is_json_ok(answer) && json_text(answer->json, "status")[0]);
}

static bool read_models(const struct answer *answer, struct reading *reading)
{
	return readers_take_openai(answer, NULL, reading);
}

static enum sureness is_bifrost(const char *path, const struct answer *answer)
{
	if (strcmp(path, "/health") == 0)
		return readers_is_json_ok(answer) && json_text(answer->json, "status")[0] ? LIKELY : NOT_IT;
	return strcmp(path, "/") == 0 && answer->shape == BODY_HTML &&
			       answer_body_has(answer, "<title>Bifrost")
		       ? LIKELY
		       : NOT_IT;
}

static const struct request requests[] = {
	{ "/health", COST_FREE, EVERY_POLL, read_health, false },
	{ "/v1/models", COST_FREE, AT_START, read_models, false },
};

const struct family family_bifrost = {
	.facts = {
		.name = "bifrost",
		.title = "Bifrost",
		.kind = SERVER_GATEWAY,
		.ports = { 8080 },
	},
	.recognise = is_bifrost,
	.confirm = "/health",
	.shuns_models = true,
	.requests = requests,
	.request_count = ARRAY_LEN(requests),
};
