/* Aphrodite, which grew out of vLLM: its models are always loaded. From its source, not measured. */
#include "probes/base/mem.h"
#include "probes/servers/families.h"
#include "probes/servers/prometheus.h"
#include "probes/servers/readers.h"

#include <string.h>

static bool read_health(const struct answer *answer, struct reading *reading)
{
	(void)reading;
	return readers_is_empty_ok(answer);
}

static const struct metric metrics[] = {
	{ "aphrodite:num_requests_running", METRIC_SUM, offsetof(struct reading, figures.running), NULL },
	{ "aphrodite:num_requests_waiting", METRIC_SUM, offsetof(struct reading, figures.waiting), NULL },
	{ "aphrodite:generation_tokens_total", METRIC_SUM, offsetof(struct reading, generated_tokens), NULL },
	{ "aphrodite:prompt_tokens_total", METRIC_SUM, offsetof(struct reading, prompt_tokens), NULL },
};

static bool read_metrics(const struct answer *answer, struct reading *reading)
{
	return answer->status == 200 && answer->shape == BODY_TEXT &&
	       prometheus_read(answer, metrics, ARRAY_LEN(metrics), reading) > 0;
}

static enum sureness is_aphrodite(const char *path, const struct answer *answer)
{
	return strcmp(path, "/v1/models") == 0 && readers_owned_by(answer, "pygmalionai") ? SURE : NOT_IT;
}

static const struct request requests[] = {
	{ "/health", COST_FREE, EVERY_POLL, read_health, false },
	{ "/metrics", COST_FREE, EVERY_POLL, read_metrics, false },
	{ "/v1/models", COST_FREE, EVERY_MINUTE, readers_take_served, false },
};

const struct family family_aphrodite = {
	.facts = {
		.name = "aphrodite",
		.title = "Aphrodite",
		.kind = SERVER_ENGINE,
		.ports = { 2242 },
		.streams = { .counts_tokens = true },
	},
	.recognise = is_aphrodite,
	.requests = requests,
	.request_count = ARRAY_LEN(requests),
};
