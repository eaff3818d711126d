/* NVIDIA NIM for LLMs, from its makers' documentation of the API and of its metrics; no recording of it
 * exists.
 *
 * Version 2 contains vLLM, according to its documentation; if its list of models says so, it is read as vLLM,
 * which was not tried. Older ones say `"owned_by":"system"`. Health, metadata and metrics are the container's
 * own and wake nothing. `/v1/health/ready` is 503 until the model is loaded; no document says what is in that
 * answer, so it is left to the verdicts on status. */
#include "probes/base/mem.h"
#include "probes/base/text.h"
#include "probes/servers/families.h"
#include "probes/servers/prometheus.h"
#include "probes/servers/readers.h"

#include <string.h>

static bool read_ready(const struct answer *answer, struct reading *reading)
{
	(void)reading;
	return readers_is_json_ok(answer) && json_text(answer->json, "message")[0];
}

static bool is_metadata(const struct answer *answer)
{
	return readers_is_json_ok(answer) && json_is_array(json_member(answer->json, "modelInfo")) &&
	       json_text(answer->json, "version")[0];
}

static bool read_metadata(const struct answer *answer, struct reading *reading)
{
	if (!is_metadata(answer))
		return false;
	reading->version = text_keep(reading->arena, json_text(answer->json, "version"));
	return true;
}

/* vLLM's names without its prefix. */
static const struct metric metrics[] = {
	{ "num_requests_running", METRIC_SUM, offsetof(struct reading, figures.running), NULL },
	{ "num_requests_waiting", METRIC_SUM, offsetof(struct reading, figures.waiting), NULL },
	{ "num_request_max", METRIC_SUM, offsetof(struct reading, figures.slots), NULL },
	{ "gpu_cache_usage_perc", METRIC_MOST, offsetof(struct reading, figures.kv_cache), NULL },
	{ "generation_tokens_total", METRIC_SUM, offsetof(struct reading, generated_tokens), NULL },
	{ "prompt_tokens_total", METRIC_SUM, offsetof(struct reading, prompt_tokens), NULL },
	{ "time_to_first_token_seconds_bucket", METRIC_BUCKETS, TIMING_TTFT, NULL },
	{ "time_per_output_token_seconds_bucket", METRIC_BUCKETS, TIMING_TOKEN, NULL },
};

static bool read_metrics(const struct answer *answer, struct reading *reading)
{
	return answer->status == 200 && answer->shape == BODY_TEXT &&
	       prometheus_read(answer, metrics, ARRAY_LEN(metrics), reading);
}

static enum sureness is_nim(const char *path, const struct answer *answer)
{
	const struct json *first = json_first(json_member(answer->json, "data"));

	if (strcmp(path, "/v1/metadata") == 0)
		return is_metadata(answer) ? SURE : NOT_IT;
	return readers_owned_by(answer, "system") && json_has(first, "max_model_len") ? LIKELY : NOT_IT;
}

static const struct request requests[] = {
	{ "/v1/health/ready", COST_FREE, EVERY_POLL, read_ready, false },
	{ "/v1/metrics", COST_FREE, EVERY_POLL, read_metrics, false },
	{ "/v1/models", COST_FREE, EVERY_MINUTE, readers_take_served, false },
	{ "/v1/metadata", COST_FREE, AT_START, read_metadata, false },
};

const struct family family_nim = {
	.facts = {
		.name = "nim",
		.title = "NIM",
		.kind = SERVER_ENGINE,
		.ports = { 8000 },
		.figures_path = "/v1/metrics",
	},
	.recognise = is_nim,
	.confirm = "/v1/metadata",
	.requests = requests,
	.request_count = ARRAY_LEN(requests),
};
