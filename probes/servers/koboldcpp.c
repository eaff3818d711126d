/* KoboldCpp: one model, one queue. From its source, not measured.
 *
 * It imitates Ollama and llama-server on their paths, with made-up figures, so only its own paths are
 * requested. None of them needs the password. If one is set, the name of the model shows it, and is
 * hidden. */
#include "probes/base/mem.h"
#include "probes/base/text.h"
#include "probes/servers/families.h"
#include "probes/servers/readers.h"

#include <math.h>
#include <string.h>

/* It only tells idle from busy; busy means at least one request. */
static bool read_perf(const struct answer *answer, struct reading *reading)
{
	double idle = json_number(answer->json, "idle");

	if (!readers_is_json_ok(answer) || isnan(idle))
		return false;
	reading->figures.running = idle == 0 ? 1 : 0;
	reading->figures.waiting = json_amount(answer->json, "queue");
	reading->uptime_s = json_amount(answer->json, "uptime");
	return true;
}

static bool is_version(const struct answer *answer)
{
	return readers_is_json_ok(answer) && strcmp(json_text(answer->json, "result"), "KoboldCpp") == 0;
}

static bool read_version(const struct answer *answer, struct reading *reading)
{
	if (!is_version(answer))
		return false;
	reading->version = text_keep(reading->arena, json_text(answer->json, "version"));
	return true;
}

static bool read_name(const struct answer *answer, struct reading *reading)
{
	const char *name = json_text(answer->json, "result");

	if (!readers_is_json_ok(answer) || !name[0])
		return false;
	reading->wants_key = strcmp(name, "koboldcpp/protected-model") == 0;
	return true;
}

/* The loaded model has a prefix. Other entries could be loaded, or mean "no model". */
static void fill_model(const struct json *entry, struct obs_model *model, struct arena *arena)
{
	(void)arena;
	if (text_has_prefix(json_text(entry, "id"), "koboldcpp/"))
		model->state = MODEL_LOADED;
}

static bool read_models(const struct answer *answer, struct reading *reading)
{
	return readers_take_openai(answer, fill_model, reading);
}

static enum sureness is_koboldcpp(const char *path, const struct answer *answer)
{
	if (answer_header_has(answer, "Server", "ConcedoLlamaForKobold") ||
		readers_owned_by(answer, "koboldcpp"))
		return SURE;
	return strcmp(path, "/api/extra/version") == 0 && is_version(answer) ? SURE : NOT_IT;
}

static const struct request requests[] = {
	{ "/api/extra/perf", COST_FREE, EVERY_POLL, read_perf, false },
	{ "/api/extra/version", COST_FREE, AT_START, read_version, false },
	{ "/api/v1/model", COST_FREE, EVERY_MINUTE, read_name, false },
	{ "/v1/models", COST_FREE, EVERY_MINUTE, read_models, false },
};

const struct family family_koboldcpp = {
	.facts = {
		.name = "koboldcpp",
		.title = "KoboldCpp",
		.kind = SERVER_ENGINE,
		.speaks = { [API_RESPONSES] = API_NEVER, [API_OLLAMA] = API_ALWAYS },
		.ports = { 5001 },
	},
	.recognise = is_koboldcpp,
	.requests = requests,
	.request_count = ARRAY_LEN(requests),
};
