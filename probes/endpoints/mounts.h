/* Endpoints announced by the tailnet: our own serve mounts, and the services that this node may reach.
 *
 * Each mount becomes two endpoints, its backend and its tailnet URL, to tell a broken proxy from a broken
 * server. */
#ifndef TSLLM_ENDPOINTS_MOUNTS_H
#define TSLLM_ENDPOINTS_MOUNTS_H

#include "probes/endpoints/discover.h"
#include "probes/endpoints/left_alone.h"
#include "probes/endpoints/pool.h"
#include "probes/ledger/ledger.h"
#include "probes/model/settings.h"

struct mount_watch {
	const struct settings *settings;
	struct ledger *ledger;
	struct pool *pool;
	struct discoverer *discover;
	const struct left_alone *left_alone;
};

void mounts_watch_serve(
	const struct mount_watch *mount_watch, struct obs_serve *serve); /* and gives it to the ledger */
void mounts_watch_services(const struct mount_watch *mount_watch, const struct obs_services *services);

#endif
