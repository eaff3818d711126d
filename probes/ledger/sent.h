/* What was sent to an endpoint: a row for each path and what it costs. */
#ifndef TSLLM_LEDGER_SENT_H
#define TSLLM_LEDGER_SENT_H

#include "probes/ledger/state.h"

/* Counts a request; returns its row. */
struct known_sent *sent_count(struct known_endpoint *endpoint, const char *path, enum cost cost);
void sent_see(
	struct known_endpoint *endpoint, const struct obs_answer *answer, int64_t poll_ms, struct when now);

#endif
