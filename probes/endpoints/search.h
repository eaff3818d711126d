/* The search for servers: probes the URLs that discovery plans, and leaves alone those that are not
 * servers. */
#ifndef TSLLM_ENDPOINTS_SEARCH_H
#define TSLLM_ENDPOINTS_SEARCH_H

#include "probes/endpoints/discover.h"
#include "probes/endpoints/left_alone.h"
#include "probes/endpoints/pool.h"
#include "probes/ledger/ledger.h"

struct search {
	const struct settings *settings;
	struct ledger *ledger;
	struct pool *pool;
	struct discoverer *discover; /* owned */
	bool is_held;                /* no peer may be probed: see confirm_waits_for_log() */
	struct left_alone left_alone;
};

void search_init(
	struct search *search, const struct settings *settings, struct ledger *ledger, struct pool *pool);
void search_fini(struct search *search);
/* After a status, or the failure to get one: while no tailnet runs, only this machine is probed. */
void search_see_status(struct search *search);
/* Probes every URL that may be probed now. */
void search_probe(struct search *search);
/* What the pool found at a URL, discovered or not. */
void search_see_result(struct search *search, const struct pool_result *result);
/* Milliseconds until the next probe is due; -1: never. */
int64_t search_wait(const struct search *search, struct when now);
/* Restarts discovery and forgets the URLs left alone: the user pressed r. */
void search_again(struct search *search);

#endif
