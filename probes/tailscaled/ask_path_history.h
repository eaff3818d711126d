/* Asks tailscaled what it remembers of paths, one peer at a time.
 *
 * A whole memory is 100 kB, so one peer is asked for after each status at most: one whose path just changed
 * or is in doubt, else the next one that serves and is active, and with packets being watched each only once,
 * for what was before. A daemon that knows no such question is not asked again. */
#ifndef TSLLM_TAILSCALED_ASK_PATH_HISTORY_H
#define TSLLM_TAILSCALED_ASK_PATH_HISTORY_H

#include "probes/tailscaled/client.h"
#include "probes/ledger/ledger.h"

struct recall;

/* way: of the tailnet source, which outlives it. */
struct recall *recall_new(
	struct daemon_way *way, struct ledger *ledger, void (*changed)(void *data), void *data);
void recall_free(struct recall *recall);
void recall_see_status(struct recall *recall, struct when now);

#endif
