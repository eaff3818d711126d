/* The members of what is seen of the tailnet: status, serve, paths, this machine. */
#include "probes/recording/kinds_parts.h"

/* clang-format off */

static const struct member service_members[] = {
	TEXT(obs_service, name), TEXT(obs_service, address),
	COUNTED(obs_service, ports, INTS, SERVICE_PORTS_MAX, port_count),
};
SHAPE(service, obs_service);

static const struct member record_members[] = { TEXT(obs_record, name), TEXT(obs_record, address) };
SHAPE(record, obs_record);

static const struct member peer_members[] = {
	KEY(obs_peer, id), TEXT(obs_peer, host_name), TEXT(obs_peer, fqdn), TEXT(obs_peer, os), TEXT(obs_peer, user),
	NUMBER(obs_peer, user_id), TEXTS(obs_peer, addresses), TEXTS(obs_peer, tags), TEXTS(obs_peer, routes),
	TEXT(obs_peer, current_address), TEXT(obs_peer, home_derp), TEXT(obs_peer, peer_relay),
	TEXT(obs_peer, mac), MEMBER(obs_peer, peerapi_port, INT),
	BOOL(obs_peer, is_online), BOOL(obs_peer, is_active), BOOL(obs_peer, is_expired), BOOL(obs_peer, is_sharee),
	BOOL(obs_peer, is_exit_node), BOOL(obs_peer, is_mullvad), BOOL(obs_peer, has_session),
	COUNTER(obs_peer, rx_bytes), COUNTER(obs_peer, tx_bytes),
	TIME(obs_peer, last_seen), TIME(obs_peer, last_handshake), TIME(obs_peer, key_expiry),
	MEMBER(obs_peer, sharer_id, LEFT_OUT), MEMBER(obs_peer, is_reported_online, LEFT_OUT), MEMBER(obs_peer, digest, LEFT_OUT),
};
PUBLIC_SHAPE(peer, obs_peer);

static const struct member status_members[] = {
	MEMBER(obs_status, arena, ARENA), MEMBER(obs_status, holders, LEFT_OUT),
	ENUM(obs_status, backend, BACKEND_RUNNING), TEXT(obs_status, backend_word), TEXT(obs_status, version),
	TEXT(obs_status, auth_url), TEXT(obs_status, tailnet), TEXT(obs_status, magicdns_suffix),
	TEXT(obs_status, node_key), TEXT(obs_status, exit_node), ENUM(obs_status, exit_node_online, TRI_YES),
	ENUM(obs_status, issues_certs, TRI_YES), BOOL(obs_status, has_tun), BOOL(obs_status, has_magicdns),
	BOOL(obs_status, has_self), TEXTS(obs_status, cert_domains),
	ROWS(obs_status, records, record_count, record), ROWS(obs_status, hosted, hosted_count, service),
	TEXTS(obs_status, health), TEXTS(obs_status, own_addresses),
	MEMBER(obs_status, self, STRUCT, .shape = &shape_peer),
	MEMBER(obs_status, peers, LEFT_OUT), MEMBER(obs_status, peer_count, LEFT_OUT),
	MEMBER(obs_status, left_out, SIZE),
};
PUBLIC_SHAPE(status, obs_status);

static const struct member prefs_members[] = {
	MEMBER(obs_prefs, arena, ARENA),
	ENUM(obs_prefs, accepts_routes, TRI_YES), ENUM(obs_prefs, accepts_dns, TRI_YES),
	ENUM(obs_prefs, runs_web_client, TRI_YES), TEXT(obs_prefs, exit_node), TEXT(obs_prefs, control_url),
};
PUBLIC_SHAPE(prefs, obs_prefs);

static const struct member machine_members[] = {
	MEMBER(obs_machine, os, CHARS, .most = 16), ENUM(obs_machine, init, INIT_CONTAINER),
	MEMBER(obs_machine, service, CHARS, .most = 16), MEMBER(obs_machine, sudo, CHARS, .most = 8),
};
PUBLIC_SHAPE(machine, obs_machine);

static const struct member listener_members[] = { TEXT(obs_listener, address), TEXT(obs_listener, process), MEMBER(obs_listener, port, INT) };
SHAPE(listener, obs_listener);
static const struct member listeners_members[] = { ROWS(obs_listeners, items, count, listener) };
PUBLIC_SHAPE(listeners, obs_listeners);
static const struct member companion_members[] = { KEY(obs_companion, url), TEXT(obs_companion, peer_id), TEXT(obs_companion, title), ENUM(obs_companion, is_open, TRI_YES) };
PUBLIC_SHAPE(companion, obs_companion);

static const struct member unsigned_peer_members[] = {
	TEXT(obs_unsigned, fqdn), TEXTS(obs_unsigned, addresses), TEXT(obs_unsigned, node_key),
};
SHAPE(unsigned_peer, obs_unsigned);

static const struct member lock_members[] = {
	MEMBER(obs_lock, arena, ARENA),
	ENUM(obs_lock, is_enabled, TRI_YES), ENUM(obs_lock, is_signed, TRI_YES), BOOL(obs_lock, is_signing),
	TEXT(obs_lock, node_key),
	ROWS(obs_lock, unsigned_peers, unsigned_count, unsigned_peer),
};
PUBLIC_SHAPE(lock, obs_lock);

static const struct member mount_members[] = {
	TEXT(obs_mount, host), TEXT(obs_mount, service), MEMBER(obs_mount, port, INT),
	ENUM(obs_mount, protocol, SERVE_TUN), TEXT(obs_mount, path), TEXT(obs_mount, target),
	BOOL(obs_mount, is_funnel), BOOL(obs_mount, is_foreground), TEXT(obs_mount, url), TEXT(obs_mount, backend),
	BOOL(obs_mount, is_web), BOOL(obs_mount, is_port_taken), BOOL(obs_mount, is_api_only),
};
SHAPE(mount, obs_mount);

static const struct member serve_members[] = {
	MEMBER(obs_serve, arena, ARENA), ROWS(obs_serve, mounts, mount_count, mount),
};
PUBLIC_SHAPE(serve, obs_serve);

static const struct member traffic_members[] = {
	MEMBER(obs_traffic, rx_bytes, DOUBLES, .most = TRAFFIC_PATHS, .is_counter = true),
	MEMBER(obs_traffic, tx_bytes, DOUBLES, .most = TRAFFIC_PATHS, .is_counter = true),
};
PUBLIC_SHAPE(traffic, obs_traffic);

static const struct member path_history_members[] = {
	KEY(obs_path_history, peer_id), TIME(obs_path_history, pong_at), BOOL(obs_path_history, was_regular),
	COUNTED(obs_path_history, changes, INT64S, 128, change_count),
};
PUBLIC_SHAPE(path_history, obs_path_history);

static const struct member ping_members[] = {
	KEY(obs_ping, peer_id), MEMBER(obs_ping, kind, ENUM, .most = PING_KINDS - 1, .is_key = true),
	NUMBER(obs_ping, ms), TEXT(obs_ping, endpoint), TEXT(obs_ping, derp), TEXT(obs_ping, peer_relay),
};
PUBLIC_SHAPE(ping, obs_ping);

static const struct member net_members[] = {
	ENUM(obs_net, has_udp, TRI_YES), ENUM(obs_net, has_ipv4, TRI_YES), ENUM(obs_net, has_ipv6, TRI_YES),
	ENUM(obs_net, is_hard_nat, TRI_YES), ENUM(obs_net, maps_ports, TRI_YES), ENUM(obs_net, is_captive, TRI_YES),
	NUMBER(obs_net, candidates), NUMBER(obs_net, derp_ms), TIME(obs_net, at),
};
PUBLIC_SHAPE(net, obs_net);

static const struct member who_members[] = {
	MEMBER(obs_who, login, CHARS, .most = TEXT_CAP), MEMBER(obs_who, display, CHARS, .most = TEXT_CAP),
	MEMBER(obs_who, capabilities, CHARS, .most = 1024),
};
SHAPE(who, obs_who);

static const struct member node_members[] = {
	KEY(obs_node, peer_id), MEMBER(obs_node, net, STRUCT, .shape = &shape_net),
	COUNTED(obs_node, ipv4, INT64S, NODE_IPV4_MAX, ipv4_count), MEMBER(obs_node, who, STRUCT, .shape = &who),
};
PUBLIC_SHAPE(node, obs_node);
/* clang-format on */
