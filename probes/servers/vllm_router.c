/* The two routers of the vLLM project, which spread requests over vLLM engines: the one in Rust (vllm-router,
 * recorded) and the one of the production stack (from its source).
 *
 * Both pass the names and the owner of their engines' models on, so only /health tells them from an engine,
 * whose /health has no body. Neither is asked for /metrics: the router in Rust has it on another port and
 * forwards the path to some engine, and the production stack blocks its event loop for 0.1 s. */
#include "probes/base/mem.h"
#include "probes/servers/families.h"
#include "probes/servers/readers.h"

#include <string.h>

static bool is_healthy(const struct answer *answer)
{
	return answer->status == 200 && (answer_body_is(answer, "All servers healthy") ||
						strcmp(json_text(answer->json, "status"), "healthy") == 0);
}

static bool read_health(const struct answer *answer, struct reading *reading)
{
	(void)reading;
	return is_healthy(answer);
}

static void fill_model(const struct json *entry, struct obs_model *model, struct arena *arena)
{
	(void)arena;
	model->context = json_amount(entry, "max_model_len");
}

static bool read_models(const struct answer *answer, struct reading *reading)
{
	return readers_take_openai(answer, fill_model, reading);
}

/* Many programs are "healthy": that confirms it together with the list alone. */
static enum sureness is_vllm_router(const char *path, const struct answer *answer)
{
	if (strcmp(path, "/health") == 0)
		return is_healthy(answer) ? LIKELY : NOT_IT;
	return strcmp(path, "/v1/models") == 0 && readers_owned_by(answer, "vllm") ? LIKELY : NOT_IT;
}

static const struct request requests[] = {
	{ "/health", COST_FREE, EVERY_POLL, read_health, false },
	{ "/v1/models", COST_FREE, EVERY_MINUTE, read_models, false },
};

const struct family family_vllm_router = {
	.facts = {
		.name = "vllm-router",
		.title = "vLLM router",
		.kind = SERVER_GATEWAY,
		.ports = { 30000, 8001 },
	},
	.recognise = is_vllm_router,
	.confirm = "/health",
	.requests = requests,
	.request_count = ARRAY_LEN(requests),
};
