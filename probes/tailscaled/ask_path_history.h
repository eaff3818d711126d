/* Asks tailscaled for its history of paths, one peer at a time.
 *
 * A whole history is 100 kB, so at most one peer is asked about after each status: one whose path has just
 * changed or is in doubt, else the next one that serves and is active. While packets are being watched, each
 * peer is asked about once, for what happened before. A daemon that does not know the request is not asked
 * again. */
#ifndef TSLLM_TAILSCALED_ASK_PATH_HISTORY_H
#define TSLLM_TAILSCALED_ASK_PATH_HISTORY_H

#include "probes/ledger/ledger.h"
#include "probes/tailscaled/client.h"

struct path_history_asker;

/* way: of the tailnet source, which must outlive it. */
struct path_history_asker *ask_path_history_new(
	struct client *way, struct ledger *ledger, void (*changed)(void *data), void *data);
void ask_path_history_free(struct path_history_asker *path_history_asker);
void ask_path_history_see_status(struct path_history_asker *path_history_asker, struct when now);

#endif
