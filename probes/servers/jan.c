/* Jan, the desktop program: its local API server. From its source and its own API document, not measured.
 *
 * Its list holds the running models, from memory. /v1/models/available, of newer versions, also looks at the
 * disk and loads nothing. The document at /openapi.json is part of the program and needs no key. A request
 * for a host name that is not on its list of trusted hosts gets 403. */
#include "probes/base/mem.h"
#include "probes/base/text.h"
#include "probes/servers/families.h"
#include "probes/servers/readers.h"

#include <string.h>

static const char document[] = "/openapi.json";

/* It refuses in plain words: one text for no key, another for a wrong key. */
static bool wants_key(const struct answer *answer, struct reading *reading)
{
	if (answer->status != 401 || !(answer_body_has(answer, "Missing authorization header") ||
					     answer_body_has(answer, "missing authorization token")))
		return false;
	reading->wants_key = true;
	return true;
}

static bool read_models(const struct answer *answer, struct reading *reading)
{
	return wants_key(answer, reading) ||
	       (readers_is_openai_list(answer) &&
		       readers_take_list(answer, "data", "id", MODELS_LOADED, readers_fill_loaded, reading));
}

static void fill_available(const struct json *entry, struct obs_model *model, struct arena *arena)
{
	const char *status = json_text(entry, "status");

	(void)arena;
	if (strcmp(status, "running") == 0)
		model->state = MODEL_LOADED;
	else if (strcmp(status, "available") == 0)
		model->state = MODEL_COLD;
}

/* Older versions do not know the path. */
static bool is_not_found(const struct answer *answer)
{
	static const char words[] = "Not Found";

	return answer->status == 404 && answer->body_length == strlen(words) &&
	       answer_body_has(answer, words);
}

static bool read_available(const struct answer *answer, struct reading *reading)
{
	return wants_key(answer, reading) || is_not_found(answer) ||
	       (readers_is_openai_list(answer) &&
		       readers_take_list(answer, "data", "id", MODELS_ALL, fill_available, reading));
}

static bool has_its_title(const struct answer *answer)
{
	return readers_is_json_ok(answer) &&
	       text_has_prefix(json_text(json_member(answer->json, "info"), "title"), "Jan API");
}

static bool read_document(const struct answer *answer, struct reading *reading)
{
	(void)reading;
	return has_its_title(answer);
}

/* A Swagger page that brings its own scripts. FastAPI's loads them from elsewhere and is not at the root. */
static enum sureness is_jan(const char *path, const struct answer *answer)
{
	if (strcmp(path, document) == 0)
		return has_its_title(answer) ? SURE : NOT_IT;
	return strcmp(path, "/") == 0 && answer->status == 200 && answer->shape == BODY_HTML &&
			       answer_body_has(answer, "\"/docs/swagger-ui-bundle.js\"")
		       ? LIKELY
		       : NOT_IT;
}

static const struct request requests[] = {
	{ "/v1/models", COST_FREE, EVERY_POLL, read_models, false },
	{ "/v1/models/available", COST_FREE, EVERY_MINUTE, read_available, false },
	{ "/openapi.json", COST_FREE, AT_START, read_document, false },
};

const struct family family_jan = {
	.facts = {
		.name = "jan",
		.title = "Jan",
		.kind = SERVER_ENGINE,
		.ports = { 1337 },
		.trust_host_fix =
			"on %{peer}: in Jan's settings, Local API Server: add %{host} to the trusted hosts",
	},
	.recognise = is_jan,
	.confirm = document,
	.requests = requests,
	.request_count = ARRAY_LEN(requests),
};
