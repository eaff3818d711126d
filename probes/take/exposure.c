/* What --audit looked at, and who is asked for a key. */
#include "probes/ledger/endpoints.h"
#include "probes/ledger/peers.h"
#include "probes/take/builder.h"

#include <string.h>

static bool refuses_strangers(const struct known_endpoint *known)
{
	return known->wants_key.holds || known->key_rejected.holds || known->state == STATE_AUTH;
}

/* Its list of models, given without a key, proves that none is wanted; with ours it does so only for a server
 * that cannot ask for one. */
static enum tri wants_key(const struct known_endpoint *known)
{
	const struct server_facts *facts = known->facts;

	if (refuses_strangers(known))
		return TRI_YES;
	if (!endpoint_is_good(known) || !known->models_known || facts->has_open_list ||
		(known->has_key && !facts->no_guard))
		return TRI_UNKNOWN;
	return TRI_NO;
}

void take_guard(const struct known_endpoint *known, struct endpoint *row)
{
	const struct server_facts *facts = known->facts;

	row->is_engine = facts->kind == SERVER_ENGINE && *known->server;
	row->may_hand_on = !row->is_engine || facts->is_asked_rarely;
	row->checks_host = facts->checks_host;
	row->sends_key = known->has_key;
	row->wants_key = wants_key(known);
	row->management = facts->management ? facts->management : "";
	row->relays_by = facts->relays_by ? facts->relays_by : "";
	row->no_guard = facts->no_guard ? facts->no_guard : "";
}

static void take_bounds(struct builder *s)
{
	const struct obs_listeners *seen = &s->ledger->exposure.listeners;
	struct bound *rows = arena_alloc(s->arena, (seen->count + 1) * sizeof(*rows));

	for (size_t i = 0; i < seen->count; i++)
		rows[i] = (struct bound){ .address = arena_copy(s->arena, seen->items[i].address),
			.process = arena_copy(s->arena, seen->items[i].process),
			.port = seen->items[i].port,
			.is_llm = server_facts_is_llm_port(s->ledger->terms.servers, seen->items[i].port) };
	s->snapshot->bounds = rows;
	s->snapshot->bound_count = seen->count;
	s->snapshot->bounds_known = s->ledger->exposure.arena != NULL;
}

void take_exposure(struct builder *s)
{
	size_t count = s->ledger->exposure.companions.count;
	struct companion *rows = arena_alloc(s->arena, (count + 1) * sizeof(*rows));

	take_bounds(s);
	for (size_t i = 0; i < count; i++) {
		const struct obs_companion *known = &s->ledger->exposure.companions.items[i];

		rows[i] = (struct companion){ .peer = builder_row_of_peer(
						      s, peer_find(s->ledger, known->peer_id)),
			.url = arena_copy(s->arena, known->url),
			.title = arena_copy(s->arena, known->title),
			.is_open = known->is_open };
	}
	s->snapshot->companions = rows;
	s->snapshot->companion_count = count;
}
