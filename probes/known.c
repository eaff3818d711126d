/* The doors themselves, the names outside the tailnet that have to be resolved once, and the file of the
 * remembered. */
#include "probes/known.h"

#include "probes/base/fault.h"
#include "probes/base/mem.h"
#include "probes/base/text.h"
#include "probes/base/url.h"
#include "probes/discover.h"
#include "probes/doors.h"
#include "probes/io/resolve.h"
#include "probes/keys.h"
#include "probes/remember.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RESOLVE_AGAIN_MS 60000

/* A door that the user pinned or that a run found. */
struct known_door {
	struct known *known;
	char *url, *family, *key;
	struct url parts;
	bool is_pinned;
	bool is_given_up; /* something else lives there now */
	size_t hint;
	struct resolve *resolve; /* of a name outside the tailnet */
	char address[64];
	struct when resolved;
};

struct known {
	uv_loop_t *loop;
	const struct settings *settings;
	struct ledger *ledger;
	struct watch *watch;
	void (*changed)(void *data);
	void *data;
	struct remembered remembered;
	struct {
		struct known_door **items;
		size_t count, room;
	} doors;
	size_t resolving;
};

static void watch_door(struct known_door *door, const char *peer_id, const char *address, bool is_own)
{
	const struct known *known = door->known;

	watch_add(known->watch, &(struct door){
					.url = door->url,
					.peer_id = peer_id,
					.address = address,
					.found_by = door->is_pinned ? FOUND_CONFIG : FOUND_PORT,
					.is_pinned = door->is_pinned,
					.is_own = is_own,
					.family = door->family,
					.key = door->key,
				});
}

static void resolved(void *data, const char *address)
{
	struct known_door *door = data;

	door->resolve = NULL;
	door->known->resolving--;
	door->resolved = when_now();
	snprintf(door->address, sizeof(door->address), "%s", address ? address : "");
	watch_door(door, "", door->address, false);
	door->known->changed(door->known->data);
}

static void place_outside(struct known_door *door, struct when now)
{
	if (url_host_is_address(door->parts.host) || url_host_is_loopback(door->parts.host)) {
		bool is_loopback = url_host_is_loopback(door->parts.host);
		const char *address = url_host_is_address(door->parts.host) ? door->parts.host : "127.0.0.1";

		watch_door(door, "", address, is_loopback);
		return;
	}
	if (door->resolve ||
		(when_known(door->resolved) && when_since(door->resolved, now) < RESOLVE_AGAIN_MS))
		return;
	door->resolve = resolve_start(door->known->loop, door->parts.host, resolved, door);
	if (door->resolve)
		door->known->resolving++;
	else
		watch_door(door, "", "", false);
}

/* Its machine is not in the tailnet any more: a pin says so, what was only found is dropped until it is back.
 */
static void place_nowhere(struct known_door *door)
{
	if (door->is_pinned) {
		watch_door(door, "", "", false);
		return;
	}
	watch_drop(door->known->watch, door->url);
	ledger_drop_endpoint(door->known->ledger, door->url);
}

static void place_door(struct known_door *door, struct when now)
{
	const struct settings *settings = door->known->settings;
	const struct obs_status *status = ledger_status(door->known->ledger);
	const struct obs_peer *peer = status ? doors_peer(status, door->parts.host, &door->hint) : NULL;
	bool is_of_tailnet = status && doors_is_tailnet_name(status, door->parts.host);
	/* What was found in another tailnet is no name for the world's resolvers. */
	bool may_be_outside = door->is_pinned ? status || !text_has_suffix(door->parts.host, ".ts.net")
					      : url_host_is_loopback(door->parts.host);

	if (door->is_given_up || (!door->is_pinned && peer && discover_excludes(settings, peer)))
		return;
	if (peer)
		watch_door(door, peer->id, doors_address(peer), peer == &status->self);
	else if (is_of_tailnet && status->backend == BACKEND_RUNNING)
		place_nowhere(door);
	else if (!is_of_tailnet && may_be_outside)
		place_outside(door, now);
}

static struct known_door *find(const struct known *known, const char *url)
{
	for (size_t i = 0; i < known->doors.count; i++)
		if (strcmp(known->doors.items[i]->url, url) == 0)
			return known->doors.items[i];
	return NULL;
}

static void add_door(struct known *known, const char *url, const char *family, const struct pin *pin)
{
	struct known_door *door;
	struct fault fault;
	char key[4096] = "";
	struct url parts;

	if (find(known, url) || url_split(&parts, url) < 0)
		return;
	if (pin && keys_read(pin, key, sizeof(key), &fault) < 0)
		log_line("%s", fault.text);
	door = *VEC_PUSH(&known->doors) = mem_alloc(sizeof(*door));
	door->known = known;
	door->url = mem_copy(url);
	door->family = mem_copy(family);
	door->key = mem_copy(key);
	door->parts = parts;
	door->is_pinned = pin != NULL;
	memset(key, 0, sizeof(key));
}

static void save(struct known *known)
{
	struct fault fault;

	if (*known->settings->state_file &&
		remember_save(&known->remembered, known->settings->state_file, &fault) < 0)
		log_line("%s", fault.text);
}

static void load(struct known *known)
{
	struct fault fault;

	for (size_t i = 0; i < known->settings->pins.count; i++)
		add_door(known, known->settings->pins.items[i].url, "", &known->settings->pins.items[i]);
	if (!*known->settings->state_file || known->settings->discover == DISCOVER_OFF)
		return;
	if (remember_load(&known->remembered, known->settings->state_file, &fault) < 0) {
		log_line("%s", fault.text);
		return;
	}
	for (size_t i = 0; i < known->remembered.count; i++)
		add_door(known, known->remembered.items[i].url, known->remembered.items[i].family, NULL);
	if (!known->remembered.count)
		save(known); /* even an empty file tells that this was not the first start */
}

void known_give_up(struct known *known, const char *url)
{
	struct known_door *door = find(known, url);

	if (door)
		door->is_given_up = true;
	ledger_drop_endpoint(known->ledger, url);
	remember_drop(&known->remembered, url);
	save(known);
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

struct known *known_new(uv_loop_t *loop, const struct settings *settings, struct ledger *ledger,
	struct watch *watch, void (*changed)(void *data), void *data)
{
	struct known *known = mem_alloc(sizeof(*known));

	known->loop = loop;
	known->settings = settings;
	known->ledger = ledger;
	known->watch = watch;
	known->changed = changed;
	known->data = data;
	load(known);
	return known;
}

void known_free(struct known *known)
{
	if (!known)
		return;
	for (size_t i = 0; i < known->doors.count; i++)
		free_door(known->doors.items[i]);
	free(known->doors.items);
	remember_fini(&known->remembered);
	free(known);
}

void known_place(struct known *known, struct when now)
{
	for (size_t i = 0; i < known->doors.count; i++)
		place_door(known->doors.items[i], now);
}

void known_found(struct known *known, const char *url, const char *family)
{
	struct known_door *door;

	add_door(known, url, family, NULL);
	door = find(known, url);
	if (door)
		door->is_given_up = false;
	remember_add(&known->remembered, url, family);
	save(known);
}

size_t known_resolving(const struct known *known)
{
	return known->resolving;
}
