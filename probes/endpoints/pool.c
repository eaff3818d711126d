/* The pool of workers: who may talk, and when.
 *
 * One timer is set to the next poll that is due. At most 64 workers talk at once, fewer where few files may
 * be open. A worker whose host is offline waits, and so does the whole tailnet while it does not run for
 * certain: then its addresses may belong to strangers, who get neither a question nor a key. */
#include "probes/endpoints/pool.h"

#include "probes/base/mem.h"
#include "probes/io/budget.h"
#include "probes/endpoints/worker.h"
#include "probes/io/timer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct watch {
	struct worker_world world;
	struct timer *timer;
	size_t talking_max;
	struct {
		struct worker **items;
		size_t count, room;
	} workers;
};

static void tick(void *data);

static struct worker *find(const struct watch *watch, const char *url)
{
	for (size_t i = 0; i < watch->workers.count; i++)
		if (strcmp(watch->workers.items[i]->door.url, url) == 0)
			return watch->workers.items[i];
	return NULL;
}

bool watch_has(const struct watch *watch, const char *url)
{
	return find(watch, url) != NULL;
}

/* Another URL of the same server, by another form of its peer's name. A certificate is for one name: over TLS each
 * is a door of its own. */
static struct worker *find_twin(const struct watch *watch, const char *url, const char *peer_id)
{
	struct url parts;

	if (!*peer_id || url_split(&parts, url) < 0 || parts.is_https)
		return NULL;
	for (size_t i = 0; i < watch->workers.count; i++) {
		struct worker *worker = watch->workers.items[i];

		if (!worker->url.is_https && worker->url.port == parts.port &&
			strcmp(worker->url.path, parts.path) == 0 &&
			strcmp(worker->door.peer_id, peer_id) == 0)
			return worker;
	}
	return NULL;
}

bool watch_has_server(const struct watch *watch, const char *url, const char *peer_id)
{
	return find(watch, url) || find_twin(watch, url, peer_id);
}

static size_t count_talking(const struct watch *watch)
{
	size_t talking = 0;

	for (size_t i = 0; i < watch->workers.count; i++)
		talking += watch->workers.items[i]->call != NULL;
	return talking;
}

/* Without a network interface of tailscaled's and without a way through it, a connect to a peer leaves by the
 * default route. */
static bool has_way(const struct watch *watch)
{
	return ledger_status(watch->world.ledger)->has_tun || *watch->world.proxy;
}

static bool waits(const struct watch *watch, const struct worker *worker)
{
	const struct ledger *ledger = watch->world.ledger;

	if (worker->door.is_resolving)
		return true;
	return worker_is_of_tailnet(worker) && (!daemon_runs_for_certain(ledger) || !has_way(watch) ||
						       peer_is_offline(ledger, worker->door.peer_id));
}

static void schedule(struct watch *watch)
{
	int64_t now = when_now().mono_ms, due = INT64_MAX;

	for (size_t i = 0; i < watch->workers.count; i++) {
		const struct worker *worker = watch->workers.items[i];

		if (!worker->call && worker->due < due && !waits(watch, worker))
			due = worker->due;
	}
	if (due == INT64_MAX || count_talking(watch) >= watch->talking_max)
		timer_stop(watch->timer);
	else
		timer_start(watch->timer, due - now);
}

static void tick(void *data)
{
	struct watch *watch = data;
	int64_t now = when_now().mono_ms;
	size_t talking = count_talking(watch);

	for (size_t i = 0; i < watch->workers.count && talking < watch->talking_max; i++) {
		struct worker *worker = watch->workers.items[i];

		if (worker->call || worker->due > now || waits(watch, worker))
			continue;
		worker_poll(worker);
		talking += worker->call != NULL;
	}
	schedule(watch);
}

static void drop(struct watch *watch, struct worker *worker)
{
	for (size_t i = 0; i < watch->workers.count; i++) {
		if (watch->workers.items[i] != worker)
			continue;
		watch->workers.items[i] = watch->workers.items[--watch->workers.count];
		break;
	}
	worker_free(worker);
}

static void ended(void *data, struct worker *worker, bool is_gone)
{
	struct watch *watch = data;

	if (is_gone)
		drop(watch, worker);
	schedule(watch);
}

struct watch *watch_new(struct uv_loop_s *loop, struct http *http, const struct settings *settings,
	struct ledger *ledger, bool is_once, const struct watch_hooks *hooks)
{
	struct watch *watch = mem_alloc(sizeof(*watch));

	watch->world = (struct worker_world){ .http = http,
		.settings = settings,
		.ledger = ledger,
		.is_once = is_once,
		.hooks = *hooks,
		.proxy = mem_copy(""),
		.pool = watch,
		.ended = ended };
	watch->talking_max = budget_talking();
	watch->timer = timer_new(loop, tick, watch);
	return watch;
}

void watch_free(struct watch *watch)
{
	if (!watch)
		return;
	for (size_t i = 0; i < watch->workers.count; i++)
		worker_free(watch->workers.items[i]);
	free(watch->workers.items);
	free(watch->world.proxy);
	timer_free(watch->timer);
	free(watch);
}

void watch_add(struct watch *watch, const struct door *door)
{
	struct worker *worker = find(watch, door->url), *twin;

	if (worker) {
		worker_renew(worker, door);
		schedule(watch);
		return;
	}
	twin = door->is_mount ? NULL : find_twin(watch, door->url, door->peer_id);
	if (twin && (!door->is_pinned || twin->door.is_candidate))
		return;
	if (twin && twin->door.found_by == FOUND_PORT) {
		ledger_see(watch->world.ledger,
			&(struct observation){ .kind = OBSERVED_DROPPED, .url = twin->door.url }, when_now());
		drop(watch, twin);
	}
	worker = worker_new(&watch->world, door);
	if (worker)
		*VEC_PUSH(&watch->workers) = worker;
	schedule(watch);
}

void watch_drop(struct watch *watch, const char *url)
{
	struct worker *worker = find(watch, url);

	if (worker)
		drop(watch, worker);
}

void watch_halt(struct watch *watch)
{
	for (size_t i = 0; i < watch->workers.count; i++)
		if (watch->workers.items[i]->call && waits(watch, watch->workers.items[i]))
			worker_break_off(watch->workers.items[i]);
	schedule(watch);
}

void watch_wake(struct watch *watch)
{
	for (size_t i = 0; i < watch->workers.count; i++) {
		struct worker *worker = watch->workers.items[i];

		if (worker->silences &&
			peer_revived_since(watch->world.ledger, worker->door.peer_id, worker->polled))
			worker->due = 0;
	}
	schedule(watch);
}

void watch_ask_now(struct watch *watch, const char *url)
{
	for (size_t i = 0; i < watch->workers.count; i++)
		if (!url || strcmp(watch->workers.items[i]->door.url, url) == 0)
			watch->workers.items[i]->due = 0;
	schedule(watch);
}

void watch_set_proxy(struct watch *watch, const char *proxy)
{
	free(watch->world.proxy);
	watch->world.proxy = mem_copy(proxy);
}

size_t watch_unsettled(const struct watch *watch)
{
	size_t count = 0;

	for (size_t i = 0; i < watch->workers.count; i++)
		count += !watch->workers.items[i]->is_settled && !waits(watch, watch->workers.items[i]);
	return count;
}

bool watch_request(const struct watch *watch, const char *url, const char *path, char *full, size_t size,
	struct http_request *request)
{
	const struct worker *worker = find(watch, url);

	if (!worker || waits(watch, worker) || snprintf(full, size, "%s%s", url, path) >= (int)size)
		return false;
	worker_fill_request(worker, full, request);
	return true;
}
