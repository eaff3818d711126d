/* The doors themselves, the names outside the tailnet that have to be resolved once, and the file of the
 * remembered. */
#include "probes/endpoints/registry.h"

#include "probes/base/fault.h"
#include "probes/base/log.h"
#include "probes/base/mem.h"
#include "probes/base/text.h"
#include "probes/base/url.h"
#include "probes/endpoints/discover.h"
#include "probes/endpoints/owner.h"
#include "probes/io/resolve.h"
#include "probes/endpoints/api_key.h"
#include "probes/endpoints/state_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RESOLVE_AGAIN_MS 60000
#define RESOLVE_SOON_MS 10000 /* where the resolver did not answer */

/* A door that the user pinned or that a run found. */
struct known_door {
	struct registry *registry;
	char *url, *family, *key;
	struct url parts;
	bool is_pinned, has_plain_key;
	bool is_given_up; /* something else lives there now */
	size_t hint, resolved_hint;
	struct resolve *resolve; /* of a name outside the tailnet */
	bool is_answered;        /* the resolver has said an address, or that there is none */
	char address[64];
	struct when resolved;
};

struct registry {
	struct uv_loop_s *loop;
	const struct settings *settings;
	struct ledger *ledger;
	struct pool *pool;
	void (*changed)(void *data);
	void *data;
	struct remembered remembered;
	struct strings services; /* addresses of Tailscale Services */
	char suffix[256];        /* of the names of the tailnet that ran last; "": none did */
	struct {
		struct known_door **items;
		size_t count, room;
	} doors;
	size_t resolving;
};

/* Where a door is, and how sure that is. */
struct placement {
	enum owner owner;
	const struct obs_peer *peer; /* of OWNER_PEER */
	const char *address;         /* "": none to dial */
	bool is_resolving;           /* nor is it known yet whether there is one */
	bool is_resolved;            /* by the resolver of this machine, which the local network may lie to */
};

static bool is_proven(const struct placement *at)
{
	return at->owner == OWNER_LOOPBACK || (at->owner == OWNER_PEER && !at->is_resolved);
}

static bool may_send_key(const struct known_door *door, const struct placement *at)
{
	return door->parts.is_https || door->has_plain_key || is_proven(at);
}

static void watch_door(struct known_door *door, const struct placement *at)
{
	const struct registry *registry = door->registry;
	const struct obs_status *status = ledger_status(registry->ledger);
	bool sends_key = may_send_key(door, at);

	pool_add(registry->pool,
		&(struct door){
			.url = door->url,
			.peer_id = at->peer ? at->peer->id : "",
			.address = at->address,
			.found_by = door->is_pinned ? FOUND_CONFIG : FOUND_PORT,
			.is_pinned = door->is_pinned,
			.is_own = at->owner == OWNER_LOOPBACK || (at->peer && at->peer == &status->self),
			.is_of_tailnet = at->owner != OWNER_LOOPBACK && at->owner != OWNER_OUTSIDE,
			.is_resolving = at->is_resolving,
			.is_key_withheld = *door->key && !sends_key && *at->address,
			.family = door->family,
			.key = sends_key ? door->key : "",
		});
}

static enum owner owner_of(
	const struct registry *registry, const char *host, const struct obs_peer **peer, size_t *hint)
{
	bool is_running = daemon_runs_for_certain(registry->ledger);
	enum owner owner =
		owner_of_host(ledger_status(registry->ledger), is_running, &registry->services, host, peer, hint);

	/* A tailnet at rest does not tell its suffix, which need not end in .ts.net. */
	if (owner == OWNER_OUTSIDE && !is_running && url_host_is_below(host, registry->suffix))
		return OWNER_UNTOLD;
	return owner;
}

/* A name outside the tailnet may lead into it: to a peer by another name, or to nobody. */
static void watch_resolved(struct known_door *door)
{
	struct placement at = { .owner = OWNER_OUTSIDE,
		.address = door->address,
		.is_resolved = true,
		.is_resolving = !door->is_answered };

	if (owner_is_tailnet_address(door->address))
		at.owner = owner_of(door->registry, door->address, &at.peer, &door->resolved_hint);
	if (at.owner == OWNER_NOBODY || at.owner == OWNER_UNTOLD)
		at.address = "";
	watch_door(door, &at);
}

/* A resolver that does not answer now takes no address away that it gave before. */
static void resolved(void *data, const char *address, bool is_answered)
{
	struct known_door *door = data;

	door->resolve = NULL;
	door->registry->resolving--;
	door->resolved = when_now();
	if (is_answered)
		snprintf(door->address, sizeof(door->address), "%s", address ? address : "");
	url_normalise_v6(door->address, sizeof(door->address)); /* an IPv4 address stays */
	door->is_answered = door->is_answered || is_answered;
	watch_resolved(door);
	door->registry->changed(door->registry->data);
}

static void resolve(struct known_door *door)
{
	door->resolve = resolve_start(door->registry->loop, door->parts.host, resolved, door);
	door->registry->resolving += door->resolve != NULL;
	if (!door->resolve) /* no thread or no socket for it: later */
		door->resolved = when_now();
	watch_resolved(door);
}

static void place_outside(struct known_door *door, struct when now)
{
	int64_t pause = door->is_answered ? RESOLVE_AGAIN_MS : RESOLVE_SOON_MS;

	if (!door->resolve && (!when_known(door->resolved) || when_since(door->resolved, now) >= pause))
		resolve(door);
	else
		watch_resolved(door); /* whose the address is may have changed */
}

/* Its machine is not in the tailnet any more, or never was: a pin says so, what was only found is dropped
 * until it is back. */
static void place_nowhere(struct known_door *door)
{
	if (door->is_pinned) {
		watch_door(door, &(struct placement){ .owner = OWNER_NOBODY, .address = "" });
		return;
	}
	pool_drop(door->registry->pool, door->url);
	ledger_see(door->registry->ledger, &(struct observation){ .kind = OBSERVED_DROPPED, .url = door->url },
		when_now());
}

static void place_door(struct known_door *door, struct when now)
{
	const struct registry *registry = door->registry;
	const char *host = door->parts.host;
	bool is_address = url_host_is_address(host);
	struct placement at = { .address = is_address ? host : "127.0.0.1" };

	at.owner = owner_of(registry, host, &at.peer, &door->hint);
	if (door->is_given_up || (!door->is_pinned && at.peer && discover_excludes(registry->settings, at.peer)))
		return;
	if (at.peer)
		at.address = owner_address(at.peer);
	switch (at.owner) {
	case OWNER_NOBODY:
		place_nowhere(door);
		break;
	case OWNER_UNTOLD:
		at.address = "";
		if (door->is_pinned)
			watch_door(door, &at);
		break;
	case OWNER_OUTSIDE:
		/* What was found in another tailnet is no name for the world's resolvers. */
		if (!door->is_pinned)
			break;
		if (is_address)
			watch_door(door, &at);
		else
			place_outside(door, now);
		break;
	case OWNER_LOOPBACK:
	case OWNER_PEER:
	case OWNER_ROUTED:
		watch_door(door, &at);
		break;
	}
}

static struct known_door *find(const struct registry *registry, const char *url)
{
	for (size_t i = 0; i < registry->doors.count; i++)
		if (strcmp(registry->doors.items[i]->url, url) == 0)
			return registry->doors.items[i];
	return NULL;
}

static void add_door(struct registry *registry, const char *url, const char *family, const struct pin *pin)
{
	struct known_door *door;
	struct fault fault;
	char key[4096] = "";
	struct url parts;

	if (find(registry, url) || url_split(&parts, url) < 0)
		return;
	if (pin && api_key_read(pin, key, sizeof(key), &fault) < 0)
		log_line("%s", fault.text);
	door = *VEC_PUSH(&registry->doors) = mem_alloc(sizeof(*door));
	door->registry = registry;
	door->url = mem_copy(url);
	door->family = mem_copy(family);
	door->key = mem_copy(key);
	door->parts = parts;
	door->is_pinned = pin != NULL;
	door->has_plain_key = pin && pin->has_plain_key;
	memset(key, 0, sizeof(key));
}

static void save(struct registry *registry)
{
	struct fault fault;

	if (*registry->settings->state_file &&
		state_file_save(&registry->remembered, registry->settings->state_file, &fault) < 0)
		log_line("%s", fault.text);
}

static void load(struct registry *registry)
{
	struct fault fault;

	for (size_t i = 0; i < registry->settings->pins.count; i++)
		add_door(registry, registry->settings->pins.items[i].url, "", &registry->settings->pins.items[i]);
	if (!*registry->settings->state_file || registry->settings->discover == DISCOVER_OFF)
		return;
	if (state_file_load(&registry->remembered, registry->settings->state_file, &fault) < 0) {
		log_line("%s", fault.text);
		return;
	}
	for (size_t i = 0; i < registry->remembered.count; i++)
		add_door(registry, registry->remembered.items[i].url, registry->remembered.items[i].family, NULL);
	if (!registry->remembered.count)
		save(registry); /* even an empty file tells that this was not the first start */
}

void registry_give_up(struct registry *registry, const char *url)
{
	struct known_door *door = find(registry, url);

	if (door)
		door->is_given_up = true;
	ledger_see(registry->ledger, &(struct observation){ .kind = OBSERVED_DROPPED, .url = url }, when_now());
	state_file_drop(&registry->remembered, url);
	save(registry);
}

static void free_door(struct known_door *door)
{
	if (door->resolve)
		resolve_cancel(door->resolve);
	memset(door->key, 0, strlen(door->key));
	free(door->url);
	free(door->family);
	free(door->key);
	free(door);
}

struct registry *registry_new(struct uv_loop_s *loop, const struct settings *settings, struct ledger *ledger,
	struct pool *pool, void (*changed)(void *data), void *data)
{
	struct registry *registry = mem_alloc(sizeof(*registry));

	registry->loop = loop;
	registry->settings = settings;
	registry->ledger = ledger;
	registry->pool = pool;
	registry->changed = changed;
	registry->data = data;
	load(registry);
	return registry;
}

void registry_free(struct registry *registry)
{
	if (!registry)
		return;
	for (size_t i = 0; i < registry->doors.count; i++)
		free_door(registry->doors.items[i]);
	free(registry->doors.items);
	strings_fini(&registry->services);
	state_file_fini(&registry->remembered);
	free(registry);
}

void registry_place(struct registry *registry, struct when now)
{
	if (daemon_runs_for_certain(registry->ledger))
		snprintf(registry->suffix, sizeof(registry->suffix), "%s",
			ledger_status(registry->ledger)->magicdns_suffix);
	for (size_t i = 0; i < registry->doors.count; i++)
		place_door(registry->doors.items[i], now);
}

void registry_see_services(struct registry *registry, const struct obs_services *services, struct when now)
{
	strings_forget(&registry->services);
	for (size_t i = 0; i < services->service_count; i++)
		strings_add(&registry->services, services->services[i].address);
	registry_place(registry, now);
}

void registry_found(struct registry *registry, const char *url, const char *family)
{
	struct known_door *door;

	add_door(registry, url, family, NULL);
	door = find(registry, url);
	if (door)
		door->is_given_up = false;
	state_file_add(&registry->remembered, url, family);
	save(registry);
}

size_t registry_resolving(const struct registry *registry)
{
	return registry->resolving;
}
