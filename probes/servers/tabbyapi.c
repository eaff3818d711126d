/* TabbyAPI: one model, with a key unless configured otherwise. From its source, not measured.
 *
 * Only /health is open. The list has every model for the administrator's key and only the loaded one for any
 * other, and does not say which of the two it is. Requests for the current model log an error while none is
 * loaded, so that path is not in the table. */
#include "probes/base/mem.h"
#include "probes/servers/families.h"
#include "probes/servers/readers.h"

#include <string.h>

static bool has_status(const struct answer *answer, int status, const char *word)
{
	return answer->status == status && strcmp(json_text(answer->json, "status"), word) == 0;
}

/* After errors it calls itself unhealthy, with 503, until it is restarted: that is shown as a fault. */
static bool read_health(const struct answer *answer, struct reading *reading)
{
	(void)reading;
	return has_status(answer, 200, "healthy");
}

static bool read_models(const struct answer *answer, struct reading *reading)
{
	return readers_take_openai(answer, NULL, reading);
}

static enum sureness is_tabbyapi(const char *path, const struct answer *answer)
{
	static const char refusal[] = "Please provide an API key";
	const struct json *error = json_member(answer->json, "error");

	if (readers_owned_by(answer, "tabbyAPI"))
		return SURE;
	if (strcmp(path, "/health") == 0 &&
		(has_status(answer, 200, "healthy") || has_status(answer, 503, "unhealthy")))
		return LIKELY;
	if (answer->status == 401 && (strcmp(json_text(answer->json, "detail"), refusal) == 0 ||
					     strcmp(json_text(error, "message"), refusal) == 0))
		return LIKELY;
	return NOT_IT;
}

static const struct request requests[] = {
	{ "/health", COST_FREE, EVERY_POLL, read_health, false },
	{ "/v1/models", COST_FREE, EVERY_MINUTE, read_models, false },
};

const struct family family_tabbyapi = {
	.facts = {
		.name = "tabbyapi",
		.title = "TabbyAPI",
		.kind = SERVER_ENGINE,
		.speaks = { [API_RESPONSES] = API_NEVER, [API_MESSAGES] = API_NEVER },
		.ports = { 5000 },
	},
	.recognise = is_tabbyapi,
	.confirm = "/health",
	.requests = requests,
	.request_count = ARRAY_LEN(requests),
};
