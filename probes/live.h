/* The live source: tailscaled, the workers, discovery and the confirming questions around one ledger.
 *
 * It yields snapshots. Everything happens on the given loop; live_take() never waits. */
#ifndef TSLLM_PROBES_LIVE_H
#define TSLLM_PROBES_LIVE_H

#include "probes/base/when.h"
#include "probes/model/settings.h"

struct uv_loop_s;


struct live;
struct snapshot;

/* changed: something new is in the ledger; many calls may come before one take is worth it. */
struct live *live_new(struct uv_loop_s *loop, const struct settings *settings, bool is_once,
	void (*changed)(void *data), void *data);
void live_free(struct live *live);
struct snapshot *live_take(struct live *live, struct when now);
void live_ask_now(struct live *live); /* everything, discovery included */
/* Everything that can be known at once is known: --once may print. */
bool live_is_settled(const struct live *live);

#endif
