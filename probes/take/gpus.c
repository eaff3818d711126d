/* The GPUs of a machine, while what its exporter reported is fresh. */
#include "probes/ledger/gpus.h"
#include "probes/take/builder.h"

void take_gpus(struct builder *s, const struct known_peer *known, struct peer *row)
{
	const struct known_gpus *gpus = gpus_fresh(s->ledger, known, s->now);
	struct snapshot *snapshot = s->snapshot;

	row->gpu_exporter = gpus ? arena_copy(s->arena, gpus->exporter) : "";
	row->gpu_trouble = known->gpus ? known->gpus->trouble : GPU_FINE;
	row->gpus = (struct span){ snapshot->gpu_count, gpus ? gpus->count : 0 };
	gpu_blank(&row->gpu);
	if (!gpus)
		return;
	row->gpu = gpus->sum;
	row->has_more_gpus = gpus->has_more;
	for (size_t i = 0; i < gpus->count; i++)
		snapshot->gpus[snapshot->gpu_count++] =
			(struct obs_gpu){ .id = arena_copy(s->arena, gpus->items[i].id),
				.name = arena_copy(s->arena, gpus->items[i].name),
				.figures = gpus->items[i].figures };
}

size_t take_gpus_most(const struct ledger *ledger)
{
	size_t most = ledger->self.gpus ? ledger->self.gpus->count : 0;

	for (size_t i = 0; i < ledger->peer_count; i++)
		most += ledger->peers[i].gpus ? ledger->peers[i].gpus->count : 0;
	return most;
}
