/* LocalAI: many models, each loaded by its first request. From its source, not measured.
 *
 * It imitates Ollama, and its only list of loaded models is Ollama's: the figures in it are made up, and
 * older versions do not have it. It can be configured to greet like Ollama; then only a header may give it
 * away. */
#include "probes/base/mem.h"
#include "probes/base/text.h"
#include "probes/servers/families.h"
#include "probes/servers/readers.h"

#include <string.h>

#define LATEST ":latest"

/* Without a body or with "OK", depending on the version. */
static bool is_ready(const struct answer *answer)
{
	return readers_is_empty_ok(answer) || (answer->status == 200 && answer_body_is(answer, "OK"));
}

static bool read_ready(const struct answer *answer, struct reading *reading)
{
	(void)reading;
	return is_ready(answer);
}

static bool is_missing(const struct answer *answer)
{
	return answer->status == 404 && json_has(answer->json, "error");
}

/* Ollama's names end in a tag, those in its own list do not. */
static void fill_loaded(const struct json *entry, struct obs_model *model, struct arena *arena)
{
	(void)entry;
	model->state = MODEL_LOADED;
	if (text_has_suffix(model->id, LATEST))
		model->id = text_keep_n(arena, model->id, strlen(model->id) - strlen(LATEST));
}

static bool read_loaded(const struct answer *answer, struct reading *reading)
{
	return is_missing(answer) || readers_wants_key(answer, reading) ||
	       readers_take_list(answer, "models", "name", MODELS_LOADED, fill_loaded, reading);
}

static bool read_version(const struct answer *answer, struct reading *reading)
{
	if (readers_wants_key(answer, reading))
		return true;
	if (!readers_only_version(answer))
		return false;
	reading->version = text_keep(reading->arena, json_text(answer->json, "version"));
	return true;
}

static bool read_models(const struct answer *answer, struct reading *reading)
{
	return readers_take_openai(answer, NULL, reading);
}

/* For a client that accepts JSON, its root is a summary with its name as title. */
static enum sureness is_localai(const char *path, const struct answer *answer)
{
	if (strcmp(path, "/readyz") == 0)
		return is_ready(answer) ? LIKELY : NOT_IT;
	if (strcmp(path, "/") != 0 || answer->status != 200)
		return NOT_IT;
	if (text_has_prefix(json_text(answer->json, "Title"), "LocalAI"))
		return SURE;
	return answer_has_header(answer, "X-Correlation-ID") || answer_body_has(answer, "<title>LocalAI")
		       ? LIKELY
		       : NOT_IT;
}

static const struct request requests[] = {
	{ "/readyz", COST_FREE, EVERY_POLL, read_ready, false },
	{ "/api/ps", COST_FREE, EVERY_POLL, read_loaded, false },
	{ "/version", COST_FREE, AT_START, read_version, false },
	{ "/v1/models", COST_FREE, EVERY_MINUTE, read_models, false },
};

const struct family family_localai = {
	.facts = {
		.name = "localai",
		.title = "LocalAI",
		.kind = SERVER_ENGINE,
		.ports = { 8080 },
		.unloads_idle = true,
		/* core/http/routes/localai.go of its source; its key, if there is one, is an administrator's. */
		.management = "install and delete models (/models/apply, /models/delete)",
	},
	.recognise = is_localai,
	.confirm = "/readyz",
	.requests = requests,
	.request_count = ARRAY_LEN(requests),
};
