#include "probes/tailscaled/lock.h"

#include "probes/base/fault.h"
#include "probes/base/json.h"
#include "probes/base/mem.h"
#include "probes/base/text.h"
#include "probes/tailscaled/status_peer.h"

#include <string.h>

#define UNSIGNED_MAX 256
#define ADDRESSES_MAX 16

static enum tri tri_of(const struct json *object, const char *key)
{
	const struct json *value = json_member(object, key);

	return json_is_true(value) ? TRI_YES : json_is_false(value) ? TRI_NO : TRI_UNKNOWN;
}

static void read_peer(struct obs_unsigned *peer, const struct json *object, struct arena *arena)
{
	const char *name = json_text(object, "Name");

	peer->fqdn = text_keep_n(arena, name, strlen(name) - text_has_suffix(name, "."));
	peer->addresses = status_peer_keep_list(arena, json_member(object, "TailscaleIPs"), ADDRESSES_MAX);
	peer->node_key = text_keep(arena, json_text(object, "NodeKey"));
}

static void read_unsigned(struct obs_lock *lock, const struct json *peers)
{
	size_t count = 0;

	for (const struct json *item = json_first(peers); item && count < UNSIGNED_MAX;
		item = json_next(item))
		count += json_is_object(item);
	lock->unsigned_peers = arena_alloc(lock->arena, (count + 1) * sizeof(*lock->unsigned_peers));
	for (const struct json *item = json_first(peers); lock->unsigned_count < count;
		item = json_next(item))
		if (json_is_object(item))
			read_peer(&lock->unsigned_peers[lock->unsigned_count++], item, lock->arena);
}

/* Its own key is one of those that the lock trusts. */
static bool is_signing(const struct json *tree)
{
	const char *own = json_text(tree, "PublicKey");

	for (const struct json *key = json_first(json_member(tree, "TrustedKeys")); key; key = json_next(key))
		if (*own && strcmp(json_text(key, "Key"), own) == 0)
			return true;
	return false;
}

struct obs_lock *lock_parse(const char *bytes, size_t length, struct fault *fault)
{
	struct json *tree = json_parse(bytes, length, fault);
	struct obs_lock *lock = NULL;

	if (tree && json_has(tree, "Enabled")) {
		struct arena *arena = arena_new();

		lock = arena_alloc(arena, sizeof(*lock));
		*lock = (struct obs_lock){ .arena = arena,
			.is_enabled = tri_of(tree, "Enabled"),
			.is_signed = tri_of(tree, "NodeKeySigned"),
			.is_signing = is_signing(tree),
			.node_key = text_keep(arena, json_text(tree, "NodeKey")) };
		read_unsigned(lock, json_member(tree, "FilteredPeers"));
	} else if (tree) {
		fault_say(fault, "JSON, but no status of tailnet lock");
	}
	json_free(tree);
	return lock;
}
