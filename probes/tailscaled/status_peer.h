/* One peer of a status: an ipnstate.PeerStatus; "Self" is one too.
 *
 * Texts are cleaned and kept in the arena. Those that equal the previous peer's (system, home region) are
 * shared with it, so 10,000 peers keep them once. */
#ifndef TSLLM_TAILSCALED_STATUS_PEER_H
#define TSLLM_TAILSCALED_STATUS_PEER_H

#include "probes/model/obs.h"

struct arena;
struct json;

struct owned_peer {
	struct obs_peer peer; /* without the name of its user */
	double sharer;        /* id of the user who shared it in; NAN: not shared */
};

extern const char *const peer_no_list[]; /* the empty list */

void status_peer_init(struct owned_peer *owned);
/* before: the peer to share texts with; NULL: none. */
void status_peer_read(struct owned_peer *owned, const struct owned_peer *before, const struct json *object,
	struct arena *arena);
/* The non-empty strings of an array, at most most of them, NULL-ended. */
const char *const *status_peer_keep_list(struct arena *arena, const struct json *array, size_t most);

#endif
