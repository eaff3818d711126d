/* Open WebUI: a front end, whose statements about engines cannot be trusted.
 *
 * It answers every unknown path with its page and 200, and lists old models while every engine is dead, so
 * only its own state is requested. `onboarding` means that there is no account yet, or that log-in is
 * switched off: the first visitor becomes administrator. */
#include "probes/base/mem.h"
#include "probes/base/text.h"
#include "probes/servers/families.h"
#include "probes/servers/readers.h"

#include <string.h>

static bool read_health(const struct answer *answer, struct reading *reading)
{
	(void)reading;
	return readers_is_json_ok(answer) && json_true(answer->json, "status");
}

static bool is_config(const struct answer *answer)
{
	return readers_is_json_ok(answer) && json_text(answer->json, "version")[0] &&
	       json_has(json_member(answer->json, "features"), "auth");
}

static bool read_config(const struct answer *answer, struct reading *reading)
{
	if (!is_config(answer))
		return false;
	reading->version = text_keep(reading->arena, json_text(answer->json, "version"));
	reading->open_onboarding = json_true(answer->json, "onboarding");
	return true;
}

static enum sureness is_open_webui(const char *path, const struct answer *answer)
{
	if (strcmp(path, "/api/config") == 0)
		return is_config(answer) ? SURE : NOT_IT;
	if (answer->status == 200 && answer->shape == BODY_HTML && answer_body_has(answer, "Open WebUI"))
		return LIKELY;
	return NOT_IT;
}

static const struct request requests[] = {
	{ "/health", COST_FREE, EVERY_POLL, read_health, false },
	{ "/api/config", COST_FREE, EVERY_MINUTE, read_config, false },
};

const struct family family_open_webui = {
	.facts = {
		.name = "open-webui",
		.title = "Open WebUI",
		.kind = SERVER_FRONT_END,
		.api = "/api",
		.ports = { 3000, 8080 },
	},
	.recognise = is_open_webui,
	.confirm = "/api/config",
	.requests = requests,
	.request_count = ARRAY_LEN(requests),
};
