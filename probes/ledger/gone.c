#include "probes/ledger/gone.h"

#include <string.h>

static bool is_served(const struct ledger *ledger, const char *url)
{
	for (size_t i = 0; i < ledger->mount_count; i++) {
		const struct obs_mount *mount = ledger->mounts[i].obs;

		if ((mount->url && strcmp(mount->url, url) == 0) ||
			(mount->backend && strcmp(mount->backend, url) == 0))
			return true;
	}
	return false;
}

static bool has_stopped_for(
	const struct ledger *ledger, const struct known_endpoint *endpoint, int64_t ms, struct when now)
{
	return endpoint->stopped_at && now.wall_ms - endpoint->stopped_at >= ms &&
	       endpoint->found_by == FOUND_PORT && !endpoint->is_pinned && !is_served(ledger, endpoint->url);
}

int64_t ledger_stopped_at(const struct ledger *ledger, const char *url)
{
	for (size_t i = 0; i < ledger->endpoints.count; i++)
		if (strcmp(ledger->endpoints.items[i]->url, url) == 0)
			return ledger->endpoints.items[i]->stopped_at;
	return 0;
}

bool gone_holds(const struct ledger *ledger, const struct known_endpoint *endpoint, struct when now)
{
	return has_stopped_for(ledger, endpoint, GONE_AFTER_MS, now);
}

bool gone_is_over(const struct ledger *ledger, const struct known_endpoint *endpoint, struct when now)
{
	return has_stopped_for(ledger, endpoint, GONE_FORGOTTEN_MS, now);
}
