/* The live source: connects tailscaled, the workers, discovery and the confirmations to one ledger, and
 * yields snapshots.
 *
 * Everything runs on the given loop; live_take() never blocks. */
#ifndef TSLLM_PROBES_LIVE_H
#define TSLLM_PROBES_LIVE_H

#include "probes/base/when.h"
#include "probes/model/settings.h"

struct uv_loop_s;

struct ledger;
struct canary_plan;
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
/* What an earlier run recorded: its events are shown with ours. */
void live_remember_events(struct live *live, const struct ledger *earlier, struct when now);
/* Sends a canary, to which the user has agreed. false: one is running, or --passive. */
bool live_canary(struct live *live, const struct canary_plan *plan);
void live_stop_canary(struct live *live);
void live_ask_now(struct live *live); /* polls everything now and restarts discovery */
/* How often the path to a server began to fail: worth a look before the next period. */
unsigned live_path_failures(const struct live *live);
/* Whether all that can be known at once is known, so that --once may print. */
bool live_is_complete(const struct live *live);

#endif
