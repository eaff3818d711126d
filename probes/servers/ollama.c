/* Ollama: /api/ps lists what is loaded, /api/tags what could be, /api/version identifies it.
 *
 * None of the three keeps a model alive or loads one (measured with 0.17.4), and none reports work: Ollama
 * hides its queue. An expiry in the past is not a fault: it is moved when a request ends. */
#include "probes/base/mem.h"
#include "probes/base/text.h"
#include "probes/base/when.h"
#include "probes/servers/families.h"
#include "probes/servers/readers.h"

#include <string.h>

/* "bert", "nomic-bert": they make vectors. */
static bool is_embedder(const struct json *details)
{
	return strstr(json_text(details, "family"), "bert") != NULL;
}

static void fill_model(const struct json *entry, struct obs_model *model, struct arena *arena)
{
	const struct json *details = json_member(entry, "details");
	const char *quantisation = json_text(details, "quantization_level");
	const char *remote = json_text(entry, "remote_host"), *scheme = strstr(remote, "://");

	model->size_bytes = json_amount(entry, "size");
	model->context = json_amount(details, "context_length");
	model->is_no_chat = is_embedder(details);
	if (strcmp(quantisation, "unknown") != 0)
		model->quantisation = text_keep(arena, quantisation);
	model->remote_host = text_keep(arena, scheme ? scheme + 3 : remote);
	model->is_elsewhere = *remote != '\0';
}

static void fill_loaded(const struct json *entry, struct obs_model *model, struct arena *arena)
{
	fill_model(entry, model, arena);
	model->state = MODEL_LOADED;
	model->vram_bytes = json_amount(entry, "size_vram");
	model->context = json_amount(entry, "context_length");
	model->expires_at = when_parse(json_text(entry, "expires_at"));
}

/* Whether an expiry has passed is a question of Ollama's own clock, so its Date is kept. */
static bool read_loaded(const struct answer *answer, struct reading *reading)
{
	reading->reported_at = readers_date(answer);
	return readers_take_list(answer, "models", "name", MODELS_LOADED, fill_loaded, reading);
}

static bool read_library(const struct answer *answer, struct reading *reading)
{
	return readers_take_list(answer, "models", "name", MODELS_ALL, fill_model, reading);
}

/* The same models on the path that OpenAI clients use: it shows whether that path is open to them. */
static bool read_openai(const struct answer *answer, struct reading *reading)
{
	return readers_take_openai(answer, fill_model, reading);
}

static bool read_version(const struct answer *answer, struct reading *reading)
{
	if (!readers_only_version(answer))
		return false;
	reading->version = text_keep(reading->arena, json_text(answer->json, "version"));
	return true;
}

/* LocalAI imitates these paths; a header gives it away. */
static enum sureness is_ollama(const char *path, const struct answer *answer)
{
	if (answer->status != 200 || answer_has_header(answer, "X-Correlation-ID"))
		return NOT_IT;
	if (strcmp(path, "/") == 0)
		return answer_body_is(answer, "Ollama is running") ? SURE : NOT_IT;
	if (strcmp(path, "/api/version") == 0)
		return readers_only_version(answer) ? LIKELY : NOT_IT;
	/* Models of users and of Hugging Face have other owners than the library's. */
	if (strcmp(path, "/v1/models") == 0)
		return readers_owns_some(answer, "library") ? LIKELY : NOT_IT;
	return NOT_IT;
}

static const struct request requests[] = {
	{ "/api/ps", COST_FREE, EVERY_POLL, read_loaded, false },
	{ "/api/version", COST_FREE, AT_START, read_version, false },
	{ "/api/tags", COST_FREE, EVERY_MINUTE, read_library, false },
	{ "/v1/models", COST_FREE, EVERY_MINUTE, read_openai, false },
};

const struct family family_ollama = {
	.facts = {
		.name = "ollama",
		.title = "Ollama",
		.kind = SERVER_ENGINE,
		.speaks = { [API_RESPONSES] = "0.13.3", [API_MESSAGES] = "0.14.0", [API_OLLAMA] = API_ALWAYS },
		.ports = { 11434 },
		.checks_host = true,
		.unloads_idle = true,
		.streams = { .counts_tokens = true, .reports_times = true },
		.full_status = 503,
		.full_words = "maximum pending requests",
		.listen_option = "OLLAMA_HOST=0.0.0.0",
		.get_model_fix = "on %{peer}: run ollama pull with the name of a model "
			"(https://ollama.com/library)",
		.log = { .unit = "ollama.service",
			.file = ".ollama/logs/server.log",
			.windows = "Get-Content -Tail 100 -Wait $env:LOCALAPPDATA\\Ollama\\server.log" },
		.no_guard = "OLLAMA_API_KEY",
		.management = "pull, create and delete models (/api/pull, /api/create, /api/delete)",
		.context_fix = "on %{peer}: %{context}; if the model and the memory allow it",
	},
	.recognise = is_ollama,
	.confirm = "/api/version",
	.requests = requests,
	.request_count = ARRAY_LEN(requests),
};
