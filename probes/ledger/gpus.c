/* An engine may say that a model is in GPU memory while the CPU does the work. If the GPUs of its machine have
 * much less in use than that, all programs together, it is not there. While the memory in use grows, a model may
 * be loading. */
#include "probes/ledger/gpus.h"

#include "probes/ledger/peers.h"
#include "probes/model/fields.h"

#include <math.h>
#include <string.h>

#define GAP_LEAST_MS 10000  /* between two answers of an exporter */
#define SHORTFALL_LEAST 1e9 /* bytes */
#define GROWTH 64e6         /* bytes */

const struct known_gpus *gpus_fresh(
	const struct ledger *ledger, const struct known_peer *peer, struct when now)
{
	int64_t gap = ledger->terms.poll_ms > GAP_LEAST_MS ? ledger->terms.poll_ms : GAP_LEAST_MS;

	if (!peer || !peer->gpus || !when_known(peer->gpus->at) ||
		when_since(peer->gpus->at, now) > GAP_POLLS * gap)
		return NULL;
	return peer->gpus;
}

const struct known_peer *gpus_machine(const struct ledger *ledger, const struct known_endpoint *endpoint)
{
	if (*endpoint->peer_id)
		return peer_find(ledger, endpoint->peer_id);
	return endpoint->is_own && ledger->self.obs ? &ledger->self : NULL;
}

/* ---- figures ---- */

static bool has_id(const struct obs_gpu *items, size_t count, const char *id)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(items[i].id, id) == 0)
			return true;
	return false;
}

static void keep(struct known_gpus *gpus, const struct obs_gpus *seen)
{
	struct arena *arena = arena_new();
	struct obs_gpu *items = arena_alloc(arena, (seen->count + 1) * sizeof(*items));
	size_t count = 0;

	for (size_t i = 0; i < seen->count; i++) {
		struct obs_gpu *gpu = &items[count];

		if (has_id(items, count, seen->items[i].id))
			continue; /* only a recording that was tampered with has one twice */
		gpu->id = arena_copy(arena, seen->items[i].id);
		gpu->name = arena_copy(arena, seen->items[i].name);
		gpu_blank(&gpu->figures);
		fields_update(&fields_gpu, &gpu->figures, &seen->items[i].figures);
		count++;
	}
	if (gpus->arena)
		arena_free(gpus->arena);
	gpus->arena = arena;
	gpus->exporter = arena_copy(arena, seen->exporter);
	gpus->items = items;
	gpus->count = count;
	gpus->has_more = seen->has_more;
	if (gpus->has_more)
		gpu_blank(&gpus->sum);
	else
		gpu_add_up(items, count, &gpus->sum);
}

/* ---- what cannot be there ---- */

/* The memory that its loaded models take on the GPU. is_claimed: it says so itself; otherwise it is what they
 * take as a whole, wherever that is. */
static double needed_by(const struct known_endpoint *endpoint, bool *is_claimed)
{
	double sum = 0;

	*is_claimed = true;
	for (size_t i = 0; i < endpoint->models.count; i++) {
		const struct known_model *model = &endpoint->models.items[i];
		bool is_told = !isnan(model->vram_bytes);
		double bytes = is_told ? model->vram_bytes : model->size_bytes;

		if (model->state != MODEL_LOADED || model->is_elsewhere || *model->remote_host ||
			!(bytes > 0))
			continue;
		*is_claimed = *is_claimed && is_told;
		sum += bytes;
	}
	return sum;
}

/* An engine that uses memory which its GPUs share with the machine may need more than they have. */
static bool falls_short(const struct gpu_figures *gpus, double needed)
{
	return gpus->memory_used < needed / 2 && needed - gpus->memory_used >= SHORTFALL_LEAST &&
	       needed <= gpus->memory_total;
}

static void weigh(struct known_endpoint *endpoint, const struct gpu_figures *gpus, struct when now)
{
	struct known_shortfall *shortfall = &endpoint->engine.shortfall;
	double used = gpus->memory_used, needed = needed_by(endpoint, &shortfall->is_claimed);
	bool is_still = when_known(shortfall->since) && used <= shortfall->used + GROWTH &&
			needed >= shortfall->needed && needed <= shortfall->needed;

	if (!falls_short(gpus, needed) || endpoint->facts->kind != SERVER_ENGINE) {
		shortfall->since = (struct when){ 0 };
		return;
	}
	if (!is_still) {
		shortfall->since = now;
		shortfall->used = used;
	}
	shortfall->needed = needed;
}

void gpus_see(struct ledger *ledger, const struct observation *observation, struct when now)
{
	const struct obs_gpus *seen = observation->gpus;
	struct known_peer *peer = peer_find(ledger, seen->peer_id);

	if (!peer)
		return;
	if (!peer->gpus)
		peer->gpus = mem_alloc(sizeof(*peer->gpus));
	peer->gpus->trouble = seen->trouble;
	peer->gpus->status = seen->status;
	peer->gpus->failures = seen->trouble == GPU_FINE ? 0 : peer->gpus->failures + 1;
	if (seen->trouble != GPU_FINE)
		return;
	keep(peer->gpus, seen);
	peer->gpus->at = now;
	for (size_t i = 0; i < ledger->endpoints.count; i++)
		if (gpus_machine(ledger, ledger->endpoints.items[i]) == peer)
			weigh(ledger->endpoints.items[i], &peer->gpus->sum, now);
}

void gpus_blank(struct known_peer *peer)
{
	if (peer->gpus)
		peer->gpus->at = (struct when){ 0 };
}
