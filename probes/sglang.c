/* SGLang: one model, always loaded. Read in its source, not measured.
 *
 * Its `GET /health` generates a token where nothing else runs and takes a second at least, so it is never
 * asked unasked; the list of models costs nothing. /get_model_info would tell nothing more, and each asking
 * of it is a warning in the log of newer versions. /metrics is there with --enable-metrics only. */
#include "probes/families.h"

#include "probes/base/mem.h"
#include "probes/readers.h"

static bool read_health(const struct answer *answer, struct reading *reading)
{
	(void)reading;
	return readers_is_empty_ok(answer);
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

static bool read_metrics(const struct answer *answer, struct reading *reading)
{
	const struct readers_figure wanted[] = {
		{ "sglang:num_running_reqs", &reading->running },
		{ "sglang:num_queue_reqs", &reading->waiting },
	};

	if (readers_is_fastapi_404(answer) || readers_wants_key(answer, reading))
		return true;
	return answer->status == 200 && answer->shape == BODY_TEXT &&
	       (readers_add_figures(answer, wanted, ARRAY_LEN(wanted)) || answer_body_has(answer, "sglang:"));
}

static enum sureness is_sglang(const char *path, const struct answer *answer)
{
	(void)path;
	return readers_owned_by(answer, "sglang") ? SURE : NOT_IT;
}

static const struct request requests[] = {
	{ "/v1/models", COST_FREE, EVERY_POLL, read_models, NULL },
	{ "/metrics", COST_FREE, EVERY_POLL, read_metrics, NULL },
	{ "/health", COST_BILLS, ON_REQUEST, read_health, NULL },
};

const struct family family_sglang = {
	.name = "sglang",
	.title = "SGLang",
	.kind = KIND_ENGINE,
	.ports = { 30000 },
	.recognise = is_sglang,
	.requests = requests,
	.request_count = ARRAY_LEN(requests),
};
