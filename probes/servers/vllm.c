/* vLLM: one model, always loaded, with figures for everything.
 *
 * /health is an empty 200. When the engine has died it is an empty 503, which is left to the verdicts on
 * status. Gauges freeze when the engine hangs while every path still says 200, so progress is judged by the
 * counters. */
#include "probes/base/mem.h"
#include "probes/base/text.h"
#include "probes/servers/families.h"
#include "probes/servers/prometheus.h"
#include "probes/servers/readers.h"

#include <math.h>
#include <string.h>

static bool read_health(const struct answer *answer, struct reading *reading)
{
	(void)reading;
	return readers_is_empty_ok(answer);
}

#define STARTED_END 253402300800.0 /* seconds since 1970: the year 10000 */
#define PATIENCE_S 20

/* Older versions have other names for the cache and for the time between tokens. Progress is every token and
 * every step of the engine: a long prompt is processed in steps that yield no token. The start time is
 * missing if there are several API servers. */
static const struct metric metrics[] = {
	{ "vllm:num_requests_running", METRIC_SUM, offsetof(struct reading, figures.running), NULL },
	{ "vllm:num_requests_waiting", METRIC_SUM, offsetof(struct reading, figures.waiting), NULL },
	{ "vllm:kv_cache_usage_perc", METRIC_MOST, offsetof(struct reading, figures.kv_cache), NULL },
	{ "vllm:gpu_cache_usage_perc", METRIC_MOST, offsetof(struct reading, figures.kv_cache), NULL },
	{ "vllm:generation_tokens_total", METRIC_SUM, offsetof(struct reading, generated_tokens), NULL },
	{ "vllm:prompt_tokens_total", METRIC_SUM, offsetof(struct reading, prompt_tokens), NULL },
	{ "vllm:num_preemptions_total", METRIC_SUM, offsetof(struct reading, figures.preemptions), NULL },
	{ "vllm:admission_rejections_total", METRIC_SUM, offsetof(struct reading, rejected), NULL },
	{ "vllm:generation_tokens_total", METRIC_SUM, offsetof(struct reading, progress), NULL },
	{ "vllm:prompt_tokens_total", METRIC_SUM, offsetof(struct reading, progress), NULL },
	{ "vllm:iteration_tokens_total_count", METRIC_SUM, offsetof(struct reading, progress), NULL },
	{ "vllm:engine_sleep_state", METRIC_SUM, offsetof(struct reading, asleep),
		"sleep_state=\"weights_offloaded\"" },
	{ "vllm:engine_sleep_state", METRIC_SUM, offsetof(struct reading, asleep),
		"sleep_state=\"discard_all\"" },
	{ "process_start_time_seconds", METRIC_MOST, offsetof(struct reading, started), NULL },
	{ "vllm:time_to_first_token_seconds_bucket", METRIC_BUCKETS, TIMING_TTFT, NULL },
	{ "vllm:inter_token_latency_seconds_bucket", METRIC_BUCKETS, TIMING_TOKEN, NULL },
	{ "vllm:time_per_output_token_seconds_bucket", METRIC_BUCKETS, TIMING_TOKEN, NULL },
	{ "vllm:request_queue_time_seconds_bucket", METRIC_BUCKETS, TIMING_QUEUE, NULL },
	{ "vllm:request_prefill_time_seconds_bucket", METRIC_BUCKETS, TIMING_PREFILL, NULL },
};

/* A changed start time means a new process. */
static bool read_metrics(const struct answer *answer, struct reading *reading)
{
	if (answer->status != 200 || answer->shape != BODY_TEXT ||
		!prometheus_read(answer, metrics, ARRAY_LEN(metrics), reading))
		return false;
	reading->patience_s = PATIENCE_S;
	reading->is_sleeping = reading->asleep > 0;
	if (!(reading->started < STARTED_END))
		reading->started = NAN;
	else
		reading->incarnation = arena_printf(reading->arena, "%.2f", reading->started);
	return true;
}

static bool read_version(const struct answer *answer, struct reading *reading)
{
	if (!readers_only_version(answer))
		return false;
	reading->version = text_keep(reading->arena, json_text(answer->json, "version"));
	return true;
}

/* With a key set, everything under /v1 is 401 with plain text, and /version identifies it. */
static enum sureness is_vllm(const char *path, const struct answer *answer)
{
	if (strcmp(path, "/version") == 0)
		return readers_only_version(answer) ? LIKELY : NOT_IT;
	if (strcmp(path, "/v1/models") != 0)
		return NOT_IT;
	if (readers_owned_by(answer, "vllm"))
		return SURE;
	if (answer->status == 401 && strcmp(json_text(answer->json, "error"), "Unauthorized") == 0)
		return LIKELY;
	return NOT_IT;
}

static const struct request requests[] = {
	{ "/health", COST_FREE, EVERY_POLL, read_health, false },
	{ "/metrics", COST_FREE, EVERY_POLL, read_metrics, false },
	{ "/version", COST_FREE, AT_START, read_version, false },
	{ "/v1/models", COST_FREE, EVERY_MINUTE, readers_take_served, false },
};

const struct family family_vllm = {
	.facts = {
		.name = "vllm",
		.title = "vLLM",
		.kind = SERVER_ENGINE,
		.speaks = { [API_RESPONSES] = "0.10.0", [API_MESSAGES] = "0.11.1" },
		.ports = { 8000 },
		.streams = { .counts_tokens = true },
		.figures_path = "/metrics",
		.figures_fix = "on %{peer}: start it without --disable-log-stats",
		.stays_asleep = true,
		.empty_error = "its engine process is dead",
		.context_fix = "on %{peer}: start it with --max-model-len 32768, if the model and the "
			"memory allow it",
	},
	.recognise = is_vllm,
	.confirm = "/version",
	.requests = requests,
	.request_count = ARRAY_LEN(requests),
};
