/* The live source: connects tailscaled, the workers, discovery and the confirmations to one ledger, and
 * yields snapshots.
 *
 * Everything runs on the given loop; live_take() never blocks. */
#ifndef TSLLM_PROBES_LIVE_H
#define TSLLM_PROBES_LIVE_H

#include "probes/base/when.h"
#include "probes/model/settings.h"

struct uv_loop_s;

struct live;
struct peer;
struct recorder;
struct snapshot;

/* changed: the ledger has new data. It may be called many times before a snapshot is worth taking. recorder: gets
 * all that the ledger sees; NULL: nothing is recorded. */
struct live *live_new(struct uv_loop_s *loop, const struct settings *settings, struct recorder *recorder,
	bool is_once, void (*changed)(void *data), void *data);
void live_free(struct live *live);
struct snapshot *live_take(struct live *live, struct when now);
/* Both kinds of ping to this peer, at most once a minute; not with --passive. */
void live_ping(struct live *live, const struct peer *peer, struct when now);
void live_ask_now(struct live *live); /* polls everything now and restarts discovery */
/* How often the path to a server began to fail: worth a look before the next period. */
unsigned live_path_failures(const struct live *live);
/* Whether all that can be known at once is known, so that --once may print. */
bool live_is_complete(const struct live *live);

#endif
