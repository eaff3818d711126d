/* The search for servers: what discovery plans is asked, and what was no server is left alone. */
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
	struct left_alone left_alone;
};

void search_init(
	struct search *search, const struct settings *settings, struct ledger *ledger, struct pool *pool);
void search_fini(struct search *search);
/* Asks at every port that may be asked now. */
void search_probe(struct search *search);
/* What the pool found at a URL, whoever wanted it asked. */
void search_see_result(struct search *search, const struct pool_result *result);
/* Milliseconds until something is to be asked; -1: never. */
int64_t search_wait(const struct search *search, struct when now);
/* Everything is worth a question again, also what was left alone: the user presses r. */
void search_again(struct search *search);

#endif
