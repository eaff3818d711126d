/* Olla, a proxy in front of other servers. From its source, not measured.
 *
 * Everything below /olla/ that it does not answer itself goes to an engine, so only its list is requested
 * there. Its root is a 404 like that of any program in Go. */
#include "probes/base/mem.h"
#include "probes/base/text.h"
#include "probes/servers/families.h"
#include "probes/servers/readers.h"

#include <string.h>
#include <strings.h>

static bool is_version(const struct answer *answer)
{
	return readers_is_json_ok(answer) && strcasecmp(json_text(answer->json, "name"), "olla") == 0;
}

static bool read_health(const struct answer *answer, struct reading *reading)
{
	(void)reading;
	return readers_is_json_ok(answer) && strcmp(json_text(answer->json, "status"), "healthy") == 0;
}

static bool read_version(const struct answer *answer, struct reading *reading)
{
	if (!is_version(answer))
		return false;
	reading->version = text_keep(reading->arena, json_text(answer->json, "version"));
	return true;
}

static bool read_models(const struct answer *answer, struct reading *reading)
{
	return readers_take_openai(answer, NULL, reading);
}

static enum sureness is_olla(const char *path, const struct answer *answer)
{
	if (strcmp(path, "/version") == 0)
		return is_version(answer) ? SURE : NOT_IT;
	return strcmp(path, "/") == 0 && answer->status == 404 &&
			       answer_body_is(answer, "404 page not found\n")
		       ? LIKELY
		       : NOT_IT;
}

static const struct request requests[] = {
	{ "/internal/health", COST_FREE, EVERY_POLL, read_health, false },
	{ "/version", COST_FREE, AT_START, read_version, false },
	{ "/olla/openai/v1/models", COST_FREE, EVERY_MINUTE, read_models, false },
};

const struct family family_olla = {
	.facts = {
		.name = "olla",
		.title = "Olla",
		.kind = SERVER_GATEWAY,
		.api = "/olla/openai/v1",
		.ports = { 40114 },
	},
	.recognise = is_olla,
	.confirm = "/version",
	.requests = requests,
	.request_count = ARRAY_LEN(requests),
};
