/* Where should I send this? Every place that has a model, the best of them first; of a mount and its backend,
 * which are two doors to one engine, the better. */
#include "probes/take/rank.h"
#include "probes/take/taking.h"

#include <stdlib.h>
#include <string.h>

static struct place *gather(const struct taking *s, size_t *count)
{
	const struct snapshot *snapshot = s->snapshot;
	struct place *places;
	size_t room = 0;

	for (size_t i = 0; i < snapshot->endpoint_count; i++)
		room += snapshot->endpoints[i].models.count;
	places = mem_alloc((room + 1) * sizeof(*places));
	*count = 0;
	for (size_t i = 0; i < snapshot->endpoint_count; i++) {
		const struct site site = place_site(s, i);

		for (size_t k = 0; k < site.row->models.count && site.row->models_known; k++)
			places[(*count)++] = place_of(s, &site, site.row->models.first + k);
	}
	qsort(places, *count, sizeof(*places), place_compare);
	return places;
}

/* Another door to the same engine stands among the offers of this model, which begin at first. */
static bool is_listed(const struct snapshot *snapshot, size_t first, const struct place *place)
{
	for (size_t i = first; i < snapshot->offer_count; i++)
		if (snapshot->endpoints[snapshot->offers[i].endpoint].engine_id == place->engine_id)
			return true;
	return false;
}

void settle_offers(struct taking *s)
{
	struct snapshot *snapshot = s->snapshot;
	size_t count, first = 0, rank = 0;
	struct place *places = gather(s, &count);

	snapshot->offers = arena_alloc(s->arena, (count + 1) * sizeof(*snapshot->offers));
	for (size_t i = 0; i < count; i++) {
		struct place *place = &places[i];

		if (i == 0 || strcmp(place->model, places[i - 1].model) != 0) {
			first = snapshot->offer_count;
			rank = 0;
		}
		if (is_listed(snapshot, first, place))
			continue;
		place->offer.rank = place->is_refused ? 0 : ++rank;
		snapshot->offers[snapshot->offer_count++] = place->offer;
	}
	free(places);
}
