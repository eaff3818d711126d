/* Where to send a request: all endpoints that have a model, the best first. Of a mount and its backend,
 * which lead to the same engine, only the better is listed. */
#include "probes/take/builder.h"
#include "probes/take/rank.h"

#include <stdlib.h>
#include <string.h>

static struct candidate *gather(const struct builder *s, size_t *count)
{
	const struct snapshot *snapshot = s->snapshot;
	struct candidate *candidates;
	size_t room = 0;

	for (size_t i = 0; i < snapshot->endpoint_count; i++)
		room += snapshot->endpoints[i].models.count;
	candidates = mem_alloc((room + 1) * sizeof(*candidates));
	*count = 0;
	for (size_t i = 0; i < snapshot->endpoint_count; i++) {
		const struct site site = rank_site(s, i);

		for (size_t k = 0; k < site.row->models.count && site.row->models_known; k++)
			candidates[(*count)++] = rank_candidate(s, &site, site.row->models.first + k);
	}
	qsort(candidates, *count, sizeof(*candidates), rank_compare);
	return candidates;
}

/* Whether another endpoint of the same engine is among the offers of this model, which begin at first. */
static bool is_listed(const struct snapshot *snapshot, size_t first, const struct candidate *candidate)
{
	for (size_t i = first; i < snapshot->offer_count; i++)
		if (snapshot->endpoints[snapshot->offers[i].endpoint].engine_id == candidate->engine_id)
			return true;
	return false;
}

void take_offers(struct builder *s)
{
	struct snapshot *snapshot = s->snapshot;
	size_t count, first = 0, rank = 0;
	struct candidate *candidates = gather(s, &count);

	snapshot->offers = arena_alloc(s->arena, (count + 1) * sizeof(*snapshot->offers));
	for (size_t i = 0; i < count; i++) {
		struct candidate *candidate = &candidates[i];

		if (i == 0 || strcmp(candidate->model, candidates[i - 1].model) != 0) {
			first = snapshot->offer_count;
			rank = 0;
		}
		if (is_listed(snapshot, first, candidate))
			continue;
		candidate->offer.rank = candidate->is_refused ? 0 : ++rank;
		snapshot->offers[snapshot->offer_count++] = candidate->offer;
	}
	free(candidates);
}
