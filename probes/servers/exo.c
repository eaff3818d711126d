/* exo, which spreads a model over several machines. From its source, not measured.
 *
 * Its list is a catalogue of all models that it knows: being in it says neither that a model is loaded nor that
 * it was downloaded. A context of 0 means that it is not known. */
#include "probes/base/mem.h"
#include "probes/servers/families.h"
#include "probes/servers/readers.h"

#include <math.h>
#include <string.h>

static void fill_model(const struct json *entry, struct obs_model *model, struct arena *arena)
{
	double context = json_amount(entry, "context_length");

	(void)arena;
	model->context = context > 0 ? context : NAN;
}

static bool read_models(const struct answer *answer, struct reading *reading)
{
	return readers_take_openai(answer, fill_model, reading);
}

static enum sureness is_exo(const char *path, const struct answer *answer)
{
	return strcmp(path, "/v1/models") == 0 && readers_owned_by(answer, "exo") ? SURE : NOT_IT;
}

static const struct request requests[] = {
	{ "/v1/models", COST_FREE, EVERY_POLL, read_models, false },
};

const struct family family_exo = {
	.facts = {
		.name = "exo",
		.title = "exo",
		.kind = SERVER_ENGINE,
		.ports = { 52415 },
	},
	.recognise = is_exo,
	.requests = requests,
	.request_count = ARRAY_LEN(requests),
};
