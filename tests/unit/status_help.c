/* Statuses for tests, built in code: a small tailnet of one user. */
#include "tests/unit/status_help.h"

#include "probes/base/mem.h"

#include <string.h>

const char *const *list_of(const struct obs_status *status, const char *word)
{
	const char **list = arena_alloc(status->arena, 2 * sizeof(*list));

	list[0] = *word ? arena_copy(status->arena, word) : NULL;
	return list;
}

static struct obs_peer node(struct obs_status *status, const char *id, const char *name, size_t number)
{
	return (struct obs_peer){
		.id = arena_copy(status->arena, id),
		.host_name = arena_copy(status->arena, name),
		.fqdn = arena_printf(status->arena, "%s.tail4c1d.ts.net", name),
		.os = "linux",
		.user = "ada@example.com",
		.user_id = 1,
		.addresses = list_of(status,
			arena_printf(status->arena, "100.64.%zu.%zu", number / 250, 1 + number % 250)),
		.tags = list_of(status, ""),
		.routes = list_of(status, ""),
		.current_address =
			arena_printf(status->arena, "10.99.%zu.%zu:41641", number / 250, 1 + number % 250),
		.home_derp = "fra",
		.peer_relay = "",
		.mac = "",
		.is_online = true,
		.is_active = true,
		.last_handshake = 1,
		.rx_bytes = 0,
		.tx_bytes = 0,
	};
}

struct obs_status *in_state(enum backend_state backend, const char *word)
{
	struct arena *arena = arena_new();
	struct obs_status *status = arena_alloc(arena, sizeof(*status));

	status->arena = arena;
	status->backend = backend;
	status->backend_word = arena_copy(arena, word);
	status->version = "1.102.5";
	status->auth_url = status->node_key = status->exit_node = "";
	status->tailnet = "example.com";
	status->magicdns_suffix = "tail4c1d.ts.net";
	status->has_tun = status->has_magicdns = status->has_self = true;
	status->health = list_of(status, "");
	status->own_addresses = list_of(status, "");
	status->self = node(status, "n1", "admin", 0);
	status->self.current_address = "";
	return status;
}

struct obs_status *running(void)
{
	return in_state(BACKEND_RUNNING, "Running");
}

/* The room doubles, in the arena: old copies are left behind. */
struct obs_peer *with_peer(struct obs_status *status, const char *id, const char *name)
{
	size_t count = status->peer_count;

	if (!(count & (count - 1))) {
		struct obs_peer *room = arena_alloc(status->arena, (count ? count * 2 : 1) * sizeof(*room));

		if (count)
			memcpy(room, status->peers, count * sizeof(*room));
		status->peers = room;
	}
	status->peers[count] = node(status, id, name, count + 1);
	status->peer_count++;
	return &status->peers[count];
}

struct obs_peer *by_derp(struct obs_peer *peer)
{
	peer->current_address = "";
	return peer;
}

struct obs_peer *by_peer_relay(struct obs_peer *peer)
{
	peer->current_address = "";
	peer->peer_relay = "10.99.0.14:40000:vni:3";
	return peer;
}

struct obs_peer *idle(struct obs_peer *peer)
{
	peer->is_active = false;
	peer->current_address = "";
	return peer;
}

struct obs_peer *offline(struct obs_peer *peer)
{
	peer->is_online = false;
	return idle(peer);
}
