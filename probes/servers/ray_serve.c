/* Ray Serve: the proxy in front of applications of any kind.
 *
 * Every path but those under /-/ belongs to an application and would be work for it, so only those under /-/
 * are requested. They tell about the proxy alone: health is a 200 even if replicas hang, are dead or were
 * removed, and the routes name applications, not models. */
#include "probes/base/mem.h"
#include "probes/servers/families.h"
#include "probes/servers/readers.h"

#include <string.h>

/* In its first seconds, before an application is deployed. */
static bool is_starting(const struct answer *answer)
{
	return answer->status == 503 && answer_body_is(answer, "Route table is not populated yet.");
}

/* {"/":"llm"}: prefixes and the applications behind them; {} if there are none. */
static bool is_routes(const struct answer *answer)
{
	if (answer->status != 200 || !json_is_object(answer->json))
		return false;
	for (const struct json *route = json_first(answer->json); route; route = json_next(route))
		if (json_key(route)[0] != '/' || !json_string(route)[0])
			return false;
	return true;
}

static bool read_health(const struct answer *answer, struct reading *reading)
{
	reading->is_loading = is_starting(answer);
	return reading->is_loading || (answer->status == 200 && answer_body_is(answer, "success"));
}

static bool read_routes(const struct answer *answer, struct reading *reading)
{
	reading->is_loading = is_starting(answer);
	return reading->is_loading || is_routes(answer);
}

/* Without an application, every path but its own says where its own are. */
static enum sureness is_ray_serve(const char *path, const struct answer *answer)
{
	if (strcmp(path, "/-/routes") == 0)
		return is_routes(answer) || is_starting(answer) ? SURE : NOT_IT;
	if (answer->status == 404 && answer->shape == BODY_TEXT &&
		answer_body_has(answer, "/-/routes for available routes"))
		return SURE;
	return readers_is_fastapi_404(answer) && readers_has_uuid(answer) ? LIKELY : NOT_IT;
}

static const struct request requests[] = {
	{ "/-/healthz", COST_FREE, EVERY_POLL, read_health, false },
	{ "/-/routes", COST_FREE, EVERY_MINUTE, read_routes, false },
};

const struct family family_ray_serve = {
	.facts = {
		.name = "ray-serve",
		.title = "Ray Serve",
		.kind = SERVER_GATEWAY,
		.api = "",
		.ports = { 8000 },
	},
	.recognise = is_ray_serve,
	.confirm = "/-/routes",
	.requests = requests,
	.request_count = ARRAY_LEN(requests),
};
