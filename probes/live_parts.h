/* What live.c and live_time.c share. Do not include it elsewhere. */
#ifndef TSLLM_PROBES_LIVE_PARTS_H
#define TSLLM_PROBES_LIVE_PARTS_H

#include "probes/endpoints/mounts.h"
#include "probes/endpoints/search.h"
#include "probes/endpoints/service_list.h"

struct live {
	struct uv_loop_s *loop;
	struct timer *timer; /* next probe of discovery, further statuses of --once */
	struct http *http;
	const struct settings *settings;
	bool is_once;
	void (*changed)(void *data);
	void *data;
	struct ledger *ledger;
	struct tailnet *tailnet;
	struct pool *pool;
	struct confirmations *confirmations;
	struct gpu_asker *gpu_asker;
	struct companions *companions; /* NULL: no --audit */
	struct supervisor *supervisor; /* NULL: packet capture is off */
	struct canary_run *canary;
	struct path_history_asker *path_history_asker;
	struct netcheck_asker *netcheck_asker;
	struct socks_proxy *proxy;
	struct registry *registry;
	struct service_list services;
	struct mount_watch mount_watch;
	struct search search;
	struct names_asker *names_asker;
	struct when last_news, first_status;
	unsigned path_statuses; /* of --once: statuses since the first probes had time to wake the paths */
};

/* Milliseconds until --once requests the next status that shows the paths woken by its own probes; -1: it has
 * enough of them. An earlier status from the bus still shows idle paths, and one status alone is not
 * trusted. */
int64_t live_wait_for_paths(const struct live *live, struct when now);
/* Lets discovery probe, as far as its budget goes. */
void live_probe(struct live *live);
/* What the timer calls. */
void live_tick(void *data);
/* Sets the timer for what comes next. */
void live_schedule(struct live *live);

#endif
