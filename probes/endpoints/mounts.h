/* Endpoints announced by the tailnet: our own serve mounts, and the services that this node may reach.
 *
 * Each mount becomes two endpoints, its backend and its tailnet URL, to tell a broken proxy from a broken
 * server. A mount of something that is no LLM server is left alone, once that has answered. */
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
	struct left_alone *left_alone;
	const struct service_list *services;
};

void mounts_watch_serve(
	const struct mount_watch *mount_watch, struct obs_serve *serve); /* and gives it to the ledger */
/* Those that were declared before and are no more are dropped. */
void mounts_watch_services(const struct mount_watch *mount_watch, const struct obs_services *services);
void mounts_drop_services(const struct mount_watch *mount_watch); /* all of them: they are in another tailnet */
/* An endpoint was given up, because what answers there is no LLM server: so are the mounts that lead to it. Of
 * a Service that does not speak the expected protocol, the other one is tried. */
void mounts_see_result(const struct mount_watch *mount_watch, const struct pool_result *result);

#endif
