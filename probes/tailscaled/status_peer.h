/* One peer of a status: an ipnstate.PeerStatus; "Self" is one too.
 *
 * Texts are cleaned and kept in the arena. Those that equal the previous peer's (system, home region) are
 * shared with it, so 10,000 peers keep them once. */
#ifndef TSLLM_TAILSCALED_STATUS_PEER_H
#define TSLLM_TAILSCALED_STATUS_PEER_H

#include "probes/model/obs.h"

#include <stddef.h>

struct arena;
struct json;

extern const char *const peer_no_list[]; /* the empty list */

void status_peer_init(struct obs_peer *peer);
bool status_peer_reads(const char *key, size_t length); /* that member */
/* All but the name of its user. beside: the peer to share texts with; NULL: none. */
void status_peer_read(
	struct obs_peer *peer, const struct obs_peer *beside, const struct json *object, struct arena *arena);
/* As it was read once, whatever came of it since. */
void status_peer_copy(struct obs_peer *peer, const struct obs_peer *beside, const struct obs_peer *from,
	struct arena *arena);
/* The non-empty strings of an array, at most most of them, NULL-ended. */
const char *const *status_peer_keep_list(struct arena *arena, const struct json *array, size_t most);

#endif
