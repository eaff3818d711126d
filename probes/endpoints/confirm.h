/* Confirming questions: what is asked once more, otherwise, to tell a proof from a guess.
 *
 * One table, code → question. The last snapshot says which codes hold where; each question is asked once a
 * minute at most for the same row, and its answer goes to the ledger as a proof. All of them are free: no
 * peer is loaded by any. */
#ifndef TSLLM_ENDPOINTS_CONFIRM_H
#define TSLLM_ENDPOINTS_CONFIRM_H

#include "probes/endpoints/pool.h"
#include "probes/io/http.h"
#include "probes/ledger/ledger.h"

struct confirmations;

struct confirmations *confirm_new(struct http *http, struct ledger *ledger, const struct pool *pool,
	void (*changed)(void *data), void *data);
void confirm_free(struct confirmations *confirmations);
/* Asks what the verdicts of this snapshot leave open. socket: tailscaled's, NULL: pings cannot be asked. */
void confirm_ask(struct confirmations *confirmations, const struct snapshot *snapshot, const char *socket,
	struct when now);
/* Both kinds of ping to this peer, once a minute at most. */
void confirm_ping(
	struct confirmations *confirmations, const struct peer *peer, const char *socket, struct when now);
/* A connect to this door got no answer: pings its host, and listens to the daemon's log for a while where
 * that is allowed. */
void confirm_silent(
	struct confirmations *confirmations, const struct endpoint_spec *spec, const char *socket);
size_t confirm_open(const struct confirmations *confirmations); /* asked and not answered yet */

#endif
