/* GPUStack, which runs models on the machines of a cluster. From its source, not measured.
 *
 * Its list wants a key and is a query of its database; a refusal has a shape of its own,
 * {"code":401,"reason":…,"message":…}. /healthz is answered from memory, without a key. */
#include "probes/base/mem.h"
#include "probes/servers/families.h"
#include "probes/servers/readers.h"

#include <string.h>

static bool is_refusal(const struct answer *answer)
{
	return answer->status == 401 && json_number(answer->json, "code") == 401 &&
	       json_text(answer->json, "reason")[0] && json_text(answer->json, "message")[0];
}

static bool is_health(const struct answer *answer)
{
	return readers_is_json_ok(answer) && strcmp(json_string(answer->json), "ok") == 0;
}

static bool read_health(const struct answer *answer, struct reading *reading)
{
	(void)reading;
	return is_health(answer);
}

static bool read_models(const struct answer *answer, struct reading *reading)
{
	if (is_refusal(answer)) {
		reading->wants_key = true;
		return true;
	}
	return readers_take_openai(answer, NULL, reading);
}

static enum sureness is_gpustack(const char *path, const struct answer *answer)
{
	if (strcmp(path, "/healthz") == 0)
		return is_health(answer) ? LIKELY : NOT_IT;
	if (strcmp(path, "/") == 0 && answer->shape == BODY_HTML &&
		answer_body_has(answer, "<title>GPUStack"))
		return LIKELY;
	return is_refusal(answer) ? LIKELY : NOT_IT;
}

static const struct request requests[] = {
	{ "/healthz", COST_FREE, EVERY_POLL, read_health, false },
	{ "/v1/models", COST_FREE, EVERY_MINUTE, read_models, false },
};

const struct family family_gpustack = {
	.facts = {
		.name = "gpustack",
		.title = "GPUStack",
		.kind = SERVER_GATEWAY,
		.ports = { 80 },
		.companions = { { 13000, "Grafana" }, { 19090, "Prometheus" } },
	},
	.recognise = is_gpustack,
	.confirm = "/healthz",
	.requests = requests,
	.request_count = ARRAY_LEN(requests),
};
