/* TEI, Text Embeddings Inference: one model for embeddings or reranking, always loaded. From its source, not
 * measured.
 *
 * It has no list of models: /info tells the model. TGI has an /info too, with a "router" in it. Its
 * `GET /health`, which is `GET /` too, makes the backend work while it starts and after a failure, so neither
 * is in the table. */
#include "probes/base/mem.h"
#include "probes/base/text.h"
#include "probes/servers/families.h"
#include "probes/servers/prometheus.h"
#include "probes/servers/readers.h"

#include <string.h>

static const char info[] = "/info";

static bool is_info(const struct answer *answer)
{
	return readers_is_json_ok(answer) && json_text(answer->json, "model_id")[0] &&
	       json_is_object(json_member(answer->json, "model_type")) && !json_has(answer->json, "router");
}

/* It refuses without a body, and does not say for what. */
static bool is_refusal(const struct answer *answer)
{
	return answer->status == 401 && answer->shape == BODY_EMPTY &&
	       !answer_has_header(answer, "WWW-Authenticate");
}

static bool read_info(const struct answer *answer, struct reading *reading)
{
	if (is_refusal(answer)) {
		reading->wants_key = true;
		return true;
	}
	if (!is_info(answer))
		return false;
	reading->version = text_keep(reading->arena, json_text(answer->json, "version"));
	reading->list = MODELS_ALL;
	reading->models = arena_alloc(reading->arena, sizeof(*reading->models));
	*reading->models = readers_model(json_text(answer->json, "model_id"), reading->arena);
	reading->models->state = MODEL_LOADED;
	reading->models->context = json_amount(answer->json, "max_input_length");
	reading->model_count = 1;
	return true;
}

static const struct metric metrics[] = {
	{ "te_queue_size", METRIC_SUM, offsetof(struct reading, figures.waiting), NULL },
	{ "te_request_queue_duration_bucket", METRIC_BUCKETS, TIMING_QUEUE, NULL },
};

/* A figure appears with its first use, so the text of a fresh server may be empty. */
static bool read_metrics(const struct answer *answer, struct reading *reading)
{
	if (is_refusal(answer))
		return true;
	if (answer->status != 200 || !answer_header_has(answer, "Content-Type", "text/plain"))
		return false;
	prometheus_read(answer, metrics, ARRAY_LEN(metrics), reading);
	return answer->shape == BODY_EMPTY || answer_body_has(answer, "te_");
}

static enum sureness is_tei(const char *path, const struct answer *answer)
{
	if (strcmp(path, info) == 0)
		return is_info(answer) ? SURE : NOT_IT;
	return strcmp(path, "/") == 0 && readers_is_empty_ok(answer) ? LIKELY : NOT_IT;
}

static const struct request requests[] = {
	{ "/info", COST_FREE, EVERY_POLL, read_info, false },
	{ "/metrics", COST_FREE, EVERY_POLL, read_metrics, false },
};

const struct family family_tei = {
	.facts = {
		.name = "tei",
		.title = "TEI",
		.kind = SERVER_ENGINE,
		.speaks = { [API_CHAT] = API_NEVER, [API_RESPONSES] = API_NEVER, [API_MESSAGES] = API_NEVER },
		.ports = { 3000, 80 },
		.full_status = 429,
		.full_words = "Model is overloaded",
		.listen_option = "--hostname 0.0.0.0",
	},
	.recognise = is_tei,
	.confirm = info,
	.requests = requests,
	.request_count = ARRAY_LEN(requests),
};
