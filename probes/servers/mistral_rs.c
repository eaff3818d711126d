/* mistral.rs. From its source, not measured.
 *
 * Its list begins with "default", which stands for one of the others, and says of each other whether it is
 * loaded; older versions do not. Both paths are answered from memory. */
#include "probes/base/mem.h"
#include "probes/servers/families.h"
#include "probes/servers/readers.h"

#include <string.h>

static const char stand_in[] = "default";

static bool read_health(const struct answer *answer, struct reading *reading)
{
	(void)reading;
	return answer->status == 200 && answer_body_is(answer, "OK");
}

static void fill_model(const struct json *entry, struct obs_model *model, struct arena *arena)
{
	static const struct {
		const char *word;
		enum model_state state;
	} states[] = {
		{ "loaded", MODEL_LOADED },
		{ "unloaded", MODEL_COLD },
		{ "reloading", MODEL_LOADING },
	};

	(void)arena;
	for (size_t i = 0; i < ARRAY_LEN(states); i++)
		if (strcmp(json_text(entry, "status"), states[i].word) == 0)
			model->state = states[i].state;
}

static bool read_models(const struct answer *answer, struct reading *reading)
{
	if (!readers_take_openai(answer, fill_model, reading))
		return false;
	if (reading->model_count > 1 && strcmp(reading->models[0].id, stand_in) == 0) {
		reading->models++;
		reading->model_count--;
	}
	return true;
}

static enum sureness is_mistral_rs(const char *path, const struct answer *answer)
{
	const struct json *first = json_first(json_member(answer->json, "data"));

	if (strcmp(path, "/health") == 0)
		return read_health(answer, NULL) ? LIKELY : NOT_IT;
	if (strcmp(path, "/v1/models") != 0 || !readers_owned_by(answer, "local"))
		return NOT_IT;
	if (strcmp(json_text(first, "id"), stand_in) == 0 || json_text(first, "status")[0])
		return SURE;
	return json_has(first, "created") ? LIKELY : NOT_IT;
}

static const struct request requests[] = {
	{ "/health", COST_FREE, EVERY_POLL, read_health, false },
	{ "/v1/models", COST_FREE, EVERY_MINUTE, read_models, false },
};

const struct family family_mistral_rs = {
	.facts = {
		.name = "mistral.rs",
		.title = "mistral.rs",
		.kind = SERVER_ENGINE,
		.ports = { 1234 },
	},
	.recognise = is_mistral_rs,
	.confirm = "/health",
	.requests = requests,
	.request_count = ARRAY_LEN(requests),
};
