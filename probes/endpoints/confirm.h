/* Confirming questions: what is asked once more, otherwise, to tell a proof from a guess.
 *
 * One table, code → question. The last snapshot says which codes hold where; each question is asked once a
 * minute at most for the same row, and its answer goes to the ledger as a proof. All of them are free: no
 * peer is loaded by any. */
#ifndef TSLLM_ENDPOINTS_CONFIRM_H
#define TSLLM_ENDPOINTS_CONFIRM_H

#include "probes/io/http.h"
#include "probes/ledger/ledger.h"
#include "probes/endpoints/pool.h"

struct uv_loop_s;

struct questions;

struct questions *questions_new(struct uv_loop_s *loop, struct http *http, struct ledger *ledger,
	const struct watch *watch, void (*changed)(void *data), void *data);
void questions_free(struct questions *questions);
/* Asks what the verdicts of this snapshot leave open. socket: tailscaled's, NULL: pings cannot be asked. */
void questions_ask(
	struct questions *questions, const struct snapshot *snapshot, const char *socket, struct when now);
/* Both kinds of ping to this peer, once a minute at most. */
void questions_ping(
	struct questions *questions, const struct peer *peer, const char *socket, struct when now);
/* A connect to this door got no answer: pings its host, and listens to the daemon's log for a while where
 * that is allowed. */
void questions_silent(struct questions *questions, const struct door *door, const char *socket);
size_t questions_open(const struct questions *questions); /* asked and not answered yet */

#endif
