/* Each way to mean a model is a function; their order is from the strictest to the loosest. */
#include "probes/model/pick.h"

#include "probes/base/mem.h"
#include "probes/base/text.h"

#include <string.h>
#include <strings.h>

static bool is_id(const char *id, const char *name)
{
	return strcmp(id, name) == 0;
}

static bool is_latest(const char *id, const char *name)
{
	size_t length = strlen(name);

	return strncasecmp(id, name, length) == 0 && strcasecmp(id + length, ":latest") == 0;
}

/* "/srv/models/qwen3.gguf" and "Qwen/Qwen3" for "qwen3". */
static bool is_last_part(const char *id, const char *name)
{
	const char *slash = strrchr(id, '/'), *part = slash ? slash + 1 : id;
	size_t length = strlen(name);

	return strncasecmp(part, name, length) == 0 &&
	       (!part[length] || strcasecmp(part + length, ".gguf") == 0);
}

static bool (*const ways[])(
	const char *id, const char *name) = { is_id, is_latest, is_last_part, text_contains_fold };

static const char *id_of(const struct snapshot *snapshot, size_t offer)
{
	return snapshot->models[snapshot->offers[offer].model].id;
}

/* Offers stand by model: those of one id are neighbours. */
static size_t end_of_model(const struct snapshot *snapshot, size_t first)
{
	size_t end = first + 1;

	while (end < snapshot->offer_count && strcmp(id_of(snapshot, end), id_of(snapshot, first)) == 0)
		end++;
	return end;
}

/* The offers of all models that fit this way, from the first to the last; returns how many models. */
static size_t search(const struct snapshot *snapshot, size_t way, const char *name, struct span *offers)
{
	size_t found = 0, end;

	*offers = (struct span){ 0, 0 };
	for (size_t i = 0; i < snapshot->offer_count; i = end) {
		end = end_of_model(snapshot, i);
		if (!ways[way](id_of(snapshot, i), name))
			continue;
		if (!found++)
			offers->first = i;
		offers->count = end - offers->first;
	}
	return found;
}

struct pick pick_model(const struct snapshot *snapshot, const char *name)
{
	struct pick pick = { .result = PICK_UNKNOWN };
	size_t found = 0;

	while (pick.way < ARRAY_LEN(ways) && *name &&
		!(found = search(snapshot, pick.way, name, &pick.offers)))
		pick.way++;
	if (!found)
		return pick;
	pick.result = found > 1                                  ? PICK_AMBIGUOUS
		      : snapshot->offers[pick.offers.first].rank ? PICK_FOUND
								 : PICK_NOWHERE;
	return pick;
}

bool pick_fits(const struct snapshot *snapshot, const struct pick *pick, size_t offer, const char *name)
{
	return pick->result != PICK_UNKNOWN && ways[pick->way](id_of(snapshot, offer), name);
}
