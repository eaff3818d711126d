/* Any other server that speaks the OpenAI dialect: a list of models, or a demand for a key in JSON.
 *
 * The last row of the table. Only the list of such a server is known, and it does not say whether a model is
 * loaded. Some gateways ask every provider for each list, and hang if one of them does (Bifrost), so it is
 * requested once a minute at most. */
#include "probes/base/mem.h"
#include "probes/servers/families.h"
#include "probes/servers/readers.h"

#include <math.h>
#include <string.h>

static void fill_model(const struct json *entry, struct obs_model *model, struct arena *arena)
{
	static const char *const keys[] = { "max_model_len", "context_length", "context_window",
		"inputTokenLimit" };

	(void)arena;
	for (size_t i = 0; i < ARRAY_LEN(keys) && isnan(model->context); i++)
		model->context = json_amount(entry, keys[i]);
}

static bool read_models(const struct answer *answer, struct reading *reading)
{
	return readers_take_openai(answer, fill_model, reading);
}

static enum sureness is_openai(const char *path, const struct answer *answer)
{
	if (strcmp(path, "/v1/models") != 0)
		return NOT_IT;
	return readers_is_openai_list(answer) || readers_is_refusal(answer) ? LIKELY : NOT_IT;
}

static const struct request requests[] = {
	{ "/v1/models", COST_FREE, EVERY_MINUTE, read_models, false },
};

const struct family family_openai = {
	.facts = {
		.name = "openai-compatible",
		.title = "OpenAI API",
		.kind = SERVER_ENGINE,
		.is_asked_rarely = true,
	},
	.recognise = is_openai,
	.confirm = "/v1/models",
	.requests = requests,
	.request_count = ARRAY_LEN(requests),
};
