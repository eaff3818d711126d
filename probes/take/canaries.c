/* The requests of the last canary of each endpoint. */
#include "probes/ledger/state.h"
#include "probes/take/builder.h"

static struct canary row_of(struct arena *arena, const struct known_canary *known)
{
	return (struct canary){ .url = arena_copy(arena, known->sent_to),
		.model = arena_copy(arena, known->model),
		.words = arena_copy(arena, known->words),
		.path_source = arena_copy(arena, known->path_source),
		.figures = known->figures,
		.is_seen = known->is_seen,
		.seen_ttfb_ms = known->seen_ttfb_ms,
		.seen_ttft_ms = known->seen_ttft_ms,
		.seen_tokens_per_s = known->seen_tokens_per_s };
}

void take_canaries(struct builder *s)
{
	struct snapshot *snapshot = s->snapshot;
	size_t count = 0;

	for (size_t i = 0; i < snapshot->endpoint_count; i++)
		count += s->ledger->endpoints.items[i]->canaries.count;
	snapshot->canaries = arena_alloc(s->arena, (count + 1) * sizeof(*snapshot->canaries));
	for (size_t i = 0; i < snapshot->endpoint_count; i++) {
		const struct known_endpoint *known = s->ledger->endpoints.items[i];

		snapshot->endpoints[i].canaries =
			(struct span){ snapshot->canary_count, known->canaries.count };
		for (size_t k = 0; k < known->canaries.count; k++)
			snapshot->canaries[snapshot->canary_count++] =
				row_of(s->arena, &known->canaries.items[k]);
	}
}
