/* LM Studio, from its own documentation of the REST API; no recording of it exists.
 *
 * /api/v0/models lists the downloaded models and says of each whether it is loaded; /api/v1/models, since
 * 0.4, adds sizes. Listing loads nothing. An unknown path is answered with 200 and an error, so a status
 * proves nothing here. */
#include "probes/base/mem.h"
#include "probes/base/text.h"
#include "probes/servers/families.h"
#include "probes/servers/readers.h"

#include <math.h>
#include <string.h>

static bool is_unexpected_endpoint(const struct answer *answer)
{
	return answer->status == 200 &&
	       text_has_prefix(json_text(answer->json, "error"), "Unexpected endpoint or method.");
}

/* "embeddings" in the first version of its list, "embedding" in the next. */
static bool is_embedder(const struct json *entry)
{
	return text_has_prefix(json_text(entry, "type"), "embedding");
}

static void fill_model(const struct json *entry, struct obs_model *model, struct arena *arena)
{
	const char *state = json_text(entry, "state");

	if (strcmp(state, "loaded") == 0)
		model->state = MODEL_LOADED;
	else if (strcmp(state, "not-loaded") == 0)
		model->state = MODEL_COLD;
	model->context = json_amount(entry, "loaded_context_length");
	if (isnan(model->context))
		model->context = json_amount(entry, "max_context_length");
	model->is_no_chat = is_embedder(entry);
	model->quantisation = text_keep(arena, json_text(entry, "quantization"));
}

/* The context that it is loaded with: the longest of its instances. */
static double loaded_context(const struct json *instances)
{
	double most = NAN;

	for (const struct json *instance = json_first(instances); instance; instance = json_next(instance))
		most = fmax(most, json_amount(json_member(instance, "config"), "context_length"));
	return most;
}

static void fill_v1_model(const struct json *entry, struct obs_model *model, struct arena *arena)
{
	const struct json *instances = json_member(entry, "loaded_instances");

	if (json_is_array(instances))
		model->state = json_first(instances) ? MODEL_LOADED : MODEL_COLD;
	model->size_bytes = json_amount(entry, "size_bytes");
	model->context = loaded_context(instances);
	if (isnan(model->context))
		model->context = json_amount(entry, "max_context_length");
	model->is_no_chat = is_embedder(entry);
	model->quantisation = text_keep(arena, json_text(json_member(entry, "quantization"), "name"));
}

/* 0.3 does not know the path. */
static bool read_v1_models(const struct answer *answer, struct reading *reading)
{
	return readers_wants_key(answer, reading) || is_unexpected_endpoint(answer) ||
	       readers_take_list(answer, "models", "key", MODELS_ALL, fill_v1_model, reading);
}

static bool read_models(const struct answer *answer, struct reading *reading)
{
	return readers_take_openai(answer, fill_model, reading);
}

/* Before 0.3.6 the path did not exist. Then only /v1/models lists the models, and nothing tells which are
 * loaded. */
static bool read_v0_models(const struct answer *answer, struct reading *reading)
{
	return is_unexpected_endpoint(answer) || read_models(answer, reading);
}

/* "An LM Studio API token is required …" */
static bool names_itself(const struct answer *answer)
{
	const struct json *error = json_member(answer->json, "error");

	return readers_is_refusal(answer) && strstr(json_text(error, "message"), "LM Studio API token");
}

static enum sureness is_lm_studio(const char *path, const struct answer *answer)
{
	const struct json *first = readers_first_model(answer);

	if (is_unexpected_endpoint(answer) || names_itself(answer))
		return SURE;
	if (strcmp(path, "/api/v0/models") == 0 && readers_is_openai_list(answer))
		return json_text(first, "compatibility_type")[0] ? SURE : LIKELY;
	return readers_owned_by(answer, "organization_owner") ? LIKELY : NOT_IT;
}

static const struct request requests[] = {
	{ "/api/v0/models", COST_FREE, EVERY_POLL, read_v0_models, false },
	{ "/api/v1/models", COST_FREE, EVERY_MINUTE, read_v1_models, false },
	{ "/v1/models", COST_FREE, EVERY_MINUTE, read_models, false },
};

const struct family family_lm_studio = {
	.facts = {
		.name = "lm-studio",
		.title = "LM Studio",
		.kind = SERVER_ENGINE,
		.speaks = { [API_RESPONSES] = "0.3.29", [API_MESSAGES] = "0.4.1" },
		.ports = { 1234 },
		.unloads_idle = true,
		.log = { .anywhere = "lms log stream --source server" },
		.streams = { .counts_tokens = true },
		/* lmstudio.ai/docs/developer/rest, since 0.4.0; without a key unless one is asked for there. */
		.management = "download, load and unload models (/api/v1/models/download, /load, /unload)",
		.relays_by = "LM Link",
		.context_fix = "on %{peer}: `lms load %{value} --context-length 32768 --yes`; if the model "
			"and the memory allow it",
	},
	.recognise = is_lm_studio,
	.confirm = "/api/v0/models",
	.requests = requests,
	.request_count = ARRAY_LEN(requests),
};
