/* text-generation-webui, now textgen: one model, or none. From its source, not measured.
 *
 * The requests only read two variables of its process. Its OpenAI list is not in the table: older versions
 * fill it with names that belong to no model. Unless started with --listen, it refuses every host name but
 * localhost with 400, so an endpoint of `tailscale serve` says "Invalid host header". */
#include "probes/base/mem.h"
#include "probes/servers/families.h"
#include "probes/servers/readers.h"

#include <string.h>

static const char model_info[] = "/v1/internal/model/info";

static bool is_info(const struct answer *answer)
{
	return readers_is_json_ok(answer) && json_has(answer->json, "model_name") &&
	       json_has(answer->json, "lora_names");
}

static void take_model(const char *name, struct reading *reading)
{
	reading->models = arena_alloc(reading->arena, sizeof(*reading->models));
	reading->model_count = 1;
	reading->models[0] = readers_model(name, reading->arena);
	reading->models[0].state = MODEL_LOADED;
}

/* "None", or null, means no model. */
static bool read_info(const struct answer *answer, struct reading *reading)
{
	const char *name = json_text(answer->json, "model_name");

	if (readers_wants_key(answer, reading))
		return true;
	if (!is_info(answer))
		return false;
	reading->list = MODELS_LOADED;
	if (name[0] && strcmp(name, "None") != 0)
		take_model(name, reading);
	return true;
}

/* Its root knows only OPTIONS, so a GET is refused in FastAPI's words. */
static bool has_detail(const struct answer *answer, int status, const char *words)
{
	return answer->status == status && strcmp(json_text(answer->json, "detail"), words) == 0;
}

static enum sureness is_textgen(const char *path, const struct answer *answer)
{
	if (strcmp(path, model_info) != 0)
		return strcmp(path, "/") == 0 && has_detail(answer, 405, "Method Not Allowed") ? LIKELY
											       : NOT_IT;
	if (is_info(answer))
		return SURE;
	return has_detail(answer, 401, "Unauthorized") ? LIKELY : NOT_IT;
}

static const struct request requests[] = {
	{ "/v1/internal/model/info", COST_FREE, EVERY_POLL, read_info, false },
};

const struct family family_textgen = {
	.facts = {
		.name = "textgen",
		.title = "textgen",
		.kind = SERVER_ENGINE,
		.ports = { 5000 },
		.unloads_idle = true,
	},
	.recognise = is_textgen,
	.confirm = model_info,
	.requests = requests,
	.request_count = ARRAY_LEN(requests),
};
