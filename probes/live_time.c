/* When the live source acts next: the next probe of discovery, further statuses of --once. */
#include "probes/live_parts.h"

#include "probes/endpoints/confirm.h"
#include "probes/io/timer.h"
#include "probes/tailscaled/poll.h"

#define PATH_WAKES_MS 1100
#define PATH_STATUS_MS 250
#define PATH_STATUSES 2

void live_tick(void *data);

int64_t live_wait_for_paths(const struct live *live, struct when now)
{
	int64_t left =
		PATH_WAKES_MS + live->path_statuses * PATH_STATUS_MS - when_since(live->first_status, now);

	if (!live->is_once || !when_known(live->first_status) || live->path_statuses >= PATH_STATUSES)
		return -1;
	return left > 0 ? left : 0;
}

void live_schedule(struct live *live)
{
	struct when now = when_now();
	int64_t wait = search_wait(&live->search, now), paths = live_wait_for_paths(live, now);

	if (paths >= 0 && (wait < 0 || paths < wait))
		wait = paths;
	if (wait >= 0)
		timer_start(live->timer, wait ? wait : 1);
	else
		timer_stop(live->timer);
}

void live_probe(struct live *live)
{
	live->search.is_held = confirm_waits_for_log(live->confirmations);
	search_probe(&live->search);
}

void live_tick(void *data)
{
	struct live *live = data;
	struct when now = when_now();

	if (live_wait_for_paths(live, now) == 0)
		poll_ask_now(live->tailnet);
	live_probe(live);
	live_schedule(live);
}
