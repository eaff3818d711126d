/* llama-swap: starts and stops engines behind one endpoint.
 *
 * /running lists what it has started, /v1/models what it could start; neither starts anything. Under
 * /upstream/… even a health check would, so nothing below it is in the table. Security: the command lines in
 * /running may hold secrets, so they are not read. */
#include "probes/base/mem.h"
#include "probes/base/text.h"
#include "probes/servers/families.h"
#include "probes/servers/readers.h"

#include <string.h>

/* A model that is being stopped still occupies its memory. */
static void fill_running(const struct json *entry, struct obs_model *model, struct arena *arena)
{
	static const struct {
		const char *word;
		enum model_state state;
	} states[] = {
		{ "starting", MODEL_LOADING },
		{ "ready", MODEL_LOADED },
		{ "stopping", MODEL_LOADED },
	};

	(void)arena;
	for (size_t i = 0; i < ARRAY_LEN(states); i++)
		if (strcmp(json_text(entry, "state"), states[i].word) == 0)
			model->state = states[i].state;
}

static bool read_running(const struct answer *answer, struct reading *reading)
{
	return readers_wants_key(answer, reading) ||
	       readers_take_list(answer, "running", "model", MODELS_LOADED, fill_running, reading);
}

/* Only a "model" is an engine of its own. A "peer" is a model of another server, a "selector" chooses one of
 * the others; /running shows neither, and the list always calls them unloaded. Older versions have no type. */
static void fill_model(const struct json *entry, struct obs_model *model, struct arena *arena)
{
	const char *type = json_text(json_member(json_member(entry, "meta"), "llamaswap"), "type");

	(void)arena;
	model->is_elsewhere = *type && strcmp(type, "model") != 0;
}

static bool read_models(const struct answer *answer, struct reading *reading)
{
	return readers_take_openai(answer, fill_model, reading);
}

/* All its own errors carry "src". The root redirects a browser to /ui. */
static enum sureness is_llama_swap(const char *path, const struct answer *answer)
{
	char location[256];

	if (strcmp(json_text(answer->json, "src"), "llama-swap") == 0 ||
		answer_header_has(answer, "WWW-Authenticate", "realm=\"llama-swap\""))
		return SURE;
	if (strcmp(path, "/v1/models") == 0 && readers_owned_by(answer, "llama-swap"))
		return SURE;
	if (strcmp(path, "/running") == 0 && readers_is_json_ok(answer) && json_has(answer->json, "running"))
		return SURE;
	if (strcmp(path, "/") != 0 || answer->status != 302)
		return NOT_IT;
	answer_header(answer, "Location", location, sizeof(location));
	return text_has_suffix(location, "/ui") ? LIKELY : NOT_IT;
}

static const struct request requests[] = {
	{ "/running", COST_FREE, EVERY_POLL, read_running, false },
	{ "/v1/models", COST_FREE, EVERY_MINUTE, read_models, false },
};

const struct family family_llama_swap = {
	.facts = {
		.name = "llama-swap",
		.title = "llama-swap",
		.kind = SERVER_GATEWAY,
		.ports = { 8080, 8443, 9292 },
		.unloads_idle = true,
		.streams = { .counts_tokens = true },
		.management = "unload every model (/unload) and reach each server behind it (/upstream)",
	},
	.recognise = is_llama_swap,
	.confirm = "/running",
	.requests = requests,
	.request_count = ARRAY_LEN(requests),
};
