/* The pool of workers: which may make requests, and when.
 *
 * One timer is set to the next poll that is due. At most 64 workers have a request in flight, fewer if few
 * files may be open. A worker whose host is offline waits.
 *
 * Security: all workers of the tailnet wait unless it certainly runs. While it is stopped, its addresses may
 * belong to strangers: send them neither a request nor a key. */
#include "probes/endpoints/pool.h"

#include "probes/base/mem.h"
#include "probes/endpoints/worker.h"
#include "probes/io/budget.h"
#include "probes/io/timer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct pool {
	struct worker_world world;
	struct timer *timer;
	size_t talking_max;
	struct {
		struct worker **items;
		size_t count, room;
	} workers;
};

static void tick(void *data);

static struct worker *find(const struct pool *pool, const char *url)
{
	for (size_t i = 0; i < pool->workers.count; i++)
		if (strcmp(pool->workers.items[i]->spec.url, url) == 0)
			return pool->workers.items[i];
	return NULL;
}

bool pool_has(const struct pool *pool, const char *url)
{
	return find(pool, url) != NULL;
}

bool pool_is_pinned(const struct pool *pool, const char *url)
{
	const struct worker *worker = find(pool, url);

	return worker && worker->spec.is_pinned;
}

const struct endpoint_spec *pool_at(const struct pool *pool, size_t i)
{
	return i < pool->workers.count ? &pool->workers.items[i]->spec : NULL;
}

/* Finds another URL of the same server that names its peer differently. Not for HTTPS: a certificate is for
 * one name, so each URL is an endpoint of its own. */
static struct worker *find_twin(const struct pool *pool, const char *url, const char *peer_id)
{
	struct url parts;

	if (!*peer_id || url_split(&parts, url) < 0 || parts.is_https)
		return NULL;
	for (size_t i = 0; i < pool->workers.count; i++) {
		struct worker *worker = pool->workers.items[i];

		if (!worker->url.is_https && worker->url.port == parts.port &&
			strcmp(worker->url.path, parts.path) == 0 &&
			strcmp(worker->spec.peer_id, peer_id) == 0)
			return worker;
	}
	return NULL;
}

bool pool_has_server(const struct pool *pool, const char *url, const char *peer_id)
{
	return find(pool, url) || find_twin(pool, url, peer_id);
}

static size_t count_talking(const struct pool *pool)
{
	size_t talking = 0;

	for (size_t i = 0; i < pool->workers.count; i++)
		talking += pool->workers.items[i]->call != NULL;
	return talking;
}

/* Without tailscaled's network interface and without a proxy, a connect to a peer would leave by the default
 * route. */
static bool has_way(const struct pool *pool)
{
	return ledger_status(pool->world.ledger)->has_tun || *pool->world.proxy;
}

static bool waits(const struct pool *pool, const struct worker *worker)
{
	const struct ledger *ledger = pool->world.ledger;
	const struct worker *backend = find(pool, worker->spec.backend);

	if (worker->spec.is_resolving || (backend && !backend->polls))
		return true;
	return worker_is_of_tailnet(worker) && (!daemon_runs_for_certain(ledger) || !has_way(pool) ||
						       peer_is_offline(ledger, worker->spec.peer_id));
}

static void schedule(struct pool *pool)
{
	int64_t now = when_now().mono_ms, due = INT64_MAX;

	for (size_t i = 0; i < pool->workers.count; i++) {
		const struct worker *worker = pool->workers.items[i];

		if (!worker->call && worker->due < due && !waits(pool, worker))
			due = worker->due;
	}
	if (due == INT64_MAX || count_talking(pool) >= pool->talking_max)
		timer_stop(pool->timer);
	else
		timer_start(pool->timer, due - now);
}

static const char *engine_url(const struct worker *worker)
{
	return *worker->spec.backend ? worker->spec.backend : worker->spec.url;
}

/* Of the URLs of one engine, the one that was asked for its list longest ago is next. A mount does not wait for its
 * turn if its backend has begun to fail. */
static void see_other_urls(const struct pool *pool, struct worker *worker)
{
	const struct worker *backend = find(pool, worker->spec.backend);

	worker->has_backend = backend;
	if (backend && backend->failures && !worker->failures)
		worker->listed_at = 0;
	worker->other_listed_at = 0;
	worker->is_others_turn = false;
	for (size_t i = 0; i < pool->workers.count; i++) {
		const struct worker *other = pool->workers.items[i];

		if (other == worker || !other->listed_at || strcmp(engine_url(other), engine_url(worker)) != 0)
			continue;
		if (other->listed_at > worker->other_listed_at)
			worker->other_listed_at = other->listed_at;
		worker->is_others_turn |= other->listed_at < worker->listed_at;
	}
}

static void tick(void *data)
{
	struct pool *pool = data;
	int64_t now = when_now().mono_ms;
	size_t talking = count_talking(pool);

	for (size_t i = 0; i < pool->workers.count && talking < pool->talking_max; i++) {
		struct worker *worker = pool->workers.items[i];

		if (worker->call || worker->due > now || waits(pool, worker))
			continue;
		see_other_urls(pool, worker);
		worker_poll(worker);
		talking += worker->call != NULL;
	}
	schedule(pool);
}

static void drop(struct pool *pool, struct worker *worker)
{
	for (size_t i = 0; i < pool->workers.count; i++) {
		if (pool->workers.items[i] != worker)
			continue;
		pool->workers.items[i] = pool->workers.items[--pool->workers.count];
		break;
	}
	worker_free(worker);
}

static void ended(void *data, struct worker *worker, bool is_gone)
{
	struct pool *pool = data;

	if (is_gone)
		drop(pool, worker);
	schedule(pool);
}

struct pool *pool_new(struct uv_loop_s *loop, struct http *http, const struct settings *settings,
	struct ledger *ledger, bool is_once, const struct pool_hooks *hooks)
{
	struct pool *pool = mem_alloc(sizeof(*pool));

	pool->world = (struct worker_world){ .http = http,
		.settings = settings,
		.ledger = ledger,
		.is_once = is_once,
		.hooks = *hooks,
		.proxy = mem_copy(""),
		.pool = pool,
		.ended = ended };
	pool->talking_max = budget_talking();
	pool->timer = timer_new(loop, tick, pool);
	return pool;
}

void pool_free(struct pool *pool)
{
	if (!pool)
		return;
	for (size_t i = 0; i < pool->workers.count; i++)
		worker_free(pool->workers.items[i]);
	free(pool->workers.items);
	free(pool->world.proxy);
	timer_free(pool->timer);
	free(pool);
}

void pool_add(struct pool *pool, const struct endpoint_spec *spec)
{
	struct worker *worker = find(pool, spec->url), *twin;

	if (worker) {
		worker_renew(worker, spec);
		schedule(pool);
		return;
	}
	twin = spec->is_mount ? NULL : find_twin(pool, spec->url, spec->peer_id);
	if (twin && (!spec->is_pinned || twin->spec.is_candidate))
		return;
	if (twin && twin->spec.found_by == FOUND_PORT) {
		ledger_see(pool->world.ledger,
			&(struct observation){ .kind = OBSERVED_DROPPED, .url = twin->spec.url }, when_now());
		drop(pool, twin);
	}
	worker = worker_new(&pool->world, spec);
	if (worker)
		*VEC_PUSH(&pool->workers) = worker;
	schedule(pool);
}

void pool_drop(struct pool *pool, const char *url)
{
	struct worker *worker = find(pool, url);

	if (worker)
		drop(pool, worker);
}

void pool_halt(struct pool *pool)
{
	for (size_t i = 0; i < pool->workers.count; i++)
		if (waits(pool, pool->workers.items[i]))
			worker_break_off(pool->workers.items[i]);
	schedule(pool);
}

void pool_wake(struct pool *pool)
{
	for (size_t i = 0; i < pool->workers.count; i++) {
		struct worker *worker = pool->workers.items[i];

		if (worker->silences &&
			peer_revived_since(pool->world.ledger, worker->spec.peer_id, worker->polled))
			worker->due = 0;
	}
	schedule(pool);
}

void pool_ask_now(struct pool *pool, const char *url)
{
	for (size_t i = 0; i < pool->workers.count; i++)
		if (!url || strcmp(pool->workers.items[i]->spec.url, url) == 0)
			worker_hurry(pool->workers.items[i]);
	schedule(pool);
}

void pool_ask_in(struct pool *pool, const char *url, int64_t ms)
{
	struct worker *worker = find(pool, url);

	if (!worker)
		return;
	worker->ask_by = when_now().mono_ms + ms;
	if (worker->due > worker->ask_by)
		worker->due = worker->ask_by;
	schedule(pool);
}

bool pool_is_undecided(const struct pool *pool, const char *peer_id)
{
	for (size_t i = 0; i < pool->workers.count; i++) {
		const struct worker *worker = pool->workers.items[i];

		if (!worker->spec.is_candidate && !worker->is_decided &&
			strcmp(worker->spec.peer_id, peer_id) == 0 && !waits(pool, worker))
			return true;
	}
	return false;
}

void pool_set_proxy(struct pool *pool, const char *proxy)
{
	free(pool->world.proxy);
	pool->world.proxy = mem_copy(proxy);
}

const char *pool_proxy(const struct pool *pool)
{
	return pool->world.proxy;
}

size_t pool_unfinished(const struct pool *pool)
{
	size_t count = 0;

	for (size_t i = 0; i < pool->workers.count; i++)
		count += !pool->workers.items[i]->is_decided && !waits(pool, pool->workers.items[i]);
	return count;
}

bool pool_request(const struct pool *pool, const char *url, const char *path, char *full, size_t size,
	struct http_request *request)
{
	const struct worker *worker = find(pool, url);

	if (!worker || waits(pool, worker) || snprintf(full, size, "%s%s", url, path) >= (int)size)
		return false;
	worker_fill_request(worker, full, request);
	return true;
}
