/* The configured and remembered endpoints, and names that need resolving. */
#include "probes/endpoints/registry.h"

#include "probes/base/fault.h"
#include "probes/base/log.h"
#include "probes/base/mem.h"
#include "probes/base/text.h"
#include "probes/base/url.h"
#include "probes/endpoints/api_key.h"
#include "probes/endpoints/discover.h"
#include "probes/endpoints/found.h"
#include "probes/endpoints/owner.h"
#include "probes/io/resolve.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RESOLVE_AGAIN_MS 60000
#define RESOLVE_SOON_MS 10000 /* if the resolver did not answer */

/* An endpoint pinned by the user or found by a run. */
struct entry {
	struct registry *registry;
	char *url, *family, *key;
	struct url parts;
	bool is_pinned, has_plain_key;
	int64_t stopped_at; /* wall ms, of an earlier run; 0 */
	bool is_given_up;   /* something else is at that URL now */
	size_t hint, resolved_hint;
	struct resolve *resolve; /* of a name outside the tailnet */
	bool is_answered;        /* the resolver gave an address, or said that there is none */
	bool is_of_tailnet;      /* a name of the tailnet that tailscaled does not list */
	char address[64];
	struct when resolved;
};

struct registry {
	const struct listeners *listeners; /* while entries are placed; read only if has_localhost */
	bool has_services, has_localhost;
	struct uv_loop_s *loop;
	const struct settings *settings;
	struct ledger *ledger;
	struct pool *pool;
	const struct service_list *services;
	void (*changed)(void *data);
	void *data;
	struct found found;
	char suffix[256]; /* MagicDNS suffix of the tailnet that ran last; "": none did */
	struct {
		struct entry **items;
		size_t count, room;
	} entries;
	size_t resolving;
};

/* Where an endpoint is, and how certain that is. */
struct placement {
	enum owner owner;
	const struct obs_peer *peer; /* if OWNER_PEER */
	const char *address;         /* "": none to dial */
	bool is_resolving;           /* no address known yet, but there may be one */
	bool is_resolved;            /* by this machine's resolver, to which the local network may lie */
};

static bool may_send_key(const struct entry *entry, const struct placement *at)
{
	bool is_proven = at->owner == OWNER_LOOPBACK || (at->owner == OWNER_PEER && !at->is_resolved);

	return entry->parts.is_https || entry->has_plain_key || is_proven;
}

static void watch_entry(struct entry *entry, const struct placement *at)
{
	const struct registry *registry = entry->registry;
	const struct obs_status *status = ledger_status(registry->ledger);
	bool sends_key = may_send_key(entry, at);

	pool_add(registry->pool,
		&(struct endpoint_spec){
			.url = entry->url,
			.peer_id = at->peer ? at->peer->id : "",
			.address = at->address,
			.found_by = entry->is_pinned ? FOUND_CONFIG : FOUND_PORT,
			.is_pinned = entry->is_pinned,
			.is_own = at->owner == OWNER_LOOPBACK || (at->peer && at->peer == &status->self),
			.is_of_tailnet = at->owner != OWNER_LOOPBACK && at->owner != OWNER_OUTSIDE,
			.is_resolving = at->is_resolving,
			.is_key_withheld = *entry->key && !sends_key && *at->address,
			.family = entry->family,
			.stopped_at = entry->stopped_at,
			.key = sends_key ? entry->key : "",
		});
}

static enum owner owner_of(
	const struct registry *registry, const char *host, const struct obs_peer **peer, size_t *hint)
{
	bool is_running = daemon_runs_for_certain(registry->ledger);
	enum owner owner = owner_of_host(
		ledger_status(registry->ledger), is_running, registry->services, host, peer, hint);

	/* While the tailnet is stopped, status does not give its suffix, which need not end in .ts.net. */
	if (owner == OWNER_OUTSIDE && !is_running && url_host_is_below(host, registry->suffix))
		return OWNER_UNKNOWN;
	return owner;
}

/* The owner of an address that a name led to. It may be a tailnet address: of a peer under another name, or of
 * no node. */
static enum owner owner_of_address(struct entry *entry, const char *address, const struct obs_peer **peer)
{
	const struct registry *registry = entry->registry;

	if (owner_is_tailnet_address(address))
		return owner_of(registry, address, peer, &entry->resolved_hint);
	if (owner_is_routed(ledger_status(registry->ledger), address))
		return OWNER_ROUTED;
	return OWNER_OUTSIDE;
}

/* Security: a name of the tailnet must lead to what tailscaled knows, or the local network has invented the
 * answer. */
static void watch_resolved(struct entry *entry)
{
	struct placement at = {
		.owner = OWNER_OUTSIDE,
		.address = entry->address,
		.is_resolved = true,
		.is_resolving = !entry->is_answered && (!entry->is_of_tailnet || entry->resolve),
	};

	if (entry->is_of_tailnet || owner_is_tailnet_address(entry->address))
		at.owner = owner_of_address(entry, entry->address, &at.peer);
	if (entry->is_of_tailnet && at.owner == OWNER_OUTSIDE)
		at.owner = OWNER_NOBODY;
	if (at.owner == OWNER_NOBODY || at.owner == OWNER_UNKNOWN)
		at.address = "";
	watch_entry(entry, &at);
}

/* If the resolver does not answer, the address that it gave before is kept. */
static void resolved(void *data, const char *address, bool is_answered)
{
	struct entry *entry = data;

	entry->resolve = NULL;
	entry->registry->resolving--;
	entry->resolved = when_now();
	if (is_answered)
		snprintf(entry->address, sizeof(entry->address), "%s", address ? address : "");
	url_normalise_v6(entry->address, sizeof(entry->address)); /* leaves IPv4 as it is */
	entry->is_answered = entry->is_answered || is_answered;
	watch_resolved(entry);
	entry->registry->changed(entry->registry->data);
}

static void resolve(struct entry *entry)
{
	entry->resolve = resolve_start(entry->registry->loop, entry->parts.host, resolved, entry);
	entry->registry->resolving += entry->resolve != NULL;
	if (!entry->resolve) /* no thread or socket available: try later */
		entry->resolved = when_now();
	watch_resolved(entry);
}

static void place_by_resolver(struct entry *entry, struct when now)
{
	int64_t pause = entry->is_answered ? RESOLVE_AGAIN_MS : RESOLVE_SOON_MS;

	if (!entry->resolve && (!when_known(entry->resolved) || when_since(entry->resolved, now) >= pause))
		resolve(entry);
	else
		watch_resolved(entry); /* the owner of the address may have changed */
}

/* Its machine has left the tailnet, or was never in it. A pinned endpoint is shown with that; one that was
 * only found is dropped until the machine is back. */
static void place_nowhere(struct entry *entry)
{
	if (entry->is_pinned) {
		watch_entry(entry, &(struct placement){ .owner = OWNER_NOBODY, .address = "" });
		return;
	}
	pool_drop(entry->registry->pool, entry->url);
	ledger_see(entry->registry->ledger,
		&(struct observation){ .kind = OBSERVED_DROPPED, .url = entry->url }, when_now());
}

/* A name of the running tailnet that no node has: tailscaled may know an address of it, else the resolver may.
 * Security: short names are never resolved, since the local network may complete them. */
static void place_other_name(struct entry *entry, struct when now)
{
	const struct registry *registry = entry->registry;
	struct placement at = { .owner = OWNER_NOBODY };
	char address[64];

	if (owner_find_address(ledger_status(registry->ledger), registry->services, entry->parts.host,
		    address, sizeof(address))) {
		at.address = address;
		at.owner = owner_of_address(entry, address, &at.peer);
	}
	if (at.owner != OWNER_NOBODY && at.owner != OWNER_UNKNOWN)
		watch_entry(entry, &at);
	else if (entry->is_pinned && !registry->has_services)
		watch_entry(entry,
			&(struct placement){ .owner = OWNER_NOBODY, .address = "", .is_resolving = true });
	else if (entry->is_pinned && strchr(entry->parts.host, '.') &&
		 !url_host_is_address(entry->parts.host))
		place_by_resolver(entry, now);
	else
		place_nowhere(entry);
}

static void place_entry(struct entry *entry, struct when now)
{
	const struct registry *registry = entry->registry;
	const char *host = entry->parts.host;
	bool is_address = url_host_is_address(host);
	struct placement at = { .address = is_address ? host : "127.0.0.1" };

	at.owner = owner_of(registry, host, &at.peer, &entry->hint);
	if (entry->is_given_up ||
		(!entry->is_pinned && at.peer && discover_excludes(registry->settings, at.peer)))
		return;
	if (at.peer)
		at.address = owner_address(at.peer);
	else if (at.owner == OWNER_LOOPBACK && !is_address)
		at.address = listeners_localhost(registry->listeners, entry->parts.port);
	entry->is_of_tailnet = at.owner == OWNER_NOBODY;
	switch (at.owner) {
	case OWNER_NOBODY:
		place_other_name(entry, now);
		break;
	case OWNER_UNKNOWN:
		at.address = "";
		if (entry->is_pinned)
			watch_entry(entry, &at);
		break;
	case OWNER_OUTSIDE:
		/* Privacy: a name found in another tailnet must not go to public resolvers, and its address is now
		 * another machine's. */
		if (!entry->is_pinned)
			place_nowhere(entry);
		else if (is_address)
			watch_entry(entry, &at);
		else
			place_by_resolver(entry, now);
		break;
	case OWNER_LOOPBACK:
	case OWNER_PEER:
	case OWNER_ROUTED:
		watch_entry(entry, &at);
		break;
	}
}

static struct entry *find(const struct registry *registry, const char *url)
{
	for (size_t i = 0; i < registry->entries.count; i++)
		if (strcmp(registry->entries.items[i]->url, url) == 0)
			return registry->entries.items[i];
	return NULL;
}

static void add_entry(struct registry *registry, const char *url, const char *family, const struct pin *pin)
{
	struct entry *entry;
	struct fault fault;
	char key[4096] = "";
	struct url parts;

	if (find(registry, url) || url_split(&parts, url) < 0)
		return;
	if (pin && api_key_read(pin, key, sizeof(key), &fault) < 0)
		log_line("%s", fault.text);
	entry = *VEC_PUSH(&registry->entries) = mem_alloc(sizeof(*entry));
	entry->registry = registry;
	entry->url = mem_copy(url);
	entry->family = mem_copy(family);
	entry->key = mem_copy(key);
	entry->parts = parts;
	entry->is_pinned = pin != NULL;
	registry->has_localhost |= strcmp(parts.host, "localhost") == 0;
	entry->has_plain_key = pin && pin->has_plain_key;
	memset(key, 0, sizeof(key));
}

static void load(struct registry *registry)
{
	const struct remembered *remembered = &registry->found.remembered;

	for (size_t i = 0; i < registry->settings->pins.count; i++)
		add_entry(registry, registry->settings->pins.items[i].url, "",
			&registry->settings->pins.items[i]);
	found_load(&registry->found, registry->settings);
	for (size_t i = 0; i < remembered->count; i++) {
		add_entry(registry, remembered->items[i].url, remembered->items[i].family, NULL);
		find(registry, remembered->items[i].url)->stopped_at = remembered->items[i].stopped_s * 1000;
	}
}

void registry_give_up(struct registry *registry, const char *url)
{
	struct entry *entry = find(registry, url);

	if (entry)
		entry->is_given_up = true;
	ledger_see(
		registry->ledger, &(struct observation){ .kind = OBSERVED_DROPPED, .url = url }, when_now());
	found_drop(&registry->found, url);
}

static void forget_gone(struct registry *registry, struct when now)
{
	char url[1024];

	found_keep_stops(&registry->found, registry->ledger);
	while (found_is_over(&registry->found, registry->ledger, now, url, sizeof(url))) {
		log_line("forgot %s: nothing listens there", url);
		pool_drop(registry->pool, url);
		registry_give_up(registry, url);
	}
}

static void free_entry(struct entry *entry)
{
	if (entry->resolve)
		resolve_cancel(entry->resolve);
	memset(entry->key, 0, strlen(entry->key));
	free(entry->url);
	free(entry->family);
	free(entry->key);
	free(entry);
}

struct registry *registry_new(struct uv_loop_s *loop, const struct settings *settings, struct ledger *ledger,
	struct pool *pool, const struct service_list *services, void (*changed)(void *data), void *data)
{
	struct registry *registry = mem_alloc(sizeof(*registry));

	registry->loop = loop;
	registry->settings = settings;
	registry->ledger = ledger;
	registry->pool = pool;
	registry->services = services;
	registry->changed = changed;
	registry->data = data;
	load(registry);
	return registry;
}

void registry_free(struct registry *registry)
{
	if (!registry)
		return;
	forget_gone(registry, when_now());
	for (size_t i = 0; i < registry->entries.count; i++)
		free_entry(registry->entries.items[i]);
	free(registry->entries.items);
	found_fini(&registry->found);
	free(registry);
}

void registry_place(struct registry *registry, bool has_services, struct when now)
{
	struct listeners listeners = { 0 };

	if (daemon_runs_for_certain(registry->ledger))
		snprintf(registry->suffix, sizeof(registry->suffix), "%s",
			ledger_status(registry->ledger)->magicdns_suffix);
	if (registry->has_localhost)
		listeners_read(&listeners);
	registry->listeners = &listeners;
	registry->has_services = has_services;
	for (size_t i = 0; i < registry->entries.count; i++)
		place_entry(registry->entries.items[i], now);
	listeners_fini(&listeners);
	forget_gone(registry, now);
}

void registry_found(struct registry *registry, const char *url, const char *family)
{
	struct entry *entry;

	add_entry(registry, url, family, NULL);
	entry = find(registry, url);
	if (entry)
		entry->is_given_up = false;
	found_add(&registry->found, url, family);
}

size_t registry_resolving(const struct registry *registry)
{
	return registry->resolving;
}
