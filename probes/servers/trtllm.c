/* trtllm-serve of TensorRT-LLM: one model, always loaded. From its documentation, not measured.
 *
 * Its /metrics hands out what happened since the last reader and forgets it, so another reader would miss what
 * this one took. The figures for Prometheus are at a path of their own, if they are switched on. */
#include "probes/base/mem.h"
#include "probes/base/text.h"
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
	{ "trtllm_num_requests_running", METRIC_SUM, offsetof(struct reading, figures.running), NULL },
	{ "trtllm_num_requests_waiting", METRIC_SUM, offsetof(struct reading, figures.waiting), NULL },
	{ "trtllm_kv_cache_utilization", METRIC_MOST, offsetof(struct reading, figures.kv_cache), NULL },
};

static bool read_metrics(const struct answer *answer, struct reading *reading)
{
	if (readers_is_fastapi_404(answer))
		return true;
	return answer->status == 200 && answer->shape == BODY_TEXT &&
	       prometheus_read(answer, metrics, ARRAY_LEN(metrics), reading) > 0;
}

static bool read_version(const struct answer *answer, struct reading *reading)
{
	if (!readers_only_version(answer))
		return false;
	reading->version = text_keep(reading->arena, json_text(answer->json, "version"));
	return true;
}

static bool read_models(const struct answer *answer, struct reading *reading)
{
	return readers_take_openai(answer, readers_fill_loaded, reading);
}

static enum sureness is_trtllm(const char *path, const struct answer *answer)
{
	return strcmp(path, "/v1/models") == 0 && readers_owned_by(answer, "tensorrt_llm") ? SURE : NOT_IT;
}

static const struct request requests[] = {
	{ "/health", COST_FREE, EVERY_POLL, read_health, false },
	{ "/prometheus/metrics", COST_FREE, EVERY_POLL, read_metrics, false },
	{ "/version", COST_FREE, AT_START, read_version, false },
	{ "/v1/models", COST_FREE, EVERY_MINUTE, read_models, false },
};

const struct family family_trtllm = {
	.facts = {
		.name = "trtllm",
		.title = "TensorRT-LLM",
		.kind = SERVER_ENGINE,
		.ports = { 8000 },
	},
	.recognise = is_trtllm,
	.requests = requests,
	.request_count = ARRAY_LEN(requests),
};
