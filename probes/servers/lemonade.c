/* Lemonade: several models at once, each in an engine of its own. From its makers' API document, not
 * measured.
 *
 * Health and statistics come from memory, the list from its catalogue: neither loads a model, which only a
 * completion request does. /metrics is not in the table, because it scrapes the engines behind it. A busy
 * model may also be under maintenance, so busy does not count as work. */
#include "probes/base/mem.h"
#include "probes/base/text.h"
#include "probes/servers/families.h"
#include "probes/servers/readers.h"

#include <string.h>

static void fill_loaded(const struct json *entry, struct obs_model *model, struct arena *arena)
{
	(void)arena;
	model->state = MODEL_LOADED;
	model->context = json_amount(json_member(entry, "recipe_options"), "ctx_size");
}

static bool read_health(const struct answer *answer, struct reading *reading)
{
	if (readers_wants_key(answer, reading))
		return true;
	if (!readers_take_list(
		    answer, "all_models_loaded", "model_name", MODELS_LOADED, fill_loaded, reading))
		return false;
	reading->version = text_keep(reading->arena, json_text(answer->json, "version"));
	return true;
}

/* Older versions only report the last request. */
static bool read_statistics(const struct answer *answer, struct reading *reading)
{
	if (readers_wants_key(answer, reading))
		return true;
	if (!readers_is_json_ok(answer) || !json_has(answer->json, "tokens_per_second"))
		return false;
	reading->generated_tokens = json_amount(answer->json, "output_tokens_total");
	reading->prompt_tokens = json_amount(answer->json, "input_tokens_total");
	return true;
}

/* Sizes are in GB. A checkpoint of llama.cpp's ends in its quantisation: "owner/name:Q4_K_M". */
static void fill_model(const struct json *entry, struct obs_model *model, struct arena *arena)
{
	const char *quantisation = strrchr(json_text(entry, "checkpoint"), ':');

	model->size_bytes = json_amount(entry, "size") * 1e9;
	model->context = json_amount(entry, "max_context_window");
	if (quantisation)
		model->quantisation = text_keep(arena, quantisation + 1);
}

static bool read_models(const struct answer *answer, struct reading *reading)
{
	return readers_take_openai(answer, fill_model, reading);
}

static enum sureness is_lemonade(const char *path, const struct answer *answer)
{
	(void)path;
	return readers_owned_by(answer, "lemonade") ? SURE : NOT_IT;
}

static const struct request requests[] = {
	{ "/v1/health", COST_FREE, EVERY_POLL, read_health, false },
	{ "/v1/stats", COST_FREE, EVERY_POLL, read_statistics, false },
	{ "/v1/models", COST_FREE, EVERY_MINUTE, read_models, false },
};

const struct family family_lemonade = {
	.facts = {
		.name = "lemonade",
		.title = "Lemonade",
		.kind = SERVER_ENGINE,
		.ports = { 13305, 8000 },
		.context_fix = "on %{peer}: start it with --ctx-size 32768, if the model and the memory "
			"allow it",
	},
	.recognise = is_lemonade,
	.requests = requests,
	.request_count = ARRAY_LEN(requests),
};
