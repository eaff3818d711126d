/* NeMo Guardrails, a filter in front of one provider. From its source, not measured.
 *
 * Its `GET /v1/models` is a call to the provider, with the key of the request, so it is requested once, at the
 * start. Its root redirects to its chat page; without that page it is {"status":"ok"}, as of many others, so the
 * list is not banned by this guess. */
#include "probes/base/mem.h"
#include "probes/base/text.h"
#include "probes/servers/families.h"
#include "probes/servers/readers.h"

#include <string.h>

static bool is_health(const struct answer *answer)
{
	return answer->status == 200 &&
	       answer_header_has(answer, "Content-Type", "application/health+json") &&
	       strcmp(json_text(answer->json, "status"), "pass") == 0;
}

static bool read_health(const struct answer *answer, struct reading *reading)
{
	(void)reading;
	return is_health(answer);
}

static bool read_models(const struct answer *answer, struct reading *reading)
{
	return readers_take_openai(answer, NULL, reading);
}

static bool is_status_alone(const struct answer *answer)
{
	const struct json *only = json_is_object(answer->json) ? json_first(answer->json) : NULL;

	return answer->status == 200 && only && !json_next(only) &&
	       strcmp(json_text(answer->json, "status"), "ok") == 0;
}

static enum sureness is_nemo_guardrails(const char *path, const struct answer *answer)
{
	char location[256];

	if (strcmp(path, "/healthz") == 0)
		return is_health(answer) ? SURE : NOT_IT;
	if (strcmp(path, "/") != 0)
		return NOT_IT;
	if (answer->status != 307)
		return is_status_alone(answer) ? LIKELY : NOT_IT;
	answer_header(answer, "Location", location, sizeof(location));
	return strcmp(location, "chat") == 0 || text_has_suffix(location, "/chat") ? LIKELY : NOT_IT;
}

static const struct request requests[] = {
	{ "/healthz", COST_FREE, EVERY_POLL, read_health, false },
	{ "/v1/models", COST_FREE, AT_START, read_models, false },
};

const struct family family_nemo_guardrails = {
	.facts = {
		.name = "nemo-guardrails",
		.title = "NeMo Guardrails",
		.kind = SERVER_GATEWAY,
		.ports = { 8000 },
	},
	.recognise = is_nemo_guardrails,
	.confirm = "/healthz",
	.requests = requests,
	.request_count = ARRAY_LEN(requests),
};
