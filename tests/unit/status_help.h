/* Statuses for tests, as the daemon might have given them. Text in them lives in their arena. */
#ifndef TSLLM_TESTS_STATUS_HELP_H
#define TSLLM_TESTS_STATUS_HELP_H

#include "probes/model/obs.h"

struct obs_status *in_state(enum backend_state backend, const char *word); /* with self and no peer */
struct obs_status *running(void);
/* Appends a peer, online and direct, untagged, of our own user. Valid until the next one is appended. */
struct obs_peer *with_peer(struct obs_status *status, const char *id, const char *name);
struct obs_peer *by_derp(struct obs_peer *peer);
struct obs_peer *by_peer_relay(struct obs_peer *peer);
struct obs_peer *idle(struct obs_peer *peer);
struct obs_peer *offline(struct obs_peer *peer);
const char *const *list_of(const struct obs_status *status, const char *word); /* NULL-ended, in its arena */

#endif
