/* Triton, NVIDIA's inference server: any number of models, none of which says that it is an LLM. It speaks
 * its own protocol under /v2 and has no OpenAI API; a front end before it (NIM, or NVIDIA's OpenAI one) has.
 *
 * Each answer comes from what the server holds in memory: a request loads nothing and runs no model. A model
 * that failed to load is missing from the statistics. It shows only in /v2/health/ready, an empty 400 for as
 * long as any model is not ready; which one it is, only `POST /v2/repository/index` would tell, and POST is
 * sent only if the user asks for it. The queue and the GPU's memory are reported on another port, 8002, which
 * is not polled. */
#include "probes/base/mem.h"
#include "probes/base/text.h"
#include "probes/servers/families.h"
#include "probes/servers/readers.h"

#include <string.h>

static bool is_empty_text(const struct answer *answer, int status)
{
	return answer->status == status && answer->shape == BODY_EMPTY &&
	       answer_header_has(answer, "Content-Type", "text/plain");
}

static bool read_live(const struct answer *answer, struct reading *reading)
{
	(void)reading;
	return is_empty_text(answer, 200);
}

static bool is_its_name(const struct answer *answer)
{
	return readers_is_json_ok(answer) && strcmp(json_text(answer->json, "name"), "triton") == 0;
}

static bool read_name(const struct answer *answer, struct reading *reading)
{
	if (!is_its_name(answer))
		return false;
	reading->version = text_keep(reading->arena, json_text(answer->json, "version"));
	return true;
}

/* Only of models that are ready; each version of a model is an entry of its own. */
static bool read_statistics(const struct answer *answer, struct reading *reading)
{
	return readers_take_list(answer, "model_stats", "name", MODELS_LOADED, readers_fill_loaded, reading);
}

static enum sureness is_triton(const char *path, const struct answer *answer)
{
	if (strcmp(path, "/v2") == 0)
		return is_its_name(answer) ? SURE : NOT_IT;
	return answer->status == 404 && answer_header_has(answer, "Content-Type", "text/plain") &&
			       strcmp(json_text(answer->json, "error"), "Not Found") == 0
		       ? LIKELY
		       : NOT_IT;
}

static const struct request requests[] = {
	{ "/v2/health/live", COST_FREE, EVERY_POLL, read_live, false },
	{ "/v2/models/stats", COST_FREE, EVERY_POLL, read_statistics, false },
	{ "/v2", COST_FREE, AT_START, read_name, false },
};

const struct family family_triton = {
	.facts = {
		.name = "triton",
		.title = "Triton",
		.kind = SERVER_ENGINE,
		.api = "",
		.ports = { 8000 },
	},
	.recognise = is_triton,
	.confirm = "/v2",
	.requests = requests,
	.request_count = ARRAY_LEN(requests),
};
