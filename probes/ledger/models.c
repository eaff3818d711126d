/* The models of an endpoint, merged from two lists: all that are available, and the loaded ones.
 *
 * A gateway may list thousands, so they are found by a hash table, which is made anew for each list. */
#include "probes/ledger/models.h"

#include "probes/ledger/engine.h"
#include "probes/ledger/state.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static void free_model(struct known_model *model)
{
	free(model->id);
	free(model->quantisation);
	free(model->remote_host);
}

void models_free(struct known_endpoint *endpoint)
{
	for (size_t i = 0; i < endpoint->models.count; i++)
		free_model(&endpoint->models.items[i]);
	free(endpoint->models.items);
	memset(&endpoint->models, 0, sizeof(endpoint->models));
}

/* Open addressing; a slot is the model's index plus one, 0: free. At most half of them are used. */
struct table {
	uint32_t *slots;
	size_t room;
};

static uint32_t *slot_of(const struct table *table, const struct known_endpoint *endpoint, const char *id)
{
	uint32_t hash = 2166136261u;
	size_t at;

	for (const char *c = id; *c; c++)
		hash = (hash ^ (unsigned char)*c) * 16777619u;
	for (at = hash % table->room; table->slots[at]; at = (at + 1) % table->room)
		if (strcmp(endpoint->models.items[table->slots[at] - 1].id, id) == 0)
			break;
	return &table->slots[at];
}

static struct table make_table(const struct known_endpoint *endpoint, size_t more)
{
	struct table table = { .room = 2 * (endpoint->models.count + more) + 1 };

	table.slots = mem_alloc(table.room * sizeof(*table.slots));
	for (size_t i = 0; i < endpoint->models.count; i++)
		*slot_of(&table, endpoint, endpoint->models.items[i].id) = (uint32_t)i + 1;
	return table;
}

static struct known_model *model_of(
	const struct table *table, struct known_endpoint *endpoint, const char *id)
{
	uint32_t *slot = slot_of(table, endpoint, id);
	struct known_model *model;

	if (*slot)
		return &endpoint->models.items[*slot - 1];
	model = VEC_PUSH(&endpoint->models);
	*slot = (uint32_t)endpoint->models.count;
	*model = (struct known_model){ .id = mem_copy(id),
		.quantisation = mem_copy(""),
		.remote_host = mem_copy(""),
		.size_bytes = NAN,
		.vram_bytes = NAN,
		.context = NAN };
	return model;
}

static void see_model(struct known_model *model, const struct obs_model *obs)
{
	if (obs->state != MODEL_UNKNOWN)
		model->state = obs->state;
	if (*obs->quantisation)
		mem_replace(&model->quantisation, obs->quantisation);
	if (*obs->remote_host)
		mem_replace(&model->remote_host, obs->remote_host);
	if (!isnan(obs->vram_bytes))
		model->vram_bytes = obs->vram_bytes;
	if (!isnan(obs->size_bytes) && (!isnan(obs->vram_bytes) || isnan(model->vram_bytes)))
		model->size_bytes = obs->size_bytes; /* a loaded model's size in memory, not its file's */
	if (!isnan(obs->context))
		model->context = obs->context;
	if (obs->expires_at)
		model->expires_at = obs->expires_at;
}

static void drop_unlisted(struct known_endpoint *endpoint)
{
	size_t kept = 0;

	for (size_t i = 0; i < endpoint->models.count; i++) {
		struct known_model *model = &endpoint->models.items[i];

		if (model->in_all || model->in_loaded) {
			endpoint->models.items[kept++] = *model;
			continue;
		}
		free_model(model);
	}
	endpoint->models.count = kept;
}

void models_see(struct ledger *ledger, struct known_endpoint *endpoint, const struct reading *reading,
	struct when now)
{
	int64_t reported_at = reading->reported_at ? reading->reported_at : now.wall_ms;
	bool is_all = reading->list == MODELS_ALL;
	struct table table = make_table(endpoint, reading->model_count);

	if (!is_all)
		engine_see_loaded(ledger, endpoint, reading, reported_at, now);
	for (size_t i = 0; i < endpoint->models.count; i++) {
		struct known_model *model = &endpoint->models.items[i];

		if (is_all)
			model->in_all = false;
		else /* resets in_loaded and the rest */
			*model = (struct known_model){ .id = model->id,
				.quantisation = model->quantisation,
				.remote_host = model->remote_host,
				.in_all = model->in_all,
				.state = MODEL_COLD,
				.size_bytes = isnan(model->vram_bytes) ? model->size_bytes : NAN,
				.vram_bytes = NAN,
				.context = model->context };
	}
	for (size_t i = 0; i < reading->model_count; i++) {
		struct known_model *model = model_of(&table, endpoint, reading->models[i].id);

		see_model(model, &reading->models[i]);
		model->in_all = model->in_all || is_all;
		model->in_loaded = model->in_loaded || !is_all;
		if (!is_all && model->expires_at)
			model->overdue_ms = reported_at - model->expires_at;
		endpoint->engine.has_gpu = endpoint->engine.has_gpu || model->vram_bytes > 0;
		if (is_all && model->state == MODEL_UNKNOWN && endpoint->loaded_known)
			model->state = MODEL_COLD;
		endpoint->loaded_known = endpoint->loaded_known || model->state != MODEL_UNKNOWN;
	}
	endpoint->models_known = endpoint->models_known || is_all || reading->model_count;
	endpoint->loaded_known = endpoint->loaded_known || !is_all;
	free(table.slots);
	drop_unlisted(endpoint);
}
