/* Reads a status as it arrives, member by member of its root, of "Peer" and of "User".
 *
 * Users are in a map of their own after the peers, so the owners' names are filled in at the end. Peers are
 * collected in a vector and moved into the arena when their number is known. */
#include "probes/tailscaled/status.h"

#include "probes/base/fault.h"
#include "probes/base/json.h"
#include "probes/base/json_skim.h"
#include "probes/base/mem.h"
#include "probes/base/text.h"
#include "probes/tailscaled/services.h"
#include "probes/tailscaled/status_before.h"
#include "probes/tailscaled/status_peer.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define LINES_MAX 64 /* of health, and of the node's own addresses */
#define USERS_MAX 20000
#define RECORDS_MAX 256

struct user {
	double id;
	const char *login;
};

struct status_parser {
	struct json_cut *cut;
	struct obs_status *status;
	struct arena *arena;
	const struct status_before *before;
	VEC(struct obs_peer) peers;
	VEC(struct user) users;
	uint64_t digest; /* of the peer that is read */
	size_t fed;
	bool is_broken;
};

/* WireGuard keeps a session for a while after the peer left the network map, such as after a logout. */
static bool is_leftover(const struct json *peer)
{
	const struct json *is_named = json_member(peer, "InNetworkMap");

	return is_named && !json_is_null(is_named) && !json_is_true(is_named);
}

static struct obs_peer *new_peer(struct status_parser *parser, const struct obs_peer **beside)
{
	struct obs_peer *slot;

	if (parser->peers.count == STATUS_PEERS_MAX) {
		parser->status->left_out++;
		return NULL;
	}
	slot = VEC_PUSH(&parser->peers);
	*beside = parser->peers.count > 1 ? slot - 1 : NULL;
	return slot;
}

static void add_peer(struct status_parser *parser, const char *node_key, const struct json *object)
{
	const struct obs_peer *beside;
	struct obs_peer *slot;

	if (!json_is_object(object) || is_leftover(object))
		return;
	slot = new_peer(parser, &beside);
	if (!slot)
		return;
	status_peer_read(slot, beside, object, parser->arena);
	slot->digest = parser->digest;
	if (!*slot->id)
		slot->id = text_keep(parser->arena, node_key);
	if (!*slot->id)
		parser->peers.count--;
}

/* What is not read of a peer is cut out, and if the rest is as it was, it is not read again. */
static bool take_text(void *data, const char *group, const char *node_key, char *text, size_t *length)
{
	struct status_parser *parser = data;
	const struct obs_peer *same, *beside;
	struct obs_peer *slot;

	if (strcmp(group, "Peer") != 0)
		return false;
	*length = json_skim_members(text, *length, status_peer_reads);
	parser->digest = status_before_digest(node_key, text, *length);
	same = status_before_find(parser->before, parser->digest);
	if (!same)
		return false;
	slot = new_peer(parser, &beside);
	if (slot)
		status_peer_copy(slot, beside, same, parser->arena);
	return true;
}

static void add_user(struct status_parser *parser, const char *id, const struct json *object)
{
	struct user *user;

	if (parser->users.count == USERS_MAX || text_number(id, INT64_C(1) << 53) < 0)
		return;
	user = VEC_PUSH(&parser->users);
	user->id = (double)text_number(id, INT64_C(1) << 53);
	user->login = text_keep(parser->arena, json_text(object, "LoginName"));
}

static void read_backend(struct status_parser *parser, const struct json *value)
{
	static const char *const words[] = {
		[BACKEND_NO_STATE] = "NoState",
		[BACKEND_IN_USE_OTHER_USER] = "InUseOtherUser",
		[BACKEND_NEEDS_LOGIN] = "NeedsLogin",
		[BACKEND_NEEDS_MACHINE_AUTH] = "NeedsMachineAuth",
		[BACKEND_STOPPED] = "Stopped",
		[BACKEND_STARTING] = "Starting",
		[BACKEND_RUNNING] = "Running",
	};
	struct obs_status *status = parser->status;

	status->backend = BACKEND_UNKNOWN;
	status->backend_word = text_keep(parser->arena, json_string(value));
	for (size_t i = BACKEND_NO_STATE; i < ARRAY_LEN(words); i++)
		if (strcmp(words[i], status->backend_word) == 0)
			status->backend = (enum backend_state)i;
}

static void read_version(struct status_parser *parser, const struct json *value)
{
	parser->status->version = text_keep(parser->arena, json_string(value));
}

static void read_auth_url(struct status_parser *parser, const struct json *value)
{
	parser->status->auth_url = text_keep(parser->arena, json_string(value));
}

static void read_tun(struct status_parser *parser, const struct json *value)
{
	parser->status->has_tun = !json_is_false(value);
}

static void read_records(struct status_parser *parser, const struct json *value)
{
	struct obs_status *status = parser->status;

	if (!json_first(value) || status->records)
		return;
	status->records = arena_alloc(parser->arena, RECORDS_MAX * sizeof(*status->records));
	for (const struct json *item = json_first(value); item && status->record_count < RECORDS_MAX;
		item = json_next(item)) {
		const char *name = json_text(item, "Name"), *type = json_text(item, "Type");
		bool is_address = !*type || strcmp(type, "A") == 0 || strcmp(type, "AAAA") == 0;

		if (is_address && *name)
			status->records[status->record_count++] = (struct obs_record){
				.name = text_keep_n(
					parser->arena, name, strlen(name) - text_has_suffix(name, ".")),
				.address = text_keep(parser->arena, json_text(item, "Value")),
			};
	}
}

static void read_self(struct status_parser *parser, const struct json *value)
{
	if (!json_is_object(value))
		return;
	status_peer_read(&parser->status->self, NULL, value, parser->arena);
	parser->status->node_key = text_keep(parser->arena, json_text(value, "PublicKey"));
	parser->status->own_addresses =
		status_peer_keep_list(parser->arena, json_member(value, "Addrs"), LINES_MAX);
	parser->status->has_self = true;
	services_read_hosted(parser->status, json_member(json_member(value, "CapMap"), "service-host"));
}

static void read_health(struct status_parser *parser, const struct json *value)
{
	parser->status->health = status_peer_keep_list(parser->arena, value, LINES_MAX);
}

/* The older place of the suffix: the one in CurrentTailnet takes precedence. */
static void read_suffix(struct status_parser *parser, const struct json *value)
{
	if (!*parser->status->magicdns_suffix)
		parser->status->magicdns_suffix = text_keep(parser->arena, json_string(value));
}

static void read_tailnet(struct status_parser *parser, const struct json *value)
{
	struct obs_status *status = parser->status;
	const char *suffix = json_text(value, "MagicDNSSuffix");

	status->tailnet = text_keep(parser->arena, json_text(value, "Name"));
	status->has_magicdns = json_true(value, "MagicDNSEnabled");
	if (*suffix)
		status->magicdns_suffix = text_keep(parser->arena, suffix);
}

/* Absent: unknown. Null or empty: the control plane issues no certificates for this node. */
static void read_cert_domains(struct status_parser *parser, const struct json *value)
{
	bool is_list = json_is_null(value) || json_is_array(value);

	if (is_list)
		parser->status->issues_certs = json_first(value) ? TRI_YES : TRI_NO;
	parser->status->cert_domains = status_peer_keep_list(parser->arena, value, LINES_MAX);
}

static void read_exit_node(struct status_parser *parser, const struct json *value)
{
	const struct json *online = json_member(value, "Online");

	parser->status->exit_node = text_keep(parser->arena, json_text(value, "ID"));
	parser->status->exit_node_online = json_is_true(online)    ? TRI_YES
					   : json_is_false(online) ? TRI_NO
								   : TRI_UNKNOWN;
}

static void read_root(struct status_parser *parser, const char *key, const struct json *value)
{
	static const struct {
		const char *key;
		void (*read)(struct status_parser *parser, const struct json *value);
	} roots[] = {
		{ "Version", read_version },
		{ "TUN", read_tun },
		{ "BackendState", read_backend },
		{ "AuthURL", read_auth_url },
		{ "Self", read_self },
		{ "Health", read_health },
		{ "MagicDNSSuffix", read_suffix },
		{ "CurrentTailnet", read_tailnet },
		{ "CertDomains", read_cert_domains },
		{ "ExitNodeStatus", read_exit_node },
		{ "ExtraRecords", read_records },
	};

	for (size_t i = 0; i < ARRAY_LEN(roots); i++)
		if (strcmp(roots[i].key, key) == 0)
			roots[i].read(parser, value);
}

static void take_member(void *data, const char *group, const char *key, const struct json *value)
{
	struct status_parser *parser = data;

	if (strcmp(group, "Peer") == 0)
		add_peer(parser, key, value);
	else if (strcmp(group, "User") == 0)
		add_user(parser, key, value);
	else
		read_root(parser, key, value);
}

struct status_parser *status_parser_new(const struct status_before *before)
{
	static const char *const groups[] = { "Peer", "User", NULL };
	struct status_parser *parser = mem_alloc(sizeof(*parser));
	struct obs_status *status;

	parser->cut = json_cut_new(groups, take_text, take_member, parser);
	parser->arena = arena_new();
	parser->before = before;
	status = parser->status = arena_alloc(parser->arena, sizeof(*status));
	status->arena = parser->arena;
	status_peer_init(&status->self);
	status->backend_word = status->version = status->auth_url = "";
	status->tailnet = status->magicdns_suffix = status->node_key = status->exit_node = "";
	status->health = status->own_addresses = status->cert_domains = peer_no_list;
	status->has_tun = true;
	return parser;
}

int status_parser_feed(struct status_parser *parser, const char *bytes, size_t length, struct fault *fault)
{
	if (length > STATUS_BYTES_MAX - parser->fed) {
		fault_say(fault, "a status over %d MB", STATUS_BYTES_MAX / 1024 / 1024);
		parser->is_broken = true;
	} else if (!parser->is_broken) {
		parser->fed += length;
		parser->is_broken = json_cut_feed(parser->cut, bytes, length, fault) < 0;
	}
	return parser->is_broken ? -1 : 0;
}

static int compare_user(const void *a, const void *b)
{
	const struct user *one = a, *other = b;

	return (one->id > other->id) - (one->id < other->id);
}

/* The sharer takes precedence over the owner. Tagged nodes belong to no user, whoever created them. */
static const char *login_of(const struct status_parser *parser, const struct obs_peer *peer)
{
	const struct user key = { .id = peer->sharer_id > 0 ? peer->sharer_id : peer->user_id, .login = "" };
	const struct user *found = NULL;

	if (!peer->tags[0] && parser->users.count && !isnan(key.id))
		found = bsearch(&key, parser->users.items, parser->users.count, sizeof(key), compare_user);
	return found ? found->login : "";
}

static void take_peers(struct status_parser *parser)
{
	struct obs_status *status = parser->status;

	if (parser->users.count)
		qsort(parser->users.items, parser->users.count, sizeof(struct user), compare_user);
	status->self.user = login_of(parser, &status->self);
	status->peer_count = parser->peers.count;
	status->peers = arena_alloc(parser->arena, status->peer_count * sizeof(*status->peers));
	for (size_t i = 0; i < status->peer_count; i++) {
		status->peers[i] = parser->peers.items[i];
		status->peers[i].user = login_of(parser, &status->peers[i]);
	}
}

struct obs_status *status_parser_end(struct status_parser *parser, struct fault *fault)
{
	struct obs_status *status = parser->status;

	assert(parser->arena);
	if (parser->is_broken || json_cut_end(parser->cut, fault) < 0)
		return NULL;
	if (!*status->backend_word) {
		fault_say(fault, "JSON without a BackendState: no status of tailscaled");
		return NULL;
	}
	take_peers(parser);
	parser->arena = NULL;
	return status;
}

void status_parser_free(struct status_parser *parser)
{
	if (!parser)
		return;
	json_cut_free(parser->cut);
	arena_free(parser->arena);
	free(parser->peers.items);
	free(parser->users.items);
	free(parser);
}
