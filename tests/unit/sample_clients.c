/* The sample fleet with the capture helper at work, or without it for each reason that there is. */
#include "tests/unit/sample_snapshot.h"

#include <math.h>
#include <string.h>

#include "probes/base/mem.h"

#define MINUTE (60 * INT64_C(1000))
#define HOUR (60 * MINUTE)

static const char *const devices[] = { "eth0", "tailscale0", NULL };

/* Peers: 1 gpu1, 2 gpu2, 5 phone, 8 studio, 9 tower, 11 work. Endpoints: 0 Ollama on gpu1, 1 vLLM on gpu2,
 * 4 llama-server here. Times are ages. */
static const struct flow flows[] = {
	{ .peer = 11,
		.endpoint = 4,
		.service = "llm",
		.port = 443,
		.is_active = true,
		.is_inferred = true,
		.is_estimated = true,
		.since = 3 * MINUTE,
		.last = 300,
		.connections = 4,
		.open = 1,
		.exchanges = 12,
		.rx_bytes = 20310,
		.tx_bytes = 4.1e6,
		.rx_per_s = 40,
		.tx_per_s = 9800,
		.ttfb_ms = 4.1,
		.ttft_ms = 12.2,
		.ttft_max_ms = 19.4,
		.ttft_p50_ms = 12.2,
		.ttft_p95_ms = 24.4,
		.tokens_per_s = 41 },
	{ .peer = 8,
		.endpoint = 4,
		.service = "llm",
		.port = 8080,
		.is_active = true,
		.since = 25 * MINUTE,
		.last = 100,
		.connections = 2,
		.open = 2,
		.exchanges = 7,
		.rx_bytes = 88000,
		.tx_bytes = 910000,
		.rx_per_s = 0,
		.tx_per_s = 5200,
		.ttfb_ms = 62,
		.ttft_ms = 410,
		.ttft_max_ms = NAN,
		.ttft_p50_ms = 410,
		.ttft_p95_ms = 820,
		.tokens_per_s = 22.4 },
	{ .peer = 2,
		.endpoint = 1,
		.service = "llm",
		.port = 443,
		.is_outgoing = true,
		.is_active = true,
		.since = 40 * 1000,
		.last = 200,
		.connections = 1,
		.open = 1,
		.exchanges = 1,
		.rx_bytes = 61000,
		.tx_bytes = 5200,
		.rx_per_s = 31000,
		.tx_per_s = 0,
		.ttfb_ms = 12,
		.ttft_ms = 190,
		.ttft_max_ms = 190,
		.ttft_p50_ms = 190,
		.ttft_p95_ms = 380,
		.tokens_per_s = 812 },
	{ .peer = 9,
		.endpoint = -1,
		.service = "ssh",
		.port = 22,
		.is_active = true,
		.since = 2 * HOUR,
		.last = 900,
		.connections = 3,
		.open = 3,
		.exchanges = NAN,
		.rx_bytes = 1.2e6,
		.tx_bytes = 3.4e6,
		.rx_per_s = 120,
		.tx_per_s = 300,
		.ttfb_ms = NAN,
		.ttft_ms = NAN,
		.ttft_max_ms = NAN,
		.ttft_p50_ms = NAN,
		.ttft_p95_ms = NAN,
		.tokens_per_s = NAN },
	{ .peer = -1,
		.endpoint = 4,
		.service = "llm",
		.port = 443,
		.since = 9 * MINUTE,
		.last = 4 * MINUTE,
		.connections = 1,
		.open = 0,
		.exchanges = 2,
		.rx_bytes = 9000,
		.tx_bytes = 44000,
		.rx_per_s = 0,
		.tx_per_s = 0,
		.ttfb_ms = 5.2,
		.ttft_ms = NAN,
		.ttft_max_ms = NAN,
		.ttft_p50_ms = NAN,
		.ttft_p95_ms = NAN,
		.tokens_per_s = NAN },
	{ .peer = 5,
		.endpoint = 4,
		.service = "llm",
		.port = 8080,
		.since = HOUR,
		.last = 31 * MINUTE,
		.connections = 9,
		.open = 0,
		.exchanges = 9,
		.rx_bytes = 71000,
		.tx_bytes = 640000,
		.rx_per_s = 0,
		.tx_per_s = 0,
		.ttfb_ms = 48,
		.ttft_ms = 260,
		.ttft_max_ms = 300,
		.ttft_p50_ms = 260,
		.ttft_p95_ms = 520,
		.tokens_per_s = 35 },
	{ .peer = 1,
		.endpoint = 0,
		.service = "llm",
		.port = 11434,
		.is_outgoing = true,
		.since = 5 * HOUR,
		.last = 2 * HOUR,
		.connections = 1,
		.open = 0,
		.exchanges = 3,
		.rx_bytes = 120000,
		.tx_bytes = 9000,
		.rx_per_s = 0,
		.tx_per_s = 0,
		.ttfb_ms = 9,
		.ttft_ms = NAN,
		.ttft_max_ms = NAN,
		.ttft_p50_ms = NAN,
		.ttft_p95_ms = NAN,
		.tokens_per_s = NAN },
	{ .peer = -1,
		.endpoint = -1,
		.service = "",
		.port = 9999,
		.since = 0,
		.last = 0,
		.connections = NAN,
		.open = NAN,
		.exchanges = NAN,
		.rx_bytes = NAN,
		.tx_bytes = NAN,
		.rx_per_s = NAN,
		.tx_per_s = NAN,
		.ttfb_ms = NAN,
		.ttft_ms = NAN,
		.ttft_max_ms = NAN,
		.ttft_p50_ms = NAN,
		.ttft_p95_ms = NAN,
		.tokens_per_s = NAN },
};

static void give_path(struct snapshot *snapshot, size_t peer, const char *source, double pong_ms,
	const double (*bytes)[TRAFFIC_PATHS])
{
	struct path *path = &snapshot->peers[peer].path;

	path->rtt_source = source;
	path->pong_age_ms = pong_ms;
	path->pong_source = isnan(pong_ms) ? "" : pong_ms < 600000 ? "capture" : "daemon";
	memcpy(path->rx_bytes, bytes[0], sizeof(path->rx_bytes));
	memcpy(path->tx_bytes, bytes[1], sizeof(path->tx_bytes));
}

static void give_paths(struct snapshot *snapshot)
{
	give_path(snapshot, 1, "disco", 2100, (const double[][3]){ { 6.41e6, 0, 2492 }, { 15172, 0, 0 } });
	give_path(snapshot, 2, "wireguard", 48000, (const double[][3]){ { 210000, 0, 0 }, { 9000, 0, 0 } });
	give_path(
		snapshot, 8, "tcp", NAN, (const double[][3]){ { 81000, NAN, 5.2e6 }, { 7000, NAN, 41000 } });
	give_path(snapshot, 9, "disco", 7 * MINUTE,
		(const double[][3]){ { 0, 880000, 40000 }, { 0, 91000, 1000 } });
	give_path(snapshot, 10, "ping", 3 * HOUR, (const double[][3]){ { NAN, NAN, 0 }, { NAN, NAN, 0 } });
	snapshot->peers[8].path.loss = 0.004;
	snapshot->peers[9].path.loss = 0.12;
	snapshot->peers[10].path.rtt_ms = snapshot->peers[10].path.loss = NAN;
}

static struct snapshot *with_capture(enum capture_state state, const char *trouble, const char *fix)
{
	struct snapshot *snapshot = sample_fleet();

	snapshot->capture.state = state;
	snapshot->capture.since = snapshot->taken.wall_ms - 4 * MINUTE;
	snapshot->capture.trouble = trouble;
	snapshot->capture.fix = fix;
	if (state != CAPTURE_RUNNING)
		return snapshot;
	snapshot->capture.devices = devices;
	snapshot->capture.dropped = 0;
	return snapshot;
}

static void give_flows(struct snapshot *snapshot)
{
	int64_t now = snapshot->taken.wall_ms;

	snapshot->flows = arena_alloc(snapshot->arena, sizeof(flows));
	memcpy(snapshot->flows, flows, sizeof(flows));
	snapshot->flow_count = ARRAY_LEN(flows);
	for (size_t i = 0; i < snapshot->flow_count; i++) {
		struct flow *flow = &snapshot->flows[i];

		flow->since = flow->since ? now - flow->since : 0;
		flow->last = flow->last ? now - flow->last : 0;
	}
	snapshot->peers[8].user = "ann@example.com";
	snapshot->peers[11].user = "";
}

struct snapshot *sample_clients(void)
{
	struct snapshot *snapshot = sample_watching();

	give_flows(snapshot);
	give_paths(snapshot);
	return snapshot;
}

struct snapshot *sample_watching(void)
{
	struct snapshot *snapshot = with_capture(CAPTURE_RUNNING, "", "");

	snapshot->traffic.source = "capture";
	return snapshot;
}

struct snapshot *sample_no_right(void)
{
	return with_capture(CAPTURE_NO_PERMISSION,
		"/usr/local/bin/tsllm-capture: it lacks the right to capture packets",
		"sudo setcap cap_net_raw+ep /usr/local/bin/tsllm-capture");
}

struct snapshot *sample_no_helper(void)
{
	return with_capture(
		CAPTURE_MISSING, "/usr/local/bin/tsllm-capture: it is not installed", "sudo make install");
}

struct snapshot *sample_capture_ended(void)
{
	struct snapshot *snapshot =
		with_capture(CAPTURE_FAILED, "/usr/local/bin/tsllm-capture: a network device went away", "");

	give_flows(snapshot);
	for (size_t i = 0; i < snapshot->flow_count; i++) {
		snapshot->flows[i].is_active = false;
		snapshot->flows[i].rx_per_s = snapshot->flows[i].tx_per_s = NAN;
	}
	return snapshot;
}

struct snapshot *sample_hostile_clients(void)
{
	struct snapshot *snapshot = sample_hostile();

	give_flows(snapshot);
	snapshot->peers[8].user = snapshot->peers[11].user = snapshot->peers[0].name;
	for (size_t i = 0; i < snapshot->flow_count; i++)
		snapshot->flows[i].service = snapshot->peers[i].name;
	snapshot->capture.state = CAPTURE_FAILED;
	snapshot->capture.trouble = snapshot->capture.fix = snapshot->peers[2].name;
	return snapshot;
}
