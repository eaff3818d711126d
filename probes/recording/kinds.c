#include "probes/recording/kinds.h"

#include "probes/base/mem.h"
#include "probes/model/sniffed.h"

#include <math.h>
#include <string.h>

#define TEXTS_MOST 1000
#define ROWS_MOST 10000

/* clang-format off */
#define MEMBER(type, m, kind, ...) { #m, MEMBER_##kind, offsetof(struct type, m), .count_offset = NO_COUNT, __VA_ARGS__ }
#define KEY(type, m) MEMBER(type, m, TEXT, .is_key = true)
#define TEXT(type, m) MEMBER(type, m, TEXT)
#define TEXTS(type, m) MEMBER(type, m, TEXTS, .most = TEXTS_MOST)
#define BOOL(type, m) MEMBER(type, m, BOOL)
#define ENUM(type, m, last) MEMBER(type, m, ENUM, .most = last)
#define NUMBER(type, m) MEMBER(type, m, DOUBLE)
#define SLOW(type, m) MEMBER(type, m, DOUBLE, .is_counter = true, .is_slow = true)
#define COUNTER(type, m) MEMBER(type, m, DOUBLE, .is_counter = true)
#define TIME(type, m) MEMBER(type, m, INT64, .is_counter = true)
#define COUNTED(type, m, kind, n, count, ...) \
	{ #m, MEMBER_##kind, offsetof(struct type, m), .most = n, .count_offset = offsetof(struct type, count), __VA_ARGS__ }
#define ROWS(type, m, count, of) COUNTED(type, m, ROWS, ROWS_MOST, count, .shape = &of)
#define SHAPE(name, type) static const struct shape name = { .size = sizeof(struct type), .members = name##_members, .count = ARRAY_LEN(name##_members) }

/* ---- the tailnet ---- */

static const struct member service_members[] = {
	TEXT(obs_service, name), TEXT(obs_service, address),
	COUNTED(obs_service, ports, INTS, 8, port_count),
};
SHAPE(service, obs_service);

static const struct member record_members[] = { TEXT(obs_record, name), TEXT(obs_record, address) };
SHAPE(record, obs_record);

static const struct member peer_members[] = {
	KEY(obs_peer, id), TEXT(obs_peer, host_name), TEXT(obs_peer, fqdn), TEXT(obs_peer, os), TEXT(obs_peer, user),
	NUMBER(obs_peer, user_id), TEXTS(obs_peer, addresses), TEXTS(obs_peer, tags), TEXTS(obs_peer, routes),
	TEXT(obs_peer, current_address), TEXT(obs_peer, home_derp), TEXT(obs_peer, peer_relay),
	BOOL(obs_peer, is_online), BOOL(obs_peer, is_active), BOOL(obs_peer, is_expired), BOOL(obs_peer, is_sharee),
	BOOL(obs_peer, is_exit_node), BOOL(obs_peer, is_mullvad), BOOL(obs_peer, has_session),
	COUNTER(obs_peer, rx_bytes), COUNTER(obs_peer, tx_bytes),
	TIME(obs_peer, last_seen), TIME(obs_peer, last_handshake), TIME(obs_peer, key_expiry),
};
SHAPE(peer, obs_peer);

static const struct member status_members[] = {
	MEMBER(obs_status, arena, ARENA),
	ENUM(obs_status, backend, BACKEND_RUNNING), TEXT(obs_status, backend_word), TEXT(obs_status, version),
	TEXT(obs_status, auth_url), TEXT(obs_status, tailnet), TEXT(obs_status, magicdns_suffix),
	TEXT(obs_status, node_key), TEXT(obs_status, exit_node), ENUM(obs_status, exit_node_online, TRI_YES),
	ENUM(obs_status, issues_certs, TRI_YES), BOOL(obs_status, has_tun), BOOL(obs_status, has_magicdns),
	BOOL(obs_status, has_self), TEXTS(obs_status, cert_domains),
	ROWS(obs_status, records, record_count, record), ROWS(obs_status, hosted, hosted_count, service),
	TEXTS(obs_status, health), TEXTS(obs_status, own_addresses),
	MEMBER(obs_status, self, STRUCT, .shape = &peer),
	MEMBER(obs_status, peers, LEFT_OUT), MEMBER(obs_status, peer_count, LEFT_OUT),
	MEMBER(obs_status, left_out, SIZE),
};
SHAPE(status, obs_status);

static const struct member prefs_members[] = {
	MEMBER(obs_prefs, arena, ARENA),
	ENUM(obs_prefs, accepts_routes, TRI_YES), ENUM(obs_prefs, accepts_dns, TRI_YES),
	TEXT(obs_prefs, exit_node), TEXT(obs_prefs, control_url),
};
SHAPE(prefs, obs_prefs);

static const struct member machine_members[] = {
	MEMBER(obs_machine, os, CHARS, .most = 16), ENUM(obs_machine, init, INIT_CONTAINER),
	MEMBER(obs_machine, service, CHARS, .most = 16), MEMBER(obs_machine, sudo, CHARS, .most = 8),
};
SHAPE(machine, obs_machine);

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
SHAPE(lock, obs_lock);

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
SHAPE(serve, obs_serve);

static const struct member traffic_members[] = {
	MEMBER(obs_traffic, rx_bytes, DOUBLES, .most = TRAFFIC_PATHS, .is_counter = true),
	MEMBER(obs_traffic, tx_bytes, DOUBLES, .most = TRAFFIC_PATHS, .is_counter = true),
};
SHAPE(traffic, obs_traffic);

static const struct member path_history_members[] = {
	KEY(obs_path_history, peer_id), TIME(obs_path_history, pong_at), BOOL(obs_path_history, was_regular),
	COUNTED(obs_path_history, changes, INT64S, 128, change_count),
};
SHAPE(path_history, obs_path_history);

static const struct member ping_members[] = {
	KEY(obs_ping, peer_id), MEMBER(obs_ping, kind, ENUM, .most = PING_KINDS - 1, .is_key = true),
	NUMBER(obs_ping, ms), TEXT(obs_ping, endpoint), TEXT(obs_ping, derp), TEXT(obs_ping, peer_relay),
};
SHAPE(ping, obs_ping);

static const struct member net_members[] = {
	ENUM(obs_net, has_udp, TRI_YES), ENUM(obs_net, has_ipv4, TRI_YES), ENUM(obs_net, has_ipv6, TRI_YES),
	ENUM(obs_net, is_hard_nat, TRI_YES), ENUM(obs_net, maps_ports, TRI_YES), ENUM(obs_net, is_captive, TRI_YES),
	NUMBER(obs_net, candidates), NUMBER(obs_net, derp_ms), TIME(obs_net, at),
};
SHAPE(net, obs_net);

static const struct member node_members[] = {
	KEY(obs_node, peer_id), MEMBER(obs_node, net, STRUCT, .shape = &net),
};
SHAPE(node, obs_node);

/* ---- packets ---- */

static const struct member place_members[] = {
	MEMBER(sniffed_place, text, CHARS, .most = 56), MEMBER(sniffed_place, host, CHARS, .most = 48),
	MEMBER(sniffed_place, port, INT),
};
SHAPE(place, sniffed_place);

/* Of what ends in itself, the text would make each of them a key. */
static const struct member far_place_members[] = {
	MEMBER(sniffed_place, text, CHARS, .most = 56, .is_key = true), MEMBER(sniffed_place, host, CHARS, .most = 48),
	MEMBER(sniffed_place, port, INT),
};
SHAPE(far_place, sniffed_place);

static const struct member client_members[] = {
	MEMBER(sniffed_place, text, CHARS, .most = 56), MEMBER(sniffed_place, host, CHARS, .most = 48, .is_key = true),
	MEMBER(sniffed_place, port, INT),
};
SHAPE(client, sniffed_place);

static const struct member sniffed_members[] = {
	MEMBER(sniffed, word, ENUM, .most = SNIFFED_COUNT - 1, .is_key = true),
	TIME(sniffed, at_us), TIME(sniffed, sent_us), TIME(sniffed, begun_us),
	NUMBER(sniffed, protocol), MEMBER(sniffed, name, CHARS, .most = 64, .is_key = true),
	MEMBER(sniffed, local, STRUCT, .shape = &place), MEMBER(sniffed, remote, STRUCT, .shape = &far_place),
	MEMBER(sniffed, client, STRUCT, .shape = &client), MEMBER(sniffed, server, STRUCT, .shape = &far_place),
	MEMBER(sniffed, vni, INT64, .is_key = true), MEMBER(sniffed, disco, CHARS, .most = 65),
	COUNTER(sniffed, rx_bytes), COUNTER(sniffed, tx_bytes), SLOW(sniffed, rx_packets),
	SLOW(sniffed, tx_packets), SLOW(sniffed, pings), COUNTER(sniffed, pongs), COUNTER(sniffed, lost),
	MEMBER(sniffed, method, ENUM, .most = SNIFFED_BY_DERP, .is_key = true), NUMBER(sniffed, us),
	COUNTER(sniffed, connections), COUNTER(sniffed, open), COUNTER(sniffed, up_bytes), COUNTER(sniffed, down_bytes),
	COUNTER(sniffed, exchanges), BOOL(sniffed, is_open), NUMBER(sniffed, ttfb_us), NUMBER(sniffed, ttft_us),
	NUMBER(sniffed, ttft_max_us), NUMBER(sniffed, gap_us), NUMBER(sniffed, chunks), NUMBER(sniffed, tokens),
	NUMBER(sniffed, tokens_per_s), BOOL(sniffed, is_estimated), SLOW(sniffed, received),
	COUNTER(sniffed, dropped), SLOW(sniffed, paths), SLOW(sniffed, flows),
};
SHAPE(sniffed, sniffed);

static const struct member capture_members[] = {
	ENUM(obs_capture, state, CAPTURE_COUNT - 1), TEXT(obs_capture, trouble), TEXT(obs_capture, fix),
};
SHAPE(capture, obs_capture);

/* ---- servers ---- */

static const struct member discovery_members[] = {
	TEXT(obs_discovery, mode), TEXT(obs_discovery, ports), TEXT(obs_discovery, now),
	MEMBER(obs_discovery, peers, SIZE), MEMBER(obs_discovery, asked, SIZE), MEMBER(obs_discovery, pending, SIZE),
	MEMBER(obs_discovery, silent_peers, SIZE), MEMBER(obs_discovery, postponed, SIZE),
};
SHAPE(discovery, obs_discovery);

static const struct member probed_members[] = {
	KEY(obs_probed, peer_id), MEMBER(obs_probed, ports, UNSIGNED), MEMBER(obs_probed, asked, UNSIGNED),
	MEMBER(obs_probed, silent, UNSIGNED), BOOL(obs_probed, is_running),
};
SHAPE(probed, obs_probed);

static const struct member endpoint_members[] = {
	KEY(obs_endpoint, url), TEXT(obs_endpoint, peer_id), TEXT(obs_endpoint, address), TEXT(obs_endpoint, at),
	MEMBER(obs_endpoint, port, INT), ENUM(obs_endpoint, found_by, FOUND_COUNT - 1), BOOL(obs_endpoint, is_pinned),
	BOOL(obs_endpoint, is_own), BOOL(obs_endpoint, is_of_tailnet), BOOL(obs_endpoint, is_resolving),
	BOOL(obs_endpoint, has_key), BOOL(obs_endpoint, is_key_withheld), TEXT(obs_endpoint, server),
	TIME(obs_endpoint, stopped_at),
};
SHAPE(endpoint, obs_endpoint);

static const struct member model_members[] = {
	TEXT(obs_model, id), ENUM(obs_model, state, MODEL_FAILED), NUMBER(obs_model, size_bytes),
	NUMBER(obs_model, vram_bytes), NUMBER(obs_model, context), TEXT(obs_model, quantisation),
	TEXT(obs_model, remote_host), BOOL(obs_model, is_elsewhere), BOOL(obs_model, is_no_chat),
	MEMBER(obs_model, expires_at, INT64),
};
SHAPE(model, obs_model);

static const struct member engine_members[] = {
	TEXT(obs_engine, name), NUMBER(obs_engine, running), NUMBER(obs_engine, waiting), NUMBER(obs_engine, progress),
};
SHAPE(engine, obs_engine);

static const struct member figures_members[] = {
	NUMBER(figures, running), NUMBER(figures, waiting), NUMBER(figures, slots), NUMBER(figures, kv_cache),
	NUMBER(figures, tokens_per_s), NUMBER(figures, prompt_tokens_per_s), COUNTER(figures, generated_tokens),
	COUNTER(figures, prompt_tokens), COUNTER(figures, preemptions),
	NUMBER(figures, ttft_p50_ms), NUMBER(figures, ttft_p95_ms), NUMBER(figures, inter_token_p50_ms),
	NUMBER(figures, inter_token_p95_ms),
};
SHAPE(figures, figures);

/* Its bounds rise to infinity. */
static bool is_histogram(const void *row)
{
	const struct obs_histogram *it = row;

	for (size_t i = 0; i < it->count; i++)
		if (isnan(it->counts[i]) || isnan(it->bounds[i]) || (i && it->bounds[i] <= it->bounds[i - 1]))
			return false;
	return it->count > 0 && isinf(it->bounds[it->count - 1]);
}

static bool has_same_bounds(const void *before, const void *now)
{
	const struct obs_histogram *a = before, *b = now;

	return a->count == b->count && memcmp(a->bounds, b->bounds, a->count * sizeof(a->bounds[0])) == 0;
}

static const struct member histogram_members[] = {
	COUNTED(obs_histogram, bounds, DOUBLES, HISTOGRAM_BUCKETS, count),
	COUNTED(obs_histogram, counts, DOUBLES, HISTOGRAM_BUCKETS, count, .is_counter = true),
	MEMBER(obs_histogram, is_broken, LEFT_OUT), MEMBER(obs_histogram, count, LEFT_OUT),
};
static const struct shape histogram = { .size = sizeof(struct obs_histogram), .members = histogram_members,
	.count = ARRAY_LEN(histogram_members), .is_sound = is_histogram, .is_like = has_same_bounds };

#define TIMING(of, key) { key, MEMBER_POINTER, offsetof(struct reading, timings[of]), .count_offset = NO_COUNT, .shape = &histogram }
static const struct member reading_members[] = {
	MEMBER(reading, arena, ARENA),
	TEXT(reading, version), BOOL(reading, is_loading), BOOL(reading, is_sleeping), BOOL(reading, wants_key),
	BOOL(reading, key_rejected), BOOL(reading, open_onboarding), ENUM(reading, list, MODELS_LOADED),
	ROWS(reading, models, model_count, model), MEMBER(reading, figures, STRUCT, .shape = &figures),
	COUNTER(reading, generated_tokens), NUMBER(reading, generation_seconds), COUNTER(reading, prompt_tokens),
	NUMBER(reading, prompt_seconds), COUNTER(reading, rejected), COUNTER(reading, progress),
	NUMBER(reading, patience_s), COUNTED(reading, engines, ROWS, ENGINES_MAX, engine_count, .shape = &engine),
	NUMBER(reading, started), COUNTER(reading, uptime_s), NUMBER(reading, asleep), TIME(reading, reported_at),
	TIMING(TIMING_TTFT, "ttft"), TIMING(TIMING_TOKEN, "token"), TIMING(TIMING_QUEUE, "queue"),
	TIMING(TIMING_PREFILL, "prefill"), TEXT(reading, incarnation),
};
#undef TIMING
SHAPE(reading, reading);

static const struct member answer_members[] = {
	KEY(obs_answer, url), KEY(obs_answer, path), BOOL(obs_answer, is_primary), BOOL(obs_answer, is_reused),
	ENUM(obs_answer, outcome, OUTCOME_COUNT - 1), MEMBER(obs_answer, os_error, INT),
	ENUM(obs_answer, tls, TLS_OTHER), TEXT(obs_answer, tls_text), TIME(obs_answer, cert_not_after),
	MEMBER(obs_answer, status, INT), ENUM(obs_answer, shape, BODY_PACKED), TEXT(obs_answer, excerpt),
	TEXT(obs_answer, server_header), TEXT(obs_answer, via_header), TEXT(obs_answer, content_type),
	TEXT(obs_answer, location), BOOL(obs_answer, leaves_host), BOOL(obs_answer, has_date),
	NUMBER(obs_answer, retry_after_s), NUMBER(obs_answer, connect_ms), NUMBER(obs_answer, tls_ms),
	NUMBER(obs_answer, ttfb_ms), NUMBER(obs_answer, bytes_sent), COUNTER(obs_answer, bytes_received),
	ENUM(obs_answer, cost, COST_COUNT - 1), TEXT(obs_answer, server),
	/* What it said last is known while it is silent. */
	MEMBER(obs_answer, is_expected, BOOL, .is_key = true),
	MEMBER(obs_answer, reading, POINTER, .shape = &reading),
};
SHAPE(answer, obs_answer);

/* ---- observations ---- */

#define OWN(m, of) MEMBER(observation, m, OWN, .shape = &of)
static const struct member see_status[] = { OWN(status, status), TEXT(observation, via), TEXT(observation, socket) };
static const struct member see_trouble[] = {
	ENUM(observation, trouble, DAEMON_CLOSED), TEXT(observation, trouble_text) };
static const struct member see_names[] = {
	BOOL(observation, names_resolve), MEMBER(observation, names_address, TEXT_OR_NULL) };
static const struct member see_prefs[] = { OWN(prefs, prefs) };
static const struct member see_lock[] = { OWN(lock, lock) };
static const struct member see_machine[] = { OWN(machine, machine) };
static const struct member see_serve[] = { OWN(serve, serve) };
static const struct member see_url[] = { KEY(observation, url) };
static const struct member see_traffic[] = { OWN(traffic, traffic) };
static const struct member see_path_history[] = { OWN(path_history, path_history) };
static const struct member see_ping[] = { OWN(ping, ping) };
static const struct member see_netcheck[] = { OWN(netcheck, net) };
static const struct member see_node[] = { OWN(node, node) };
static const struct member see_capture[] = { OWN(capture, capture) };
static const struct member see_packets[] = { OWN(packets, sniffed) };
static const struct member see_own_port[] = { MEMBER(observation, own_port, INT, .is_key = true) };
static const struct member see_discovery[] = { OWN(discovery, discovery) };
static const struct member see_probed[] = { OWN(probed, probed) };
static const struct member see_endpoint[] = { OWN(endpoint, endpoint) };
static const struct member see_answer[] = { OWN(answer, answer) };
static const struct member see_proof[] = { KEY(observation, url),
	MEMBER(observation, proof, BITS, .most = 2 * PROOF_SHIELDS - 1, .is_key = true) };
static const struct member see_certificate[] = { KEY(observation, url), TIME(observation, cert_not_after) };
static const struct member see_request[] = { ENUM(observation, cost, COST_COUNT - 1),
	NUMBER(observation, bytes_sent), NUMBER(observation, bytes_received) };
#undef OWN

static size_t line_of_packets(const void *value)
{
	return (size_t)((const struct observation *)value)->packets->word;
}

static bool is_total(const void *value)
{
	enum sniffed_word word = ((const struct observation *)value)->packets->word;

	return word == SNIFFED_PATH || word == SNIFFED_FLOW || word == SNIFFED_DERP || word == SNIFFED_STATS;
}

/* No rule goes by them. */
static bool is_slow_total(const void *value)
{
	return ((const struct observation *)value)->packets->word != SNIFFED_PATH;
}

/* The request that tells whether it is up, and those that tell more. */
static size_t line_of_answer(const void *value)
{
	return ((const struct observation *)value)->answer->is_primary;
}

_Static_assert(SNIFFED_COUNT <= KIND_LINES, "a line for each word");

#define SEE(table) { .size = sizeof(struct observation), .members = table, .count = ARRAY_LEN(table) }
const struct kind kinds[KIND_COUNT] = {
	[KIND_PEER] = { "peer", { .size = sizeof(struct obs_peer), .members = peer_members, .count = ARRAY_LEN(peer_members) },
		KEPT_LAST, .most = 200000 },
	[OBSERVED_STATUS] = { "status", SEE(see_status), KEPT_LAST, .most = 1 },
	[OBSERVED_TROUBLE] = { "trouble", SEE(see_trouble), KEPT_LAST, .most = 1 },
	[OBSERVED_NAMES] = { "names", SEE(see_names), KEPT_LAST, .most = 1 },
	[OBSERVED_PREFS] = { "prefs", SEE(see_prefs), KEPT_LAST, .most = 1 },
	[OBSERVED_LOCK] = { "lock", SEE(see_lock), KEPT_LAST, .most = 1 },
	[OBSERVED_MACHINE] = { "machine", SEE(see_machine), KEPT_LAST, .most = 1 },
	[OBSERVED_SERVE] = { "serve", SEE(see_serve), KEPT_LAST, .most = 1 },
	[OBSERVED_WEB] = { "web", SEE(see_url), KEPT_LAST, .is_of_endpoint = true, .most = 1000 },
	[OBSERVED_TRAFFIC] = { "traffic", SEE(see_traffic), KEPT_LAST, .most = 1 },
	[OBSERVED_PATH_HISTORY] = { "path_history", SEE(see_path_history), KEPT_LAST, .most = 10000 },
	[OBSERVED_PING] = { "ping", SEE(see_ping), KEPT_LAST, .most = 20000 },
	[OBSERVED_NETCHECK] = { "netcheck", SEE(see_netcheck), KEPT_LAST, .most = 1 },
	[OBSERVED_NODE] = { "node", SEE(see_node), KEPT_LAST, .most = 10000 },
	[OBSERVED_CAPTURE] = { "capture", SEE(see_capture), KEPT_LAST, .most = 1 },
	[OBSERVED_PACKETS] = { "packets", SEE(see_packets), KEPT_LAST, .most = 4096, .line = line_of_packets,
		.is_total = is_total, .is_slow = is_slow_total },
	[OBSERVED_OWN_PORT] = { "own_port", SEE(see_own_port), KEPT_LAST, .most = 256 },
	[OBSERVED_DISCOVERY] = { "discovery", SEE(see_discovery), KEPT_LAST, .is_skipped_if_same = true, .most = 1 },
	[OBSERVED_PROBED] = { "probed", SEE(see_probed), KEPT_LAST, .most = 10000 },
	[OBSERVED_ENDPOINT] = { "endpoint", SEE(see_endpoint), KEPT_FIRST, .is_skipped_if_same = true,
		.is_of_endpoint = true, .most = 10000 },
	[OBSERVED_DROPPED] = { "dropped", SEE(see_url), KEPT_NOT, .most = 1 },
	[OBSERVED_ANSWER] = { "answer", SEE(see_answer), KEPT_LAST, .is_of_endpoint = true, .most = 20000,
		.line = line_of_answer },
	[OBSERVED_PROOF] = { "proof", SEE(see_proof), KEPT_LAST, .is_of_endpoint = true, .most = 10000 },
	[OBSERVED_CERTIFICATE] = { "certificate", SEE(see_certificate), KEPT_LAST, .is_of_endpoint = true, .most = 10000 },
	[OBSERVED_REQUEST] = { "request", SEE(see_request), KEPT_NOT, .most = 1 },
	[OBSERVED_GAP] = { "gap", { .size = sizeof(struct observation) }, KEPT_LAST, .most = 1 },
};
/* clang-format on */

const struct columns *kinds_columns(size_t kind)
{
	static struct columns columns[KIND_COUNT];

	if (!columns[kind].count)
		columns_add(&columns[kind], &kinds[kind].shape);
	return &columns[kind];
}

size_t kinds_find(const char *name)
{
	size_t kind = 0;

	while (kind < KIND_COUNT && strcmp(kinds[kind].name, name) != 0)
		kind++;
	return kind;
}
