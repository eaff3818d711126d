/* One peer of a status: an ipnstate.PeerStatus, of which "Self" is one too.
 *
 * Texts are cleaned into the arena; those that equal the ones of the peer before (system, home region) are
 * lent from it, so that 10,000 peers keep them once. */
#ifndef TSLLM_TAILSCALED_STATUS_PEER_H
#define TSLLM_TAILSCALED_STATUS_PEER_H

#include "probes/model/obs.h"

struct arena;
struct json;

struct owned_peer {
	struct obs_peer peer; /* without the name of its user */
	double sharer;        /* the user who shared it in; NAN: nobody did */
};

extern const char *const peer_no_list[]; /* the empty list */

void status_peer_init(struct owned_peer *owned);
/* before: the peer that lends its texts; NULL: none. */
void status_peer_read(struct owned_peer *owned, const struct owned_peer *before, const struct json *object,
	struct arena *arena);
/* The strings of an array that are not empty, at most most of them, NULL-ended. */
const char *const *status_peer_keep_list(struct arena *arena, const struct json *array, size_t most);

#endif
