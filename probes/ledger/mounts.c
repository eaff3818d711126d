/* What `tailscale serve` serves on this machine. */
#include "probes/ledger/mounts.h"

#include "probes/ledger/endpoints.h"
#include "probes/ledger/state.h"

#include <stdlib.h>
#include <string.h>

void mounts_free(struct ledger *ledger)
{
	for (size_t i = 0; i < ledger->mount_count; i++)
		free(ledger->mounts[i].open_verdicts.items);
	free(ledger->mounts);
	if (ledger->serve)
		arena_free(ledger->serve->arena);
}

static bool is_same_mount(const struct obs_mount *a, const struct obs_mount *b)
{
	return a->port == b->port && a->is_foreground == b->is_foreground && strcmp(a->host, b->host) == 0 &&
	       strcmp(a->path, b->path) == 0 && strcmp(a->target, b->target) == 0;
}

/* A mount that is still there keeps its open verdicts. */
static void adopt_mount(struct ledger *ledger, struct known_mount *mount)
{
	for (size_t i = 0; i < ledger->mount_count; i++) {
		if (!ledger->mounts[i].open_verdicts.items ||
			!is_same_mount(ledger->mounts[i].obs, mount->obs))
			continue;
		mount->open_verdicts = ledger->mounts[i].open_verdicts;
		ledger->mounts[i].open_verdicts = (struct open_verdicts){ 0 };
		return;
	}
}

void mounts_see(struct ledger *ledger, const struct observation *observation, struct when now)
{
	struct obs_serve *serve = observation->serve;
	struct known_mount *mounts = mem_alloc((serve->mount_count + 1) * sizeof(*mounts));

	(void)now;
	for (size_t i = 0; i < serve->mount_count; i++) {
		mounts[i].obs = &serve->mounts[i];
		mounts[i].is_web = serve->mounts[i].is_web;
		adopt_mount(ledger, &mounts[i]);
	}
	mounts_free(ledger);
	ledger->serve = serve;
	ledger->mounts = mounts;
	ledger->mount_count = serve->mount_count;
}

bool mounts_is_web(const struct ledger *ledger, const struct obs_mount *mount)
{
	for (size_t i = 0; i < ledger->mount_count; i++)
		if (ledger->mounts[i].obs == mount)
			return ledger->mounts[i].is_web;
	return false;
}

void mounts_see_web(struct ledger *ledger, const struct observation *observation, struct when now)
{
	const char *url = observation->url;

	(void)now;
	for (size_t i = 0; i < ledger->mount_count; i++) {
		const struct obs_mount *mount = ledger->mounts[i].obs;

		if ((mount->url && strcmp(mount->url, url) == 0) ||
			(mount->backend && strcmp(mount->backend, url) == 0))
			ledger->mounts[i].is_web = true;
	}
}

const struct known_mount *mounts_with_url(const struct ledger *ledger, const char *url)
{
	for (size_t i = 0; i < ledger->mount_count; i++)
		if (ledger->mounts[i].obs->url && strcmp(ledger->mounts[i].obs->url, url) == 0)
			return &ledger->mounts[i];
	return NULL;
}

const struct known_endpoint *mounts_backend(const struct ledger *ledger, const struct known_mount *mount)
{
	return mount && mount->obs->backend && *mount->obs->backend
		       ? endpoint_find(ledger, mount->obs->backend)
		       : NULL;
}

const struct known_endpoint *mounts_queried(
	const struct ledger *ledger, const struct known_endpoint *endpoint)
{
	const struct known_endpoint *backend = mounts_backend(ledger, mounts_with_url(ledger, endpoint->url));
	bool is_same = backend && !endpoint->has_key && endpoint_is_good(endpoint) &&
		       strcmp(backend->server, endpoint->server) == 0;

	return is_same ? backend : endpoint;
}

size_t mounts_urls(const struct ledger *ledger, const struct known_endpoint *endpoint)
{
	const struct known_endpoint *backend = mounts_backend(ledger, mounts_with_url(ledger, endpoint->url));
	const char *engine = backend ? backend->url : endpoint->url;
	size_t count = 1;

	for (size_t i = 0; i < ledger->mount_count; i++)
		count += ledger->mounts[i].obs->backend && strcmp(ledger->mounts[i].obs->backend, engine) == 0;
	return count;
}
