/* SGLang: one model, always loaded. From its source, not measured.
 *
 * Its `GET /health` generates a token if nothing else runs, and takes at least a second, so it is not in the
 * table; the list of models costs nothing. /get_model_info would tell nothing more, and newer versions log a
 * warning for each request of it. /metrics exists only with --enable-metrics. */
#include "probes/base/mem.h"
#include "probes/servers/families.h"
#include "probes/servers/prometheus.h"
#include "probes/servers/readers.h"

#define PATIENCE_S 40

/* Tokens are counted when a request ends, so they do not show progress; newer versions count those of each
 * step as well (realtime_tokens), at intervals of some steps. Of an answer that is not streamed, the first
 * token comes with the last one, so its time is no time to a first token. Older versions have another name
 * for the time between tokens. */
static const struct metric metrics[] = {
	{ "sglang:num_running_reqs", METRIC_SUM, offsetof(struct reading, figures.running), NULL },
	{ "sglang:num_queue_reqs", METRIC_SUM, offsetof(struct reading, figures.waiting), NULL },
	{ "sglang:token_usage", METRIC_MOST, offsetof(struct reading, figures.kv_cache), NULL },
	{ "sglang:generation_tokens_total", METRIC_SUM, offsetof(struct reading, generated_tokens), NULL },
	{ "sglang:prompt_tokens_total", METRIC_SUM, offsetof(struct reading, prompt_tokens), NULL },
	{ "sglang:realtime_tokens_total", METRIC_SUM, offsetof(struct reading, progress), NULL },
	{ "sglang:time_to_first_token_seconds_bucket", METRIC_BUCKETS, TIMING_TTFT,
		"!is_streaming=\"false\"" },
	{ "sglang:inter_token_latency_seconds_bucket", METRIC_BUCKETS, TIMING_TOKEN, NULL },
	{ "sglang:time_per_output_token_seconds_bucket", METRIC_BUCKETS, TIMING_TOKEN, NULL },
	{ "sglang:queue_time_seconds_bucket", METRIC_BUCKETS, TIMING_QUEUE, NULL },
};

static bool read_metrics(const struct answer *answer, struct reading *reading)
{
	if (readers_is_fastapi_404(answer) || readers_wants_key(answer, reading))
		return true;
	reading->patience_s = PATIENCE_S;
	return answer->status == 200 && answer->shape == BODY_TEXT &&
	       (prometheus_read(answer, metrics, ARRAY_LEN(metrics), reading) ||
		       answer_body_has(answer, "sglang:") || answer_body_has(answer, "sglang_"));
}

static enum sureness is_sglang(const char *path, const struct answer *answer)
{
	(void)path;
	return readers_owned_by(answer, "sglang") ? SURE : NOT_IT;
}

static const struct request requests[] = {
	{ "/v1/models", COST_FREE, EVERY_POLL, readers_take_served, false },
	{ "/metrics", COST_FREE, EVERY_POLL, read_metrics, false },
};

const struct family family_sglang = {
	.facts = {
		.name = "sglang",
		.title = "SGLang",
		.kind = SERVER_ENGINE,
		.ports = { 30000 },
		.streams = { .counts_tokens = true },
		.management = "empty its cache (/flush_cache)",
		.figures_path = "/metrics",
		.figures_fix = "on %{peer}: start it with --enable-metrics",
		.context_fix = "on %{peer}: start it with --context-length 32768, if the model and the "
			"memory allow it",
	},
	.recognise = is_sglang,
	.requests = requests,
	.request_count = ARRAY_LEN(requests),
};
