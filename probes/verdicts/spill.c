#include "probes/verdicts/spill.h"

#include "probes/base/text.h"
#include "probes/ledger/endpoints.h"
#include "probes/ledger/gpus.h"
#include "probes/ledger/state.h"

#include <math.h>

#define SPILL_LEAST 0.005
#define HIDDEN_MS 90000 /* some exporters look every 30 s only */

static double share_on_cpu(const struct known_model *model)
{
	if (model->state != MODEL_LOADED || !(model->size_bytes > 0) || isnan(model->vram_bytes))
		return 0;
	return 1 - model->vram_bytes / model->size_bytes;
}

/* A machine without a GPU runs models on the CPU alone, too, and then nothing is wrong: reported only if
 * one of its models was in GPU memory. */
bool spill_is_told(const struct evidence *e, struct finding *f)
{
	const struct known_model *worst = NULL;
	double share;

	for (size_t i = 0; i < e->queried->models.count; i++)
		if (!worst || share_on_cpu(&e->queried->models.items[i]) > share_on_cpu(worst))
			worst = &e->queried->models.items[i];
	share = worst ? share_on_cpu(worst) : 0;
	if (!endpoint_is_good(e->queried) || !e->queried->engine.has_gpu || share < SPILL_LEAST)
		return false;
	if (share < 1)
		text_set(f->detail, sizeof(f->detail),
			"%s is too big for the GPU: %.0f %% of it is on the CPU", worst->id, share * 100);
	else
		text_set(f->detail, sizeof(f->detail),
			"%s is on the CPU alone (100 %%), although there is a GPU", worst->id);
	return true;
}

/* "qwen3:8b", "qwen3:8b and 2 more": the loaded models. */
static void name_loaded(const struct known_endpoint *endpoint, char *text, size_t size)
{
	size_t more = 0;

	text_set(text, size, "%s", "");
	for (size_t i = 0; i < endpoint->models.count; i++) {
		if (endpoint->models.items[i].state != MODEL_LOADED)
			continue;
		if (*text)
			more++;
		else
			text_set(text, size, "%s", endpoint->models.items[i].id);
	}
	if (more)
		text_add(text, size, " and %zu more", more);
}

bool spill_is_hidden(const struct evidence *e, struct finding *f)
{
	const struct known_endpoint *endpoint = e->queried;
	const struct known_shortfall *shortfall = &endpoint->engine.shortfall;
	const struct known_gpus *gpus = gpus_fresh(e->ledger, gpus_machine(e->ledger, endpoint), e->now);
	struct finding told = { .detail = "" };
	char names[TEXT_CAP], needed[32], used[32], total[32];

	if (!endpoint_is_good(endpoint) || !gpus || !when_known(shortfall->since) ||
		when_since(shortfall->since, e->now) < HIDDEN_MS || spill_is_told(e, &told))
		return false;
	name_loaded(endpoint, names, sizeof(names));
	text_set(f->detail, sizeof(f->detail),
		"%s %s %s (%s), but only %s of the %s of GPU memory there is in use", endpoint->facts->title,
		shortfall->is_claimed ? "says that the GPU holds" : "has loaded", names,
		text_bytes(needed, sizeof(needed), shortfall->needed),
		text_bytes(used, sizeof(used), gpus->sum.memory_used),
		text_bytes(total, sizeof(total), gpus->sum.memory_total));
	if (!shortfall->is_claimed)
		only_note(f);
	return true;
}
