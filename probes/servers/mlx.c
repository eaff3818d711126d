/* MLX, the server of mlx-lm: Python's plain HTTP server, one process, no key, no figures.
 *
 * /v1/models lists what is in the model cache; whether any of it is in memory is not reported. While the
 * cache folder is missing, the list is a 200 without a body, and each such answer leaves 28 lines in the
 * server's log. So it is requested every minute only, and recognition does without it. */
#include "probes/base/mem.h"
#include "probes/servers/families.h"
#include "probes/servers/readers.h"

#include <string.h>

static bool is_plain_python(const struct answer *answer)
{
	return answer_header_has(answer, "Server", "BaseHTTP/");
}

static bool is_healthy(const struct answer *answer)
{
	return readers_is_json_ok(answer) && strcmp(json_text(answer->json, "status"), "ok") == 0;
}

static bool read_health(const struct answer *answer, struct reading *reading)
{
	(void)reading;
	return is_healthy(answer);
}

static bool has_no_cache(const struct answer *answer)
{
	return answer->status == 200 && answer->shape == BODY_EMPTY &&
	       answer_header_has(answer, "Content-Type", "json");
}

static bool read_models(const struct answer *answer, struct reading *reading)
{
	return has_no_cache(answer) || readers_take_openai(answer, NULL, reading);
}

/* Its 404 is plain text with a Content-Type of JSON. Its health is worded like that of other servers: it is
 * proof only with the header. */
static enum sureness is_mlx(const char *path, const struct answer *answer)
{
	if (strcmp(path, "/health") == 0 && is_healthy(answer))
		return is_plain_python(answer) ? SURE : LIKELY;
	if (answer->status == 404 && answer_header_has(answer, "Content-Type", "json") &&
		answer_body_is(answer, "Not Found"))
		return LIKELY;
	return NOT_IT;
}

static const struct request requests[] = {
	{ "/health", COST_FREE, EVERY_POLL, read_health, false },
	{ "/v1/models", COST_FREE, EVERY_MINUTE, read_models, false },
};

const struct family family_mlx = {
	.facts = {
		.name = "mlx",
		.title = "MLX",
		.kind = SERVER_ENGINE,
		.speaks = { [API_RESPONSES] = API_NEVER, [API_MESSAGES] = API_NEVER },
		.ports = { 8080 },
	},
	.recognise = is_mlx,
	.confirm = "/health",
	.requests = requests,
	.request_count = ARRAY_LEN(requests),
};
