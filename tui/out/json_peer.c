#include "tui/out/json_peer.h"

#include "probes/base/json_out.h"
#include "tui/out/json_parts.h"

#include <math.h>

/* A peer's bytes by path are only known if packets are watched. */
static void write_known_paths(struct json_out *out, const char *key, const double figures[TRAFFIC_PATHS])
{
	bool is_known = false;

	for (int path = 0; path < TRAFFIC_PATHS; path++)
		is_known = is_known || !isnan(figures[path]);
	if (is_known)
		json_write_paths(out, key, figures);
}

static void write_path(struct json_out *out, const struct path *path)
{
	json_out_begin(out, "path", '{');
	json_out_text(out, "kind", path_kind_name(path->kind));
	json_out_text(out, "endpoint", path->endpoint);
	json_out_text_or_null(out, "via", path->via);
	json_write_fields(out, &fields_path, path);
	json_out_text(out, "rtt_source", path->rtt_source);
	json_out_text(out, "pong_source", path->pong_source);
	json_out_time(out, "since", path->since);
	json_out_true(out, "was_before", path->was_before);
	write_known_paths(out, "rx_bytes_by_path", path->rx_bytes);
	write_known_paths(out, "tx_bytes_by_path", path->tx_bytes);
	json_out_text(out, "reason", path->reason);
	json_out_text(out, "reason_text", path->reason_text);
	json_out_end(out, '}');
}

/* The pings that tailscaled was asked to send. */
static void write_pings(struct json_out *out, const struct ping pings[PING_KINDS])
{
	json_out_begin(out, "pings", '[');
	for (int kind = 0; kind < PING_KINDS; kind++) {
		if (!pings[kind].at)
			continue;
		json_out_begin(out, NULL, '{');
		json_out_text(out, "kind", ping_kind_name((enum ping_kind)kind));
		json_out_time(out, "at", pings[kind].at);
		json_out_number(out, "ms", pings[kind].ms);
		json_out_text(out, "by", pings[kind].by);
		json_out_end(out, '}');
	}
	json_out_end(out, ']');
}

static void write_probed(struct json_out *out, const struct probed_ports *probed)
{
	json_out_begin(out, "probed", '{');
	json_out_number(out, "ports", probed->count);
	json_out_number(out, "asked", probed->asked);
	json_out_number(out, "silent", probed->silent);
	json_out_end(out, '}');
}

/* Only of a machine whose configuration names an exporter. */
static void write_gpus(struct json_out *out, const struct snapshot *snapshot, const struct peer *peer)
{
	if (!peer->gpus.count && peer->gpu_trouble == GPU_FINE)
		return;
	json_out_begin(out, "gpu", '{');
	json_out_text(out, "exporter", peer->gpu_exporter);
	json_out_text(out, "trouble", gpu_trouble_name(peer->gpu_trouble));
	json_write_fields(out, &fields_gpu, &peer->gpu);
	json_out_true(out, "has_more", peer->has_more_gpus);
	json_out_begin(out, "gpus", '[');
	for (size_t i = 0; i < peer->gpus.count; i++) {
		const struct obs_gpu *gpu = &snapshot->gpus[peer->gpus.first + i];

		json_out_begin(out, NULL, '{');
		json_out_text(out, "id", gpu->id);
		json_out_text(out, "name", gpu->name);
		json_write_fields(out, &fields_gpu, &gpu->figures);
		json_out_end(out, '}');
	}
	json_out_end(out, ']');
	json_out_end(out, '}');
}

void json_peer_write(struct json_out *out, const struct snapshot *snapshot, const struct peer *peer)
{
	json_out_begin(out, NULL, '{');
	json_out_text(out, "id", peer->id);
	json_out_text(out, "name", peer->name);
	json_out_text(out, "fqdn", peer->fqdn);
	json_out_text(out, "os", peer->os);
	json_out_text(out, "user", peer->user);
	json_out_texts(out, "addresses", peer->addresses);
	json_out_texts(out, "tags", peer->tags);
	json_out_true(out, "self", peer->is_self);
	json_out_true(out, "shared_in", peer->is_shared_in);
	json_out_bool(out, "online", peer->is_online);
	write_path(out, &peer->path);
	json_write_network(out, &peer->net);
	if (peer->pings[PING_DISCO].at || peer->pings[PING_TSMP].at)
		write_pings(out, peer->pings);
	if (peer->probed.asked)
		write_probed(out, &peer->probed);
	json_out_time(out, "key_expiry", peer->key_expiry);
	json_out_time_or_null(out, "last_seen", peer->last_seen);
	json_out_time(out, "last_handshake", peer->last_handshake);
	json_write_fields(out, &fields_peer, peer);
	write_gpus(out, snapshot, peer);
	json_out_text(out, "state", state_name(peer->state));
	json_write_verdicts(out, snapshot, peer->verdicts);
	json_out_end(out, '}');
}
