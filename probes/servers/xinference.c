/* Xinference: a supervisor that starts each model in a process of its own.
 *
 * It requires a log-in unless configured otherwise; /status and /v1/cluster/auth are open even then. Its list
 * has the models that were launched: one whose process died is missing. A process that hangs shows nowhere,
 * and no answer reports work or a queue. */
#include "probes/base/mem.h"
#include "probes/base/text.h"
#include "probes/servers/families.h"
#include "probes/servers/readers.h"

#include <math.h>
#include <string.h>

/* {"auth":…}: whether a log-in is wanted. The list of models shows that too, and better: our key is sent with
 * it. */
static bool is_auth(const struct answer *answer)
{
	const struct json *only = json_is_object(answer->json) ? json_first(answer->json) : NULL;

	return answer->status == 200 && only && !json_next(only) && strcmp(json_key(only), "auth") == 0;
}

static bool read_status(const struct answer *answer, struct reading *reading)
{
	double uptime = json_amount(answer->json, "uptime");

	if (!readers_is_json_ok(answer) || isnan(uptime) ||
		!json_is_object(json_member(answer->json, "workers")))
		return false;
	reading->uptime_s = uptime;
	return true;
}

static bool read_auth(const struct answer *answer, struct reading *reading)
{
	(void)reading;
	return is_auth(answer);
}

static void fill_model(const struct json *entry, struct obs_model *model, struct arena *arena)
{
	const char *quantisation = json_text(entry, "quantization");

	model->state = MODEL_LOADED;
	model->context = json_amount(entry, "context_length");
	model->is_no_chat =
		json_has(entry, "model_type") && strcmp(json_text(entry, "model_type"), "LLM") != 0;
	if (strcmp(quantisation, "none") != 0)
		model->quantisation = text_keep(arena, quantisation);
}

static bool read_models(const struct answer *answer, struct reading *reading)
{
	return readers_take_openai(answer, fill_model, reading);
}

/* Its root is a page without any text of its own, but with a request id that web sites do not send. */
static enum sureness is_xinference(const char *path, const struct answer *answer)
{
	if (strcmp(path, "/v1/cluster/auth") == 0)
		return is_auth(answer) ? SURE : NOT_IT;
	if (readers_owned_by(answer, "xinference"))
		return SURE;
	if (strcmp(path, "/") == 0 && answer->status == 200 && answer->shape == BODY_HTML &&
		readers_has_uuid(answer))
		return LIKELY;
	return answer_header_has(answer, "WWW-Authenticate", "scope=\"models:list\"") ? LIKELY : NOT_IT;
}

static const struct request requests[] = {
	{ "/status", COST_FREE, EVERY_POLL, read_status, false },
	{ "/v1/cluster/auth", COST_FREE, AT_START, read_auth, false },
	{ "/v1/models", COST_FREE, EVERY_MINUTE, read_models, false },
};

const struct family family_xinference = {
	.facts = {
		.name = "xinference",
		.title = "Xinference",
		.kind = SERVER_ENGINE,
		.ports = { 9997 },
	},
	.recognise = is_xinference,
	.confirm = "/v1/cluster/auth",
	.requests = requests,
	.request_count = ARRAY_LEN(requests),
};
