/* The server of llama-cpp-python: no health, no counters, no queue.
 *
 * Its `GET /v1/models` breaks off the running answers of other users (five of five, measured with 0.3.36), so
 * it is not in the table, and recognition does not send it either. The sign of life is a 404 on the root,
 * which does not reach the engine. */
#include "probes/base/mem.h"
#include "probes/base/text.h"
#include "probes/servers/families.h"
#include "probes/servers/readers.h"

#include <ctype.h>
#include <string.h>

/* 32 hex digits without dashes: similar servers send none, or one with dashes. */
static bool has_plain_request_id(const struct answer *answer)
{
	char id[40];
	size_t digits = 0;

	answer_header(answer, "x-request-id", id, sizeof(id));
	while (isxdigit((unsigned char)id[digits]))
		digits++;
	return digits == 32 && !id[digits];
}

static const struct json *document_info(const struct answer *answer)
{
	return readers_is_json_ok(answer) ? json_member(answer->json, "info") : NULL;
}

static bool has_its_title(const struct answer *answer)
{
	return strstr(json_text(document_info(answer), "title"), "llama.cpp Python API") != NULL;
}

static bool read_root(const struct answer *answer, struct reading *reading)
{
	return readers_is_fastapi_404(answer) || readers_wants_key(answer, reading);
}

static bool read_document(const struct answer *answer, struct reading *reading)
{
	if (!has_its_title(answer))
		return false;
	reading->version = text_keep(reading->arena, json_text(document_info(answer), "version"));
	return true;
}

static enum sureness is_llama_cpp_python(const char *path, const struct answer *answer)
{
	if (strcmp(path, "/openapi.json") == 0)
		return has_its_title(answer) ? SURE : NOT_IT;
	return readers_is_fastapi_404(answer) && has_plain_request_id(answer) ? LIKELY : NOT_IT;
}

static const struct request requests[] = {
	{ "/", COST_FREE, EVERY_POLL, read_root, false },
	{ "/openapi.json", COST_FREE, AT_START, read_document, false },
};

const struct family family_llama_cpp_python = {
	.facts = {
		.name = "llama-cpp-python",
		.title = "llama-cpp-python",
		.kind = SERVER_ENGINE,
		.speaks = { [API_RESPONSES] = API_NEVER, [API_MESSAGES] = API_NEVER },
		.ports = { 8000 },
		.streams = { .cuts_answers = true },
	},
	.recognise = is_llama_cpp_python,
	.confirm = "/openapi.json",
	.shuns_models = true,
	.requests = requests,
	.request_count = ARRAY_LEN(requests),
};
