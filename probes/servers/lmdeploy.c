/* LMDeploy: its models are always loaded. From its source, not measured. Its /terminate ends it, where that was
 * allowed: only the list is requested. */
#include "probes/base/mem.h"
#include "probes/servers/families.h"
#include "probes/servers/readers.h"

#include <string.h>

static bool read_models(const struct answer *answer, struct reading *reading)
{
	return readers_take_openai(answer, readers_fill_loaded, reading);
}

static enum sureness is_lmdeploy(const char *path, const struct answer *answer)
{
	return strcmp(path, "/v1/models") == 0 && readers_owned_by(answer, "lmdeploy") ? SURE : NOT_IT;
}

static const struct request requests[] = {
	{ "/v1/models", COST_FREE, EVERY_POLL, read_models, false },
};

const struct family family_lmdeploy = {
	.facts = {
		.name = "lmdeploy",
		.title = "LMDeploy",
		.kind = SERVER_ENGINE,
		.ports = { 23333 },
		.listen_option = "--server-name 0.0.0.0",
	},
	.recognise = is_lmdeploy,
	.requests = requests,
	.request_count = ARRAY_LEN(requests),
};
