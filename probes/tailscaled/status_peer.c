/* One table: which key of the daemon's goes to which field of ours, and as what type. */
#include "probes/tailscaled/status_peer.h"

#include "probes/base/json.h"
#include "probes/base/mem.h"
#include "probes/base/text.h"
#include "probes/base/when.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define ADDRESSES_MAX 16
#define TAGS_MAX 64
#define ROUTES_MAX 64

const char *const peer_no_list[] = { NULL };

const char *const *status_peer_keep_list(struct arena *arena, const struct json *array, size_t most)
{
	const char **kept;
	size_t count = 0;

	for (const struct json *item = json_first(array); item && count < most; item = json_next(item))
		count += *json_string(item) != '\0';
	if (!count)
		return peer_no_list;
	kept = arena_alloc(arena, (count + 1) * sizeof(*kept));
	count = 0;
	for (const struct json *item = json_first(array); item && count < most; item = json_next(item))
		if (*json_string(item))
			kept[count++] = text_keep(arena, json_string(item));
	return kept;
}

enum kind { TEXT, FLAG, SOME, COUNT, TIME, ADDRESSES, ROUTES, TAGS };

struct field {
	const char *key;
	enum kind kind;
	size_t at;
};

#define FIELD(key, kind, member)                                                                             \
	{                                                                                                    \
		key, kind, offsetof(struct owned_peer, member)                                               \
	}

/* Sorted by strcmp for bsearch. */
static const struct field peer_fields[] = {
	FIELD("Active", FLAG, peer.is_active),
	FIELD("AltSharerUserID", COUNT, sharer),
	FIELD("CurAddr", TEXT, peer.current_address),
	FIELD("DNSName", TEXT, peer.fqdn),
	FIELD("ExitNode", FLAG, peer.is_exit_node),
	FIELD("Expired", FLAG, peer.is_expired),
	FIELD("HostName", TEXT, peer.host_name),
	FIELD("ID", TEXT, peer.id),
	FIELD("InEngine", FLAG, peer.has_session),
	FIELD("KeyExpiry", TIME, peer.key_expiry),
	FIELD("LastHandshake", TIME, peer.last_handshake),
	FIELD("LastSeen", TIME, peer.last_seen),
	FIELD("OS", TEXT, peer.os),
	FIELD("Online", FLAG, peer.is_online),
	FIELD("PeerRelay", TEXT, peer.peer_relay),
	FIELD("PrimaryRoutes", ROUTES, peer.routes),
	FIELD("Relay", TEXT, peer.home_derp),
	FIELD("RxBytes", COUNT, peer.rx_bytes),
	FIELD("ShareeNode", FLAG, peer.is_sharee),
	FIELD("Tags", TAGS, peer.tags),
	FIELD("TailscaleIPs", ADDRESSES, peer.addresses),
	FIELD("TxBytes", COUNT, peer.tx_bytes),
	FIELD("UserID", COUNT, peer.user_id),
	FIELD("sshHostKeys", SOME, peer.has_ssh),
};

static int compare_key(const void *key, const void *field)
{
	return strcmp(key, ((const struct field *)field)->key);
}

static double count_of(const struct json *value)
{
	double number = json_value(value);

	return number >= 0 ? number : NAN;
}

/* Shares the text of the previous peer if it is the same. */
static const char *keep_or_lend(
	struct arena *arena, const char *text, const struct owned_peer *before, size_t at)
{
	const char *lent = before ? *(const char *const *)((const char *)before + at) : "";

	return strcmp(lent, text) == 0 ? lent : text_keep(arena, text);
}

static void set_field(struct owned_peer *peer, const struct owned_peer *before, const struct field *field,
	const struct json *value, struct arena *arena)
{
	void *at = (char *)peer + field->at;

	switch (field->kind) {
	case TEXT:
		*(const char **)at = keep_or_lend(arena, json_string(value), before, field->at);
		break;
	case FLAG:
		*(bool *)at = json_is_true(value);
		break;
	case SOME:
		*(bool *)at = json_first(value) != NULL;
		break;
	case COUNT:
		*(double *)at = count_of(value);
		break;
	case TIME:
		*(int64_t *)at = when_parse(json_string(value));
		break;
	case ADDRESSES:
		*(const char *const **)at = status_peer_keep_list(arena, value, ADDRESSES_MAX);
		break;
	case ROUTES:
		*(const char *const **)at = status_peer_keep_list(arena, value, ROUTES_MAX);
		break;
	case TAGS:
		*(const char *const **)at = status_peer_keep_list(arena, value, TAGS_MAX);
		break;
	}
}

void status_peer_init(struct owned_peer *owned)
{
	owned->peer = (struct obs_peer){
		.id = "",
		.host_name = "",
		.fqdn = "",
		.os = "",
		.user = "",
		.current_address = "",
		.home_derp = "",
		.peer_relay = "",
		.addresses = peer_no_list,
		.tags = peer_no_list,
		.routes = peer_no_list,
		.user_id = NAN,
		.rx_bytes = NAN,
		.tx_bytes = NAN,
	};
	owned->sharer = NAN;
}

void status_peer_read(struct owned_peer *owned, const struct owned_peer *before, const struct json *object,
	struct arena *arena)
{
	struct obs_peer *peer = &owned->peer;

	status_peer_init(owned);
	for (const struct json *member = json_first(object); member; member = json_next(member)) {
		const struct field *field = bsearch(json_key(member), peer_fields, ARRAY_LEN(peer_fields),
			sizeof(*peer_fields), compare_key);

		if (field)
			set_field(owned, before, field, member, arena);
	}
	if (text_has_suffix(peer->fqdn, "."))
		peer->fqdn = text_keep_n(arena, peer->fqdn, strlen(peer->fqdn) - 1);
	/* A Location is no sign of Mullvad: any exit node may have one. */
	if (text_has_suffix(peer->fqdn, ".mullvad.ts.net"))
		peer->is_mullvad = true;
}
