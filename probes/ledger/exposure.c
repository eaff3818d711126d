#include "probes/ledger/exposure.h"

#include <stdlib.h>
#include <string.h>

/* The whole list each time. */
void exposure_see_listeners(struct ledger *ledger, const struct observation *observation, struct when now)
{
	const struct obs_listeners *seen = observation->listeners;
	struct arena *arena = arena_new();
	struct obs_listener *items = arena_alloc(arena, (seen->count + 1) * sizeof(*items));

	(void)now;
	for (size_t i = 0; i < seen->count; i++)
		items[i] = (struct obs_listener){ .address = arena_copy(arena, seen->items[i].address),
			.process = arena_copy(arena, seen->items[i].process),
			.port = seen->items[i].port };
	if (ledger->exposure.arena)
		arena_free(ledger->exposure.arena);
	ledger->exposure.arena = arena;
	ledger->exposure.listeners = (struct obs_listeners){ items, seen->count };
}

static struct obs_companion *find(struct ledger *ledger, const char *url)
{
	for (size_t i = 0; i < ledger->exposure.companions.count; i++)
		if (strcmp(ledger->exposure.companions.items[i].url, url) == 0)
			return &ledger->exposure.companions.items[i];
	return NULL;
}

void exposure_see_companion(struct ledger *ledger, const struct observation *observation, struct when now)
{
	const struct obs_companion *seen = observation->companion;
	struct obs_companion *known = find(ledger, seen->url);

	(void)now;
	if (!known) {
		known = VEC_PUSH(&ledger->exposure.companions);
		*known = (struct obs_companion){ .peer_id = mem_copy(seen->peer_id),
			.url = mem_copy(seen->url),
			.title = mem_copy(seen->title) };
	}
	known->is_open = seen->is_open;
}

void exposure_free(struct ledger *ledger)
{
	for (size_t i = 0; i < ledger->exposure.companions.count; i++) {
		const struct obs_companion *known = &ledger->exposure.companions.items[i];

		free((char *)(uintptr_t)known->peer_id);
		free((char *)(uintptr_t)known->url);
		free((char *)(uintptr_t)known->title);
	}
	free(ledger->exposure.companions.items);
	if (ledger->exposure.arena)
		arena_free(ledger->exposure.arena);
}
