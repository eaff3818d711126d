/* Metrics of this node, of peers and of the paths to them. */
#include "probes/model/fields.h"
#include "tui/out/exposition_tables.h"

#include <math.h>

static const struct peer *peer_of(const struct exposition *exposition, size_t row)
{
	return &exposition->snapshot->peers[row];
}

static double seconds(int64_t ms)
{
	return ms ? (double)ms / 1000 : NAN;
}

static void put_build(struct exposition *exposition, const struct metric *metric, size_t row)
{
	(void)row;
	exposition_put(exposition, metric, 1, "version", TSLLM_VERSION, NULL);
}

static void put_up(struct exposition *exposition, const struct metric *metric, size_t row)
{
	const struct daemon *daemon = &exposition->snapshot->daemon;

	(void)row;
	exposition_put(exposition, metric, daemon->is_known && !daemon->is_stale && !*daemon->trouble, NULL);
}

static void put_taken(struct exposition *exposition, const struct metric *metric, size_t row)
{
	(void)row;
	exposition_put(exposition, metric, seconds(exposition->snapshot->taken.wall_ms), NULL);
}

static void put_dropped(struct exposition *exposition, const struct metric *metric, size_t row)
{
	const struct capture *capture = &exposition->snapshot->capture;

	(void)row;
	exposition_put(exposition, metric, capture->state == CAPTURE_RUNNING ? capture->dropped : NAN, NULL);
}

static void put_kinds(
	struct exposition *exposition, const struct metric *metric, const double bytes[TRAFFIC_PATHS])
{
	static const enum path_kind kinds[TRAFFIC_PATHS] = {
		[TRAFFIC_DIRECT] = PATH_DIRECT,
		[TRAFFIC_PEER_RELAY] = PATH_PEER_RELAY,
		[TRAFFIC_DERP] = PATH_DERP,
	};

	for (int path = 0; path < TRAFFIC_PATHS; path++)
		exposition_put(exposition, metric, bytes[path], "kind", path_kind_name(kinds[path]), NULL);
}

static void put_received(struct exposition *exposition, const struct metric *metric, size_t row)
{
	(void)row;
	put_kinds(exposition, metric, exposition->snapshot->traffic.rx_bytes);
}

static void put_sent(struct exposition *exposition, const struct metric *metric, size_t row)
{
	(void)row;
	put_kinds(exposition, metric, exposition->snapshot->traffic.tx_bytes);
}

static void put_online(struct exposition *exposition, const struct metric *metric, size_t row)
{
	exposition_put(exposition, metric, peer_of(exposition, row)->is_online, "peer",
		exposition->labels->peers[row], NULL);
}

static void put_path(struct exposition *exposition, const struct metric *metric, size_t row)
{
	for (int kind = 0; kind < PATH_COUNT; kind++)
		exposition_put(exposition, metric, (int)peer_of(exposition, row)->path.kind == kind, "peer",
			exposition->labels->peers[row], "kind", path_kind_name((enum path_kind)kind), NULL);
}

static void put_rtt(struct exposition *exposition, const struct metric *metric, size_t row)
{
	const struct path *path = &peer_of(exposition, row)->path;

	exposition_put_figures(
		exposition, metric, path, "peer", exposition->labels->peers[row], "source", path->rtt_source);
}

static void put_of_path(struct exposition *exposition, const struct metric *metric, size_t row)
{
	exposition_put_figures(exposition, metric, &peer_of(exposition, row)->path, "peer",
		exposition->labels->peers[row], NULL, NULL);
}

static void put_of_peer(struct exposition *exposition, const struct metric *metric, size_t row)
{
	exposition_put_figures(exposition, metric, peer_of(exposition, row), "peer",
		exposition->labels->peers[row], NULL, NULL);
}

static void put_key_expiry(struct exposition *exposition, const struct metric *metric, size_t row)
{
	exposition_put(exposition, metric, seconds(peer_of(exposition, row)->key_expiry), "peer",
		exposition->labels->peers[row], NULL);
}

static const struct obs_gpu *gpu_of(const struct exposition *exposition, size_t row, size_t i)
{
	return &exposition->snapshot->gpus[peer_of(exposition, row)->gpus.first + i];
}

static void put_gpu_names(struct exposition *exposition, const struct metric *metric, size_t row)
{
	for (size_t i = 0; i < peer_of(exposition, row)->gpus.count; i++)
		exposition_put(exposition, metric, 1, "peer", exposition->labels->peers[row], "gpu",
			gpu_of(exposition, row, i)->id, "name", gpu_of(exposition, row, i)->name, NULL);
}

static void put_of_gpus(struct exposition *exposition, const struct metric *metric, size_t row)
{
	for (size_t i = 0; i < peer_of(exposition, row)->gpus.count; i++)
		exposition_put_figures(exposition, metric, &gpu_of(exposition, row, i)->figures, "peer",
			exposition->labels->peers[row], "gpu", gpu_of(exposition, row, i)->id);
}

/* clang-format off */
const struct metric exposition_tailnet[] = {
	{ "tsllm_build_info", METRIC_GAUGE, PER_SNAPSHOT, put_build, "The version of tsllm-top.", NULL, { { 0 } } },
	{ "tsllm_up", METRIC_GAUGE, PER_SNAPSHOT, put_up, "Whether tailscaled on this machine answers.", NULL, { { 0 } } },
	{ "tsllm_snapshot_timestamp_seconds", METRIC_GAUGE, PER_SNAPSHOT, put_taken,
		"When these values were taken.", NULL, { { 0 } } },
	{ "tsllm_node_receive_bytes_total", METRIC_COUNTER, PER_SNAPSHOT, put_received,
		"Bytes that this node received over the tailnet, by kind of path.", NULL, { { 0 } } },
	{ "tsllm_node_transmit_bytes_total", METRIC_COUNTER, PER_SNAPSHOT, put_sent,
		"Bytes that this node sent over the tailnet, by kind of path.", NULL, { { 0 } } },
	{ "tsllm_capture_dropped_packets_total", METRIC_COUNTER, PER_SNAPSHOT, put_dropped,
		"Packets that the kernel dropped before the capture helper saw them.", NULL, { { 0 } } },
	{ "tsllm_peer_online", METRIC_GAUGE, PER_PEER, put_online,
		"Whether the peer is connected to the coordination server.", NULL, { { 0 } } },
	{ "tsllm_peer_path", METRIC_GAUGE, PER_PEER, put_path,
		"Which kind of path packets to the peer take: 1 for that kind, 0 for the others.", NULL, { { 0 } } },
	{ "tsllm_path_rtt_seconds", METRIC_GAUGE, PER_PEER, put_rtt,
		"Round trip of the path to the peer, median, by what it was measured with.", &fields_path, { { "rtt_ms", NULL } } },
	{ "tsllm_path_jitter_seconds", METRIC_GAUGE, PER_PEER, put_of_path,
		"Difference of successive round trips, mean.", &fields_path, { { "jitter_ms", NULL } } },
	{ "tsllm_path_loss_ratio", METRIC_GAUGE, PER_PEER, put_of_path,
		"Share of pings without an answer.", &fields_path, { { "loss", NULL } } },
	{ "tsllm_path_changes_total", METRIC_COUNTER, PER_PEER, put_of_path,
		"How often the kind of path changed.", &fields_path, { { "changes", NULL } } },
	{ "tsllm_peer_receive_bytes_total", METRIC_COUNTER, PER_PEER, put_of_peer,
		"WireGuard bytes received from the peer.", &fields_peer, { { "rx_bytes", NULL } } },
	{ "tsllm_peer_transmit_bytes_total", METRIC_COUNTER, PER_PEER, put_of_peer,
		"WireGuard bytes sent to the peer.", &fields_peer, { { "tx_bytes", NULL } } },
	{ "tsllm_peer_key_expiry_timestamp_seconds", METRIC_GAUGE, PER_PEER, put_key_expiry,
		"When the peer's node key expires.", NULL, { { 0 } } },
	{ "tsllm_gpu_info", METRIC_GAUGE, PER_PEER, put_gpu_names,
		"A GPU that an exporter on the peer reports, and its name.", NULL, { { 0 } } },
	{ "tsllm_gpu_memory_used_bytes", METRIC_GAUGE, PER_PEER, put_of_gpus,
		"GPU memory in use.", &fields_gpu, { { "memory_used_bytes", NULL } } },
	{ "tsllm_gpu_memory_free_bytes", METRIC_GAUGE, PER_PEER, put_of_gpus,
		"GPU memory that is free.", &fields_gpu, { { "memory_free_bytes", NULL } } },
	{ "tsllm_gpu_memory_total_bytes", METRIC_GAUGE, PER_PEER, put_of_gpus,
		"GPU memory in all.", &fields_gpu, { { "memory_total_bytes", NULL } } },
	{ "tsllm_gpu_busy_ratio", METRIC_GAUGE, PER_PEER, put_of_gpus,
		"Share of the time in which the GPU worked.", &fields_gpu, { { "busy", NULL } } },
	{ .name = NULL },
};
/* clang-format on */
