/* Confirmations: a second, different request that turns a guess into a proof.
 *
 * One table maps verdict codes to confirmations. The last snapshot says which codes apply to which row. Each
 * confirmation is made at most once a minute per row, and its answer goes to the ledger as a proof. All are
 * free: none puts load on a peer. */
#ifndef TSLLM_ENDPOINTS_CONFIRM_H
#define TSLLM_ENDPOINTS_CONFIRM_H

#include "probes/endpoints/pool.h"
#include "probes/io/http.h"
#include "probes/ledger/ledger.h"

struct confirmations;

struct confirmations *confirm_new(
	struct http *http, struct ledger *ledger, struct pool *pool, void (*changed)(void *data), void *data);
void confirm_free(struct confirmations *confirmations);
/* Starts the confirmations for the verdicts of this snapshot. socket: tailscaled's; NULL: no pings. */
void confirm_ask(struct confirmations *confirmations, const struct snapshot *snapshot, const char *socket,
	struct when now);
/* Sends both kinds of ping to this peer, at most once a minute. */
void confirm_ping(
	struct confirmations *confirmations, const struct peer *peer, const char *socket, struct when now);
/* A connect to this endpoint timed out, or it is asked again after that: pings its host and, if this user may,
 * reads tailscaled's log for a while. */
void confirm_silent(
	struct confirmations *confirmations, const struct endpoint_spec *spec, const char *socket);
/* tailscaled's log may soon prove why an endpoint is silent; other connects could use up its few lines. */
bool confirm_waits_for_log(const struct confirmations *confirmations);
size_t confirm_open(const struct confirmations *confirmations); /* requests in flight */

#endif
