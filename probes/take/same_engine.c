/* Which endpoints lead to the same engine, so that lists show one row for it.
 *
 * A mount of this machine and its backend are known to (engine_id). On another machine, whose mounts nobody
 * tells us, an HTTPS endpoint and a port are taken for one engine if both are of the same server and version
 * with the same models, and no second port there is: a list's row may be shared on such an inference, what
 * JSON says may not. */
#include "probes/take/same_engine.h"

#include "probes/base/mem.h"

#include <stdlib.h>
#include <string.h>

static bool is_https(const struct endpoint *row)
{
	return strncmp(row->url, "https://", 8) == 0;
}

static bool has_same_models(
	const struct snapshot *snapshot, const struct endpoint *a, const struct endpoint *b)
{
	if (!a->models_known || !b->models_known || !a->models.count || a->models.count != b->models.count)
		return false;
	for (size_t i = 0; i < a->models.count; i++)
		if (strcmp(snapshot->models[a->models.first + i].id,
			    snapshot->models[b->models.first + i].id) != 0)
			return false;
	return true;
}

static bool seem_the_same(const struct snapshot *snapshot, const struct endpoint *a, const struct endpoint *b)
{
	return a->peer >= 0 && a->peer == b->peer && *a->server && strcmp(a->server, b->server) == 0 &&
	       strcmp(a->version, b->version) == 0 && has_same_models(snapshot, a, b);
}

/* The one plain port that the HTTPS endpoint seems to lead to; SIZE_MAX: none, or several. */
static size_t likely_port(const struct snapshot *snapshot, const struct endpoint *mount)
{
	size_t found = SIZE_MAX;

	for (size_t i = 0; i < snapshot->endpoint_count; i++) {
		const struct endpoint *other = &snapshot->endpoints[i];

		if (is_https(other) || !seem_the_same(snapshot, mount, other))
			continue;
		if (found != SIZE_MAX)
			return SIZE_MAX;
		found = i;
	}
	return found;
}

/* What a client should be given: what works, by HTTPS before a plain port. Of equals the one found first. */
static bool is_better(const struct endpoint *a, const struct endpoint *b)
{
	bool a_works = !state_blocks(a->state) && a->state != STATE_UNKNOWN,
	     b_works = !state_blocks(b->state) && b->state != STATE_UNKNOWN;

	return a_works != b_works ? a_works : is_https(a) && !is_https(b);
}

/* groups: for each endpoint, the first one of its engine. */
static void group(const struct snapshot *snapshot, size_t *groups)
{
	for (size_t i = 0; i < snapshot->endpoint_count; i++)
		groups[i] = snapshot->endpoints[i].engine_id > 0
				    ? (size_t)snapshot->endpoints[i].engine_id - 1
				    : i;
	for (size_t i = 0; i < snapshot->endpoint_count; i++) {
		size_t port = SIZE_MAX;

		if (groups[i] == i && is_https(&snapshot->endpoints[i]))
			port = likely_port(snapshot, &snapshot->endpoints[i]);
		if (port != SIZE_MAX)
			groups[i] = groups[port];
	}
}

void take_same_engine(struct snapshot *snapshot)
{
	struct endpoint *rows = snapshot->endpoints;
	size_t count = snapshot->endpoint_count, *groups = mem_alloc((count + 1) * sizeof(*groups)),
	       *leads = mem_alloc((count + 1) * sizeof(*leads));

	group(snapshot, groups);
	for (size_t i = 0; i < count; i++)
		leads[i] = groups[i];
	for (size_t i = 0; i < count; i++)
		if (is_better(&rows[i], &rows[leads[groups[i]]]))
			leads[groups[i]] = i;
	for (size_t i = 0; i < count; i++) {
		rows[i].lead = leads[groups[i]];
		rows[i].worst = i;
		rows[i].others = 0;
	}
	for (size_t i = 0; i < count; i++) {
		struct endpoint *lead = &rows[rows[i].lead];

		lead->others += i != rows[i].lead;
		if (rows[i].state > rows[lead->worst].state)
			lead->worst = i;
	}
	free(groups);
	free(leads);
}
