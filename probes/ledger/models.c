/* The models of an endpoint, merged from two lists: all that are available, and the loaded ones.
 *
 * A gateway may list thousands, so they are found by a hash table, which is made anew for each list. */
#include "probes/ledger/models.h"

#include "probes/base/text.h"
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

/* A router marks a model as failed if its process ended with an error, which it also does when it is unloaded
 * by hand. So a model that is marked at first sight, or was loaded before, is only not loaded; one that was
 * loading or cold before failed to load. */
static enum model_state state_after(struct known_model *model, enum model_state reported)
{
	bool was_marked = model->is_marked_failed;

	model->is_marked_failed = reported == MODEL_FAILED;
	if (reported != MODEL_FAILED)
		return reported;
	if (was_marked)
		return model->state;
	return model->state == MODEL_LOADING || model->state == MODEL_COLD ? MODEL_FAILED : MODEL_COLD;
}

/* A list of all models may tell how long a context can be: of a loaded model, the loaded list knows better. */
static void see_context(struct known_model *model, double context, bool is_all)
{
	if (!isnan(context) && !(is_all && model->in_loaded && !isnan(model->context)))
		model->context = context;
}

static void see_model(struct known_model *model, const struct obs_model *obs, bool is_all)
{
	if (obs->state != MODEL_UNKNOWN)
		model->state = state_after(model, obs->state);
	model->is_elsewhere = model->is_elsewhere || obs->is_elsewhere;
	if (*obs->quantisation)
		mem_replace(&model->quantisation, obs->quantisation);
	if (*obs->remote_host)
		mem_replace(&model->remote_host, obs->remote_host);
	if (!isnan(obs->vram_bytes))
		model->vram_bytes = obs->vram_bytes;
	if (!isnan(obs->size_bytes) && (!isnan(obs->vram_bytes) || isnan(model->vram_bytes)))
		model->size_bytes = obs->size_bytes; /* a loaded model's size in memory, not its file's */
	see_context(model, obs->context, is_all);
	model->is_no_chat = model->is_no_chat || obs->is_no_chat;
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
				.is_elsewhere = model->is_elsewhere,
				.is_no_chat = model->is_no_chat,
				.state = model->is_elsewhere ? MODEL_UNKNOWN : MODEL_COLD,
				.size_bytes = isnan(model->vram_bytes) ? model->size_bytes : NAN,
				.vram_bytes = NAN,
				.context = model->context };
	}
	for (size_t i = 0; i < reading->model_count; i++) {
		struct known_model *model = model_of(&table, endpoint, reading->models[i].id);

		see_model(model, &reading->models[i], is_all);
		model->in_all = model->in_all || is_all;
		model->in_loaded = model->in_loaded || !is_all;
		if (!is_all && model->expires_at)
			model->overdue_ms = reported_at - model->expires_at;
		endpoint->engine.has_gpu = endpoint->engine.has_gpu || model->vram_bytes > 0;
		if (is_all && model->state == MODEL_UNKNOWN && endpoint->loaded_known && !model->is_elsewhere)
			model->state = MODEL_COLD;
		endpoint->loaded_known = endpoint->loaded_known || model->state != MODEL_UNKNOWN;
	}
	endpoint->models_known = endpoint->models_known || is_all || reading->model_count;
	endpoint->loaded_known = endpoint->loaded_known || !is_all;
	free(table.slots);
	drop_unlisted(endpoint);
}

/* Models that write no text need no long context. Most servers do not tell them apart, but their names do. */
static bool writes_text(const struct known_model *model)
{
	static const char *const words[] = { "embed", "rerank", "bge-", "gte-", "e5-", "minilm", "colbert",
		"paraphrase-", "whisper", "tts", "asr" };

	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (text_contains_fold(model->id, words[i]))
			return false;
	return !model->is_no_chat;
}

bool models_has_context_under(const struct known_model *model, double tokens)
{
	return model->state == MODEL_LOADED && !*model->remote_host && model->context >= 1 &&
	       model->context < tokens && writes_text(model);
}
