/* llama-server of llama.cpp, alone or as a router over children.
 *
 * While it loads, every path is a 503 "Loading model". /metrics exists only with --metrics (501 without, and
 * 400 on a router, which needs a model's name); both are expected. /slots is not in the table: it wakes a
 * sleeping server and, polled, never lets it sleep. The state of a router's children is in the status of each
 * model. */
#include "probes/base/mem.h"
#include "probes/base/text.h"
#include "probes/servers/families.h"
#include "probes/servers/prometheus.h"
#include "probes/servers/readers.h"

#include <string.h>

/* {"error":{"message":…,"type":…,"code":…}} with that status, type and (NULL: any) message. */
static bool is_error(const struct answer *answer, int status, const char *type, const char *message)
{
	const struct json *error = json_member(answer->json, "error");

	return answer->status == status && json_number(error, "code") == status &&
	       strcmp(json_text(error, "type"), type) == 0 &&
	       (!message || strcmp(json_text(error, "message"), message) == 0);
}

static bool is_loading(const struct answer *answer)
{
	return is_error(answer, 503, "unavailable_error", "Loading model");
}

/* Answers that any path may give instead of its own. */
static bool read_common(const struct answer *answer, struct reading *reading)
{
	if (is_loading(answer)) {
		reading->is_loading = true;
		return true;
	}
	return readers_wants_key(answer, reading);
}

static bool read_health(const struct answer *answer, struct reading *reading)
{
	return read_common(answer, reading) ||
	       (readers_is_json_ok(answer) && strcmp(json_text(answer->json, "status"), "ok") == 0);
}

#define PATIENCE_S 180

/* Figures come from counters and queue lengths only: the *_tokens_seconds gauges are reset by each reader.
 * Tokens are counted when a request ends, so progress is the calls of llama_decode() plus the speculative
 * steps, which those leave out. All of them stand still during one long batch of a prompt (2048 tokens: 14 s
 * for a model of 2.5 GB on two cores, minutes for one of 30 GB on a CPU). Newer versions do not report how
 * full the cache is. */
static const struct metric metrics[] = {
	{ "llamacpp:requests_processing", METRIC_SUM, offsetof(struct reading, figures.running), NULL },
	{ "llamacpp:requests_deferred", METRIC_SUM, offsetof(struct reading, figures.waiting), NULL },
	{ "llamacpp:kv_cache_usage_ratio", METRIC_MOST, offsetof(struct reading, figures.kv_cache), NULL },
	{ "llamacpp:tokens_predicted_total", METRIC_SUM, offsetof(struct reading, generated_tokens), NULL },
	{ "llamacpp:tokens_predicted_seconds_total", METRIC_SUM, offsetof(struct reading, generation_seconds),
		NULL },
	{ "llamacpp:prompt_tokens_total", METRIC_SUM, offsetof(struct reading, prompt_tokens), NULL },
	{ "llamacpp:prompt_seconds_total", METRIC_SUM, offsetof(struct reading, prompt_seconds), NULL },
	{ "llamacpp:n_decode_total", METRIC_SUM, offsetof(struct reading, progress), NULL },
	{ "llamacpp:prompt_tokens_total", METRIC_SUM, offsetof(struct reading, progress), NULL },
	{ "llamacpp:spec_decode_num_drafts_total", METRIC_SUM, offsetof(struct reading, progress), NULL },
};

static bool read_metrics(const struct answer *answer, struct reading *reading)
{
	if (read_common(answer, reading) || is_error(answer, 501, "not_supported_error", NULL) ||
		is_error(answer, 400, "invalid_request_error", NULL))
		return true;
	reading->patience_s = PATIENCE_S;
	return answer->status == 200 && answer->shape == BODY_TEXT &&
	       prometheus_read(answer, metrics, ARRAY_LEN(metrics), reading) > 0;
}

/* The media marker is random for each start: the same marker means the same process. */
static bool read_props(const struct answer *answer, struct reading *reading)
{
	if (read_common(answer, reading))
		return true;
	if (!readers_is_json_ok(answer) || !json_has(answer->json, "default_generation_settings"))
		return false;
	reading->version = text_keep(reading->arena, json_text(answer->json, "build_info"));
	reading->figures.slots = json_amount(answer->json, "total_slots");
	reading->incarnation = text_keep(reading->arena, json_text(answer->json, "media_marker"));
	reading->is_sleeping = json_true(answer->json, "is_sleeping");
	return true;
}

/* A child that ended with an error is both "unloaded" and failed; so is one that was unloaded by hand, and the
 * ledger tells them apart. A download occupies nothing. A single server has no status: its model is loaded. */
static enum model_state state_of(const struct json *status)
{
	static const struct {
		const char *value;
		enum model_state state;
	} states[] = {
		{ "unloaded", MODEL_COLD },
		{ "loading", MODEL_LOADING },
		{ "loaded", MODEL_LOADED },
		{ "sleeping", MODEL_SLEEPING },
		{ "downloading", MODEL_COLD },
		{ "downloaded", MODEL_COLD },
	};

	if (!status)
		return MODEL_LOADED;
	if (json_true(status, "failed"))
		return MODEL_FAILED;
	for (size_t i = 0; i < ARRAY_LEN(states); i++)
		if (strcmp(json_text(status, "value"), states[i].value) == 0)
			return states[i].state;
	return MODEL_UNKNOWN;
}

static void fill_model(const struct json *entry, struct obs_model *model, struct arena *arena)
{
	const struct json *meta = json_member(entry, "meta");

	model->state = state_of(json_member(entry, "status"));
	model->size_bytes = json_amount(meta, "size");
	model->context = json_amount(meta, "n_ctx");
	model->quantisation = text_keep(arena, json_text(meta, "ftype"));
}

static bool read_models(const struct answer *answer, struct reading *reading)
{
	return read_common(answer, reading) || readers_take_openai(answer, fill_model, reading);
}

/* The Server header is on every answer. nginx removes it; then the shapes of the answers must do. A gateway
 * passes its engine's header on and adds its own. */
static enum sureness is_llama_server(const char *path, const struct answer *answer)
{
	if (answer_has_header(answer, "x-portkey-provider"))
		return NOT_IT;
	if (answer_header_has(answer, "Server", "llama.cpp") || is_loading(answer))
		return SURE;
	if (strcmp(path, "/v1/models") == 0 && readers_owned_by(answer, "llamacpp"))
		return SURE;
	if (is_error(answer, 404, "not_found_error", "File Not Found") ||
		is_error(answer, 401, "authentication_error", "Invalid API Key"))
		return LIKELY;
	return NOT_IT;
}

static const struct request requests[] = {
	{ "/health", COST_FREE, EVERY_POLL, read_health, false },
	{ "/metrics", COST_FREE, EVERY_POLL, read_metrics, true },
	{ "/props", COST_FREE, EVERY_MINUTE, read_props, false },
	{ "/v1/models", COST_FREE, EVERY_MINUTE, read_models, false },
};

const struct family family_llama_server = {
	.facts = {
		.name = "llama-server",
		.title = "llama-server",
		.kind = SERVER_ENGINE,
		.speaks = { [API_RESPONSES] = "b7850", [API_MESSAGES] = "b7200" },
		.ports = { 8080, 9931 },
		.figures_path = "/metrics",
		.figures_fix = "on %{peer}: start it with --metrics",
		.health_outlives_engine = true,
		.streams = { .counts_tokens = true, .holds_headers = true },
		.context_fix = "on %{peer}: start it with --ctx-size 32768, if the model and the memory "
			"allow it",
	},
	.recognise = is_llama_server,
	.confirm = "/v1/models",
	.requests = requests,
	.request_count = ARRAY_LEN(requests),
};
