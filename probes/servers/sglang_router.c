/* The SGLang router and its successor, the Shepherd Model Gateway (smg).
 *
 * /readiness counts the workers that are healthy, /v1/models comes from memory. For about a minute after the
 * death of a worker both still tell of it. Neither needs a key, even if the router was given one. */
#include "probes/base/mem.h"
#include "probes/servers/families.h"
#include "probes/servers/readers.h"

#include <math.h>
#include <string.h>

static bool is_readiness(const struct answer *answer)
{
	return answer->shape == BODY_JSON && !isnan(json_amount(answer->json, "healthy_workers"));
}

/* Without a healthy worker it is a 503, which is left to the verdicts on status. */
static bool read_readiness(const struct answer *answer, struct reading *reading)
{
	(void)reading;
	return answer->status == 200 && is_readiness(answer);
}

static bool read_models(const struct answer *answer, struct reading *reading)
{
	return readers_take_openai(answer, NULL, reading);
}

/* mistral.rs has the same owner, but sends its list as JSON with a time in each entry. */
static bool is_list(const struct answer *answer)
{
	const struct json *first = json_first(json_member(answer->json, "data"));

	return readers_is_openai_list(answer) && first && !json_has(first, "created") &&
	       (readers_owned_by(answer, "local") || answer_header_has(answer, "Content-Type", "text/plain"));
}

static enum sureness is_sglang_router(const char *path, const struct answer *answer)
{
	if (strcmp(path, "/readiness") == 0)
		return is_readiness(answer) ? SURE : NOT_IT;
	return strcmp(path, "/v1/models") == 0 && is_list(answer) ? LIKELY : NOT_IT;
}

static enum sureness is_smg(const char *path, const struct answer *answer)
{
	return answer_has_header(answer, "x-smg-error-code") ||
			       (strcmp(path, "/v1/models") == 0 && readers_owned_by(answer, "self_hosted"))
		       ? SURE
		       : NOT_IT;
}

static const struct request requests[] = {
	{ "/readiness", COST_FREE, EVERY_POLL, read_readiness, false },
	{ "/v1/models", COST_FREE, EVERY_MINUTE, read_models, false },
};

const struct family family_sglang_router = {
	.facts = {
		.name = "sglang-router",
		.title = "SGLang router",
		.kind = SERVER_GATEWAY,
		.ports = { 30000 },
		.has_open_list = true,
	},
	.recognise = is_sglang_router,
	.confirm = "/readiness",
	.requests = requests,
	.request_count = ARRAY_LEN(requests),
};

const struct family family_smg = {
	.facts = {
		.name = "smg",
		.title = "smg",
		.kind = SERVER_GATEWAY,
		.ports = { 30000 },
		.has_open_list = true,
	},
	.recognise = is_smg,
	.requests = requests,
	.request_count = ARRAY_LEN(requests),
};
