/* What --audit asks beside the servers, once: which ports this machine listens on, whether tailscaled's web
 * page is open on other machines with a server, and whether what comes with a server (Grafana) is. The last
 * two are a GET of /, without a key. */
#ifndef TSLLM_ENDPOINTS_COMPANIONS_H
#define TSLLM_ENDPOINTS_COMPANIONS_H

#include "probes/endpoints/pool.h"
#include "probes/io/http.h"
#include "probes/ledger/ledger.h"

struct companions;

struct companions *companions_new(
	struct http *http, struct ledger *ledger, struct pool *pool, void (*changed)(void *data), void *data);
void companions_free(struct companions *companions);
void companions_read_listeners(const struct companions *companions);
/* Asks beside the endpoints of this snapshot that were not seen before. */
void companions_ask(struct companions *companions, const struct snapshot *snapshot);
size_t companions_open(const struct companions *companions); /* requests in flight */

#endif
