/* vLLM: one model, always loaded, and figures for everything.
 *
 * /health is an empty 200. When the engine has died it is an empty 503, which is left to the verdicts on
 * status. Gauges freeze with a wedged engine while every path says 200: progress is judged by the counter. */
#include "probes/families.h"

#include "probes/base/mem.h"
#include "probes/base/text.h"
#include "probes/readers.h"

#include <math.h>
#include <string.h>

static bool read_health(const struct answer *answer, struct reading *reading)
{
	(void)reading;
	return readers_is_empty_ok(answer);
}

/* Summed over engines. The start time tells one process from the next; it is missing with several API
 * servers. */
static bool read_metrics(const struct answer *answer, struct reading *reading)
{
	double started = NAN;
	const struct readers_figure wanted[] = {
		{ "vllm:num_requests_running", &reading->running },
		{ "vllm:num_requests_waiting", &reading->waiting },
		{ "vllm:generation_tokens_total", &reading->generated_tokens },
		{ "process_start_time_seconds", &started },
	};

	if (answer->status != 200 || answer->shape != BODY_TEXT ||
		!readers_add_figures(answer, wanted, ARRAY_LEN(wanted)))
		return false;
	if (!isnan(started))
		reading->incarnation = arena_printf(reading->arena, "%.2f", started);
	return true;
}

static bool read_version(const struct answer *answer, struct reading *reading)
{
	if (!readers_only_version(answer))
		return false;
	reading->version = text_keep(reading->arena, json_text(answer->json, "version"));
	return true;
}

static void fill_model(const struct json *entry, struct obs_model *model, struct arena *arena)
{
	(void)arena;
	model->state = MODEL_LOADED;
	model->context = readers_amount(entry, "max_model_len");
}

static bool read_models(const struct answer *answer, struct reading *reading)
{
	return readers_take_openai(answer, fill_model, reading);
}

/* With a key set, everything under /v1 is 401 with a bare text, and /version speaks up. */
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
	{ "/health", COST_FREE, EVERY_POLL, read_health, NULL },
	{ "/metrics", COST_FREE, EVERY_POLL, read_metrics, NULL },
	{ "/version", COST_FREE, AT_START, read_version, NULL },
	{ "/v1/models", COST_FREE, EVERY_MINUTE, read_models, NULL },
};

const struct family family_vllm = {
	.name = "vllm",
	.title = "vLLM",
	.kind = KIND_ENGINE,
	.ports = { 8000 },
	.recognise = is_vllm,
	.confirm = "/version",
	.requests = requests,
	.request_count = ARRAY_LEN(requests),
};
