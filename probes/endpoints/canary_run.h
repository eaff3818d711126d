/* Sends what a canary's plan says: one request after the other, over new connections, each through the way that
 * clients take. The user has agreed to the plan.
 *
 * Around each request the engine is polled, for the growth of its counters. A request ends when the answer does,
 * when no token comes for as long as the settings say, or when it is stopped; after one that failed the series
 * ends. What came goes to the ledger as an observation: at the beginning, at the first token, at the end, and
 * once more when the engine has been polled. */
#ifndef TSLLM_ENDPOINTS_CANARY_RUN_H
#define TSLLM_ENDPOINTS_CANARY_RUN_H

#include "probes/endpoints/pool.h"
#include "probes/io/http.h"
#include "probes/ledger/ledger.h"
#include "probes/model/canary.h"
#include "probes/model/snapshot.h"

struct canary_run;

struct canary_run *canary_run_new(struct uv_loop_s *loop, struct http *http, struct ledger *ledger,
	struct pool *pool, const struct settings *settings, void (*changed)(void *data), void *data);
void canary_run_free(struct canary_run *run);
/* false: one is running already. */
bool canary_run_start(struct canary_run *run, const struct canary_plan *plan);
void canary_run_stop(struct canary_run *run); /* closes the connection */
bool canary_run_goes_on(const struct canary_run *run);
/* Call with each new snapshot: the next step may follow from it. */
void canary_run_see(struct canary_run *run, const struct snapshot *snapshot, struct when now);

#endif
