/* Asks tailscaled what it remembers of paths, one peer at a time.
 *
 * A whole memory is 100 kB, so one peer is asked for after each status at most: one whose path just changed
 * or is in doubt, else the next one that serves and is active, and with packets being watched each only once,
 * for what was before. A daemon that knows no such question is not asked again. */
#ifndef TSLLM_TAILSCALED_ASK_PATH_HISTORY_H
#define TSLLM_TAILSCALED_ASK_PATH_HISTORY_H

#include "probes/ledger/ledger.h"
#include "probes/tailscaled/client.h"

struct path_history_asker;

/* way: of the tailnet source, which outlives it. */
struct path_history_asker *ask_path_history_new(
	struct client *way, struct ledger *ledger, void (*changed)(void *data), void *data);
void ask_path_history_free(struct path_history_asker *path_history_asker);
void ask_path_history_see_status(struct path_history_asker *path_history_asker, struct when now);

#endif
