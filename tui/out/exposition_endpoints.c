/* Metrics of endpoints (one for each URL), of engines (one for each engine) and of models. */
#include "probes/model/fields.h"
#include "tui/out/exposition_tables.h"

#include <math.h>
#include <string.h>

static const struct endpoint *endpoint_of(const struct exposition *exposition, size_t row)
{
	return &exposition->snapshot->endpoints[row];
}

static const char *label_of(const struct exposition *exposition, size_t row)
{
	return exposition->labels->endpoints[row];
}

static void put_info(struct exposition *exposition, const struct metric *metric, size_t row)
{
	const struct endpoint *endpoint = endpoint_of(exposition, row);

	exposition_put(exposition, metric, 1, "endpoint", label_of(exposition, row), "peer",
		labels_peer(exposition->labels, endpoint->peer), "engine",
		exposition_memory_engine(exposition->memory, row), "server", endpoint->server, "version",
		endpoint->version, "url", endpoint->url, NULL);
}

static void put_state(struct exposition *exposition, const struct metric *metric, size_t row)
{
	for (int state = 0; state < STATE_COUNT; state++)
		exposition_put(exposition, metric, (int)endpoint_of(exposition, row)->state == state,
			"endpoint", label_of(exposition, row), "state", state_name((enum state)state), NULL);
}

static void put_of_answer(struct exposition *exposition, const struct metric *metric, size_t row)
{
	exposition_put_figures(exposition, metric, endpoint_of(exposition, row), "endpoint",
		label_of(exposition, row), NULL, NULL);
}

static void put_certificate(struct exposition *exposition, const struct metric *metric, size_t row)
{
	int64_t at = endpoint_of(exposition, row)->cert_not_after;

	exposition_put(exposition, metric, at ? (double)at / 1000 : NAN, "endpoint",
		label_of(exposition, row), NULL);
}

/* By cost: free from the start, the others once there was one. */
static void put_requests(struct exposition *exposition, const struct metric *metric, size_t row)
{
	const struct span sent = endpoint_of(exposition, row)->sent;
	double sums[COST_COUNT] = { 0 };

	for (size_t i = 0; i < sent.count; i++) {
		const struct sent *one = &exposition->snapshot->sents[sent.first + i];

		sums[one->cost] += one->count;
	}
	for (int cost = 0; cost < COST_COUNT; cost++)
		if (sums[cost] > 0 || cost == COST_FREE)
			exposition_put(exposition, metric, sums[cost], "endpoint", label_of(exposition, row),
				"cost", cost_name((enum cost)cost), NULL);
}

/* ---- models ---- */

/* A server may list a model twice. */
static bool is_first(const struct model *models, size_t at)
{
	for (size_t i = 0; i < at; i++)
		if (strcmp(models[i].id, models[at].id) == 0)
			return false;
	return true;
}

static void put_models(struct exposition *exposition, const struct metric *metric, size_t row,
	double (*value)(const struct endpoint *endpoint, const struct model *model))
{
	const struct endpoint *endpoint = endpoint_of(exposition, row);
	const struct model *models = exposition->snapshot->models + endpoint->models.first;

	for (size_t i = 0; i < endpoint->models.count && endpoint->models_known; i++)
		if (is_first(models, i))
			exposition_put(exposition, metric, value(endpoint, &models[i]), "endpoint",
				label_of(exposition, row), "model", models[i].id, NULL);
}

static double is_loaded(const struct endpoint *endpoint, const struct model *model)
{
	return endpoint->loaded_known ? model->state == MODEL_LOADED : NAN;
}

/* What a model that is not loaded takes is space on a disk. */
static double memory_of(const struct endpoint *endpoint, const struct model *model)
{
	return endpoint->loaded_known && model->state == MODEL_LOADED ? model->size_bytes : NAN;
}

static double gpu_memory_of(const struct endpoint *endpoint, const struct model *model)
{
	return endpoint->loaded_known && model->state == MODEL_LOADED ? model->vram_bytes : NAN;
}

static void put_loaded(struct exposition *exposition, const struct metric *metric, size_t row)
{
	put_models(exposition, metric, row, is_loaded);
}

static void put_memory(struct exposition *exposition, const struct metric *metric, size_t row)
{
	put_models(exposition, metric, row, memory_of);
}

static void put_gpu_memory(struct exposition *exposition, const struct metric *metric, size_t row)
{
	put_models(exposition, metric, row, gpu_memory_of);
}

/* ---- engines ---- */

/* The figures that one endpoint lacks may have been told at another one of the same engine. */
static void put_of_engine(struct exposition *exposition, const struct metric *metric, size_t row)
{
	const struct snapshot *snapshot = exposition->snapshot;
	const struct endpoint *lead = endpoint_of(exposition, row);
	struct figures figures = lead->figures;

	for (size_t i = 0; i < snapshot->endpoint_count && lead->others; i++)
		if (snapshot->endpoints[i].lead == row)
			fields_share(&fields_engine, &figures, &snapshot->endpoints[i].figures);
	exposition_put_figures(exposition, metric, &figures, "engine",
		exposition_memory_engine(exposition->memory, row), NULL, NULL);
}

static void put_of_latency(struct exposition *exposition, const struct metric *metric, size_t row)
{
	exposition_put_figures(exposition, metric, &endpoint_of(exposition, row)->latency, "engine",
		exposition_memory_engine(exposition->memory, row), NULL, NULL);
}

/* clang-format off */
const struct metric exposition_endpoints[] = {
	{ "tsllm_endpoint_info", METRIC_GAUGE, PER_ENDPOINT, put_info,
		"What an endpoint is: its peer, its engine, the kind and version of its server, its URL.", NULL, { { 0 } } },
	{ "tsllm_endpoint_state", METRIC_GAUGE, PER_ENDPOINT, put_state,
		"The state of the endpoint: 1 for that state, 0 for the others.", NULL, { { 0 } } },
	{ "tsllm_endpoint_first_byte_seconds", METRIC_GAUGE, PER_ENDPOINT, put_of_answer,
		"Time to the first byte of the answer to our own request, median.", &fields_answer, { { "ttfb_ms", NULL } } },
	{ "tsllm_endpoint_connect_seconds", METRIC_GAUGE, PER_ENDPOINT, put_of_answer,
		"TCP handshake of the last new connection.", &fields_answer, { { "connect_ms", NULL } } },
	{ "tsllm_endpoint_tls_seconds", METRIC_GAUGE, PER_ENDPOINT, put_of_answer,
		"TLS handshake of the last new connection.", &fields_answer, { { "tls_ms", NULL } } },
	{ "tsllm_endpoint_certificate_expiry_timestamp_seconds", METRIC_GAUGE, PER_ENDPOINT, put_certificate,
		"When the endpoint's certificate expires.", NULL, { { 0 } } },
	{ "tsllm_requests_total", METRIC_COUNTER, PER_ENDPOINT, put_requests,
		"Requests that tsllm-top sent to the endpoint, by what they cost.", NULL, { { 0 } } },
	{ "tsllm_model_loaded", METRIC_GAUGE, PER_ENDPOINT, put_loaded,
		"Whether the model is loaded, where the server tells.", NULL, { { 0 } } },
	{ "tsllm_model_memory_bytes", METRIC_GAUGE, PER_ENDPOINT, put_memory,
		"Memory that the loaded model takes.", NULL, { { 0 } } },
	{ "tsllm_model_gpu_memory_bytes", METRIC_GAUGE, PER_ENDPOINT, put_gpu_memory,
		"GPU memory that the loaded model takes.", NULL, { { 0 } } },
	{ "tsllm_engine_running_requests", METRIC_GAUGE, PER_ENGINE, put_of_engine,
		"Requests that the engine works on.", &fields_engine, { { "running", NULL } } },
	{ "tsllm_engine_waiting_requests", METRIC_GAUGE, PER_ENGINE, put_of_engine,
		"Requests in the engine's queue.", &fields_engine, { { "waiting", NULL } } },
	{ "tsllm_engine_request_slots", METRIC_GAUGE, PER_ENGINE, put_of_engine,
		"Requests that the engine works on at once.", &fields_engine, { { "slots", NULL } } },
	{ "tsllm_engine_kv_cache_usage_ratio", METRIC_GAUGE, PER_ENGINE, put_of_engine,
		"Share of the KV cache in use.", &fields_engine, { { "kv_cache", NULL } } },
	{ "tsllm_engine_generated_tokens_total", METRIC_COUNTER, PER_ENGINE, put_of_engine,
		"Tokens that the engine generated.", &fields_engine, { { "generated_tokens", NULL } } },
	{ "tsllm_engine_prompt_tokens_total", METRIC_COUNTER, PER_ENGINE, put_of_engine,
		"Prompt tokens that the engine processed.", &fields_engine, { { "prompt_tokens", NULL } } },
	{ "tsllm_engine_preemptions_total", METRIC_COUNTER, PER_ENGINE, put_of_engine,
		"Requests that lost their place in the KV cache.", &fields_engine, { { "preemptions", NULL } } },
	{ "tsllm_engine_time_to_first_token_seconds", METRIC_SUMMARY, PER_ENGINE, put_of_engine,
		"Time to first token, by the engine's own histogram, over two minutes.", &fields_engine,
		{ { "ttft_p50_ms", "0.5" }, { "ttft_p95_ms", "0.95" } } },
	{ "tsllm_engine_inter_token_seconds", METRIC_SUMMARY, PER_ENGINE, put_of_engine,
		"Time from one token to the next, by the engine's own histogram, over two minutes.", &fields_engine,
		{ { "inter_token_p50_ms", "0.5" }, { "inter_token_p95_ms", "0.95" } } },
	{ "tsllm_engine_queue_seconds", METRIC_GAUGE, PER_ENGINE, put_of_latency,
		"Time of a request in the engine's queue, median.", &fields_latency, { { "queue_ms", NULL } } },
	{ "tsllm_engine_prefill_seconds", METRIC_GAUGE, PER_ENGINE, put_of_latency,
		"Time that a prompt takes, median.", &fields_latency, { { "prefill_ms", NULL } } },
	{ .name = NULL },
};
/* clang-format on */
