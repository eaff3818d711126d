/* Each way to match a name is a function, in order from the strictest to the loosest. */
#include "probes/report/pick.h"

#include "probes/base/mem.h"
#include "probes/base/text.h"
#include "probes/base/url.h"
#include "probes/model/verdict_codes.h"

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

/* "openai/" + "*" for "openai/gpt-x". */
static bool has_prefix(const char *id, const char *name)
{
	size_t length = strlen(id);

	return length > 1 && id[length - 1] == '*' && strncmp(id, name, length - 1) == 0;
}

static bool is_any(const char *id, const char *name)
{
	(void)name;
	return strcmp(id, "*") == 0;
}

#define CERTAIN_WAYS 3 /* ways in which people write a name; those after them are guesses */

static bool (*const ways[])(const char *id, const char *name) = { is_id, is_latest, is_last_part,
	text_contains_fold, has_prefix, is_any };

static const char *id_of(const struct snapshot *snapshot, size_t offer)
{
	return snapshot->models[snapshot->offers[offer].model].id;
}

/* Offers are sorted by model: those of one id are neighbours. */
static size_t end_of_model(const struct snapshot *snapshot, size_t first)
{
	size_t end = first + 1;

	while (end < snapshot->offer_count && strcmp(id_of(snapshot, end), id_of(snapshot, first)) == 0)
		end++;
	return end;
}

/* Whether the model's best server can be used and is of this class; CLASS_COUNT: any model, usable or not.
 * The best server comes first among the offers of a model. */
static bool is_of_class(const struct offer *best, enum offer_class class_)
{
	return class_ == CLASS_COUNT || (best->rank && best->class_ == class_);
}

/* The offers of all models of this class that match this way, from the first to the last; returns how many
 * models. */
static size_t search(const struct snapshot *snapshot, enum offer_class class_, size_t way, const char *name,
	struct span *offers)
{
	size_t found = 0, end;

	*offers = (struct span){ 0, 0 };
	for (size_t i = 0; i < snapshot->offer_count; i = end) {
		end = end_of_model(snapshot, i);
		if (!ways[way](id_of(snapshot, i), name) || !is_of_class(&snapshot->offers[i], class_))
			continue;
		if (!found++)
			offers->first = i;
		offers->count = end - offers->first;
	}
	return found;
}

/* Stops at the first of the ways, up to most, that matches a model of this class; returns how many models
 * match. */
static size_t search_ways(const struct snapshot *snapshot, enum offer_class class_, size_t most,
	const char *name, struct pick *pick)
{
	size_t found = 0;

	for (pick->way = 0; pick->way < most && *name; pick->way++)
		if ((found = search(snapshot, class_, pick->way, name, &pick->offers)))
			break;
	return found;
}

/* Security: whose server it is matters more than how exactly the name matches, because a stranger can give a
 * model any name. A part of an id is only a guess, so it is tried last. */
struct pick pick_model(const struct snapshot *snapshot, const char *name)
{
	struct pick pick = { .result = PICK_UNKNOWN };
	size_t found = 0;

	for (int class_ = CLASS_OWN; class_ < CLASS_COUNT && !found; class_++)
		found = search_ways(snapshot, (enum offer_class)class_, CERTAIN_WAYS, name, &pick);
	if (!found)
		found = search_ways(snapshot, CLASS_COUNT, ARRAY_LEN(ways), name, &pick);
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

static bool do_names_fail(const struct snapshot *snapshot)
{
	for (size_t i = 0; i < snapshot->verdicts.count; i++)
		if (strcmp(snapshot->verdict_list[snapshot->verdicts.first + i].code, CODE_NAME_UNRESOLVED) ==
			0)
			return true;
	return false;
}

enum pick_url pick_url_of(
	const struct snapshot *snapshot, const struct endpoint *endpoint, char *url, size_t size)
{
	const struct peer *peer = endpoint->peer < 0 ? NULL : &snapshot->peers[endpoint->peer];
	struct url parts;

	text_set(url, size, "%s", endpoint->base_url);
	if (!endpoint->is_of_tailnet || !do_names_fail(snapshot) ||
		url_split(&parts, endpoint->base_url) < 0 || url_host_is_address(parts.host) ||
		url_host_is_loopback(parts.host))
		return PICK_URL_FINE;
	if (parts.is_https || !peer || !peer->addresses[0])
		return PICK_URL_UNRESOLVED;
	text_set(parts.host, sizeof(parts.host), "%s", peer->addresses[0]);
	return url_join(&parts, url, size) == 0 ? PICK_URL_BY_ADDRESS : PICK_URL_UNRESOLVED;
}
