/* One table: which key of the daemon's goes to which field of ours, and as what type. */
#include "probes/tailscaled/status_peer.h"

#include "probes/base/json.h"
#include "probes/base/mem.h"
#include "probes/base/text.h"
#include "probes/base/url.h"
#include "probes/base/when.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define ADDRESSES_MAX 16
#define TAGS_MAX 64
#define ROUTES_MAX 1024 /* an app connector has one for each address of its sites */

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

enum kind { TEXT, FLAG, SOME, COUNT, TIME, ADDRESSES, ROUTES, TAGS, PEERAPI };

struct field {
	const char *key;
	enum kind kind;
	size_t at;
};

#define FIELD(key, kind, member)                                                                             \
	{                                                                                                    \
		key, kind, offsetof(struct obs_peer, member)                                                 \
	}

/* Sorted by strcmp for bsearch. */
static const struct field peer_fields[] = {
	FIELD("Active", FLAG, is_active),
	FIELD("AltSharerUserID", COUNT, sharer_id),
	FIELD("CurAddr", TEXT, current_address),
	FIELD("DNSName", TEXT, fqdn),
	FIELD("ExitNode", FLAG, is_exit_node),
	FIELD("Expired", FLAG, is_expired),
	FIELD("HostName", TEXT, host_name),
	FIELD("ID", TEXT, id),
	FIELD("InEngine", FLAG, has_session),
	FIELD("KeyExpiry", TIME, key_expiry),
	FIELD("LastHandshake", TIME, last_handshake),
	FIELD("LastSeen", TIME, last_seen),
	FIELD("OS", TEXT, os),
	FIELD("Online", FLAG, is_reported_online),
	FIELD("PeerAPIURL", PEERAPI, peerapi_port),
	FIELD("PeerRelay", TEXT, peer_relay),
	FIELD("PrimaryRoutes", ROUTES, routes),
	FIELD("Relay", TEXT, home_derp),
	FIELD("RxBytes", COUNT, rx_bytes),
	FIELD("ShareeNode", FLAG, is_sharee),
	FIELD("Tags", TAGS, tags),
	FIELD("TailscaleIPs", ADDRESSES, addresses),
	FIELD("TxBytes", COUNT, tx_bytes),
	FIELD("UserID", COUNT, user_id),
	FIELD("sshHostKeys", SOME, has_ssh),
};

struct name {
	const char *text;
	size_t length;
};

static int compare_key(const void *key, const void *field)
{
	const struct name *name = key;
	const char *other = ((const struct field *)field)->key;
	size_t length = strlen(other);
	int order = memcmp(name->text, other, name->length < length ? name->length : length);

	return order ? order : (name->length > length) - (name->length < length);
}

static const struct field *field_of(const char *key, size_t length)
{
	return bsearch(&(struct name){ key, length }, peer_fields, ARRAY_LEN(peer_fields),
		sizeof(*peer_fields), compare_key);
}

static double count_of(const struct json *value)
{
	double number = json_value(value);

	return number >= 0 ? number : NAN;
}

/* Of the first URL with an IPv4 address, "http://100.64.0.2:40123". */
static int peerapi_port(const struct json *urls)
{
	struct url url;

	for (const struct json *item = json_first(urls); item; item = json_next(item))
		if (url_split(&url, json_string(item)) == 0 && !url.is_https && !strchr(url.host, ':'))
			return url.port;
	return 0;
}

/* Shares the text of the peer beside it if it is the same. */
static const char *keep_or_lend(
	struct arena *arena, const char *text, const struct obs_peer *beside, size_t at)
{
	const char *lent = beside ? *(const char *const *)((const char *)beside + at) : "";

	return strcmp(lent, text) == 0 ? lent : text_keep(arena, text);
}

static void set_field(struct obs_peer *peer, const struct obs_peer *beside, const struct field *field,
	const struct json *value, struct arena *arena)
{
	void *at = (char *)peer + field->at;

	switch (field->kind) {
	case TEXT:
		*(const char **)at = keep_or_lend(arena, json_string(value), beside, field->at);
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
	case PEERAPI:
		*(int *)at = peerapi_port(value);
		break;
	case TAGS:
		*(const char *const **)at = status_peer_keep_list(arena, value, TAGS_MAX);
		break;
	}
}

void status_peer_init(struct obs_peer *peer)
{
	*peer = (struct obs_peer){
		.id = "",
		.host_name = "",
		.fqdn = "",
		.os = "",
		.user = "",
		.current_address = "",
		.home_derp = "",
		.peer_relay = "",
		.mac = "",
		.addresses = peer_no_list,
		.tags = peer_no_list,
		.routes = peer_no_list,
		.user_id = NAN,
		.sharer_id = NAN,
		.rx_bytes = NAN,
		.tx_bytes = NAN,
	};
}

/* A name with an escape may be any. */
bool status_peer_reads(const char *key, size_t length)
{
	static const char leftover[] = "InNetworkMap";

	return field_of(key, length) || memchr(key, '\\', length) ||
	       (length == strlen(leftover) && memcmp(key, leftover, length) == 0);
}

void status_peer_read(
	struct obs_peer *peer, const struct obs_peer *beside, const struct json *object, struct arena *arena)
{
	status_peer_init(peer);
	for (const struct json *member = json_first(object); member; member = json_next(member)) {
		const struct field *field = field_of(json_key(member), strlen(json_key(member)));

		if (field)
			set_field(peer, beside, field, member, arena);
	}
	peer->is_online = peer->is_reported_online;
	if (text_has_suffix(peer->fqdn, "."))
		peer->fqdn = text_keep_n(arena, peer->fqdn, strlen(peer->fqdn) - 1);
	/* A Location is no sign of Mullvad: any exit node may have one. */
	if (text_has_suffix(peer->fqdn, ".mullvad.ts.net"))
		peer->is_mullvad = true;
}

static const char *const *copy_list(struct arena *arena, const char *const *list)
{
	const char **copy;
	size_t count = 0;

	while (list[count])
		count++;
	if (!count)
		return peer_no_list;
	copy = arena_alloc(arena, (count + 1) * sizeof(*copy));
	for (size_t i = 0; i < count; i++)
		copy[i] = arena_copy(arena, list[i]);
	return copy;
}

void status_peer_copy(struct obs_peer *peer, const struct obs_peer *beside, const struct obs_peer *from,
	struct arena *arena)
{
	*peer = *from;
	peer->is_online = from->is_reported_online;
	peer->user = peer->mac = "";
	for (size_t i = 0; i < ARRAY_LEN(peer_fields); i++) {
		const struct field *field = &peer_fields[i];
		void *at = (char *)peer + field->at;

		if (field->kind == TEXT)
			*(const char **)at = keep_or_lend(arena, *(const char **)at, beside, field->at);
		else if (field->kind == ADDRESSES || field->kind == ROUTES || field->kind == TAGS)
			*(const char *const **)at = copy_list(arena, *(const char *const **)at);
	}
}
