/* TGI, Text Generation Inference: one model, always loaded. From its source, not measured.
 *
 * Its `GET /health`, which is `GET /` too, makes the shards allocate memory, or generate after a failure;
 * /info and /metrics are answered by the router alone. None of the requests in the table needs a key. */
#include "probes/base/mem.h"
#include "probes/base/text.h"
#include "probes/servers/families.h"
#include "probes/servers/prometheus.h"
#include "probes/servers/readers.h"

#include <string.h>

static bool is_info(const struct answer *answer)
{
	return readers_is_json_ok(answer) && json_text(answer->json, "model_id")[0] &&
	       json_text(answer->json, "router")[0];
}

static bool read_info(const struct answer *answer, struct reading *reading)
{
	if (!is_info(answer))
		return false;
	reading->version = text_keep(reading->arena, json_text(answer->json, "version"));
	return true;
}

/* Requests are counted when they end, and the time of a token is the mean of its request. */
static const struct metric metrics[] = {
	{ "tgi_batch_current_size", METRIC_SUM, offsetof(struct reading, figures.running), NULL },
	{ "tgi_queue_size", METRIC_SUM, offsetof(struct reading, figures.waiting), NULL },
	{ "tgi_request_generated_tokens_sum", METRIC_SUM, offsetof(struct reading, generated_tokens), NULL },
	{ "tgi_request_input_length_sum", METRIC_SUM, offsetof(struct reading, prompt_tokens), NULL },
	{ "tgi_request_failure", METRIC_SUM, offsetof(struct reading, rejected), "err=\"overloaded\"" },
	{ "tgi_request_mean_time_per_token_duration_bucket", METRIC_BUCKETS, TIMING_TOKEN, NULL },
	{ "tgi_request_queue_duration_bucket", METRIC_BUCKETS, TIMING_QUEUE, NULL },
};

/* A figure appears with its first use, so a fresh server may show only a few, or an empty text. */
static bool read_metrics(const struct answer *answer, struct reading *reading)
{
	if (answer->status != 200 || !answer_header_has(answer, "Content-Type", "text/plain"))
		return false;
	if (answer->shape == BODY_EMPTY)
		return true;
	return answer->shape == BODY_TEXT && (prometheus_read(answer, metrics, ARRAY_LEN(metrics), reading) ||
						     answer_body_has(answer, "tgi_"));
}

static bool read_models(const struct answer *answer, struct reading *reading)
{
	return readers_take_openai(answer, readers_fill_loaded, reading);
}

/* Its model is owned by itself ("owned_by" is its id) and was created at time 0. */
static enum sureness is_tgi(const char *path, const struct answer *answer)
{
	const struct json *first = json_first(json_member(answer->json, "data"));
	const char *id = json_text(first, "id");

	if (strcmp(path, "/info") == 0)
		return is_info(answer) ? SURE : NOT_IT;
	if (strcmp(path, "/v1/models") != 0 || !readers_is_openai_list(answer))
		return NOT_IT;
	return id[0] && json_number(first, "created") == 0 && strcmp(json_text(first, "owned_by"), id) == 0
		       ? LIKELY
		       : NOT_IT;
}

static const struct request requests[] = {
	{ "/info", COST_FREE, EVERY_POLL, read_info, false },
	{ "/metrics", COST_FREE, EVERY_POLL, read_metrics, false },
	{ "/v1/models", COST_FREE, EVERY_MINUTE, read_models, false },
};

const struct family family_tgi = {
	.facts = {
		.name = "tgi",
		.title = "TGI",
		.kind = SERVER_ENGINE,
		.speaks = { [API_RESPONSES] = API_NEVER, [API_MESSAGES] = API_NEVER },
		.ports = { 3000, 80 },
		.streams = { .counts_tokens = true },
		.figures_path = "/metrics",
		.full_status = 429,
		.full_words = "Model is overloaded",
	},
	.recognise = is_tgi,
	.confirm = "/info",
	.requests = requests,
	.request_count = ARRAY_LEN(requests),
};
