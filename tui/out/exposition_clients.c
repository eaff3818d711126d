/* Metrics of who uses which endpoint, as packets show it. */
#include "probes/model/fields.h"
#include "tui/out/exposition_tables.h"

/* An endpoint may have several flows with the same peer, through several ports: the most recent comes first. */
static bool is_shown(const struct snapshot *snapshot, size_t row)
{
	const struct flow *flow = &snapshot->flows[row];

	if (flow->endpoint < 0)
		return false;
	for (size_t i = 0; i < row; i++)
		if (snapshot->flows[i].endpoint == flow->endpoint && snapshot->flows[i].peer == flow->peer)
			return false;
	return true;
}

static void put_of_flow(struct exposition *exposition, const struct metric *metric, size_t row)
{
	const struct flow *flow = &exposition->snapshot->flows[row];

	if (is_shown(exposition->snapshot, row))
		exposition_put_figures(exposition, metric, flow, "peer",
			labels_peer(exposition->labels, flow->peer), "endpoint",
			labels_endpoint(exposition->labels, flow->endpoint));
}

/* clang-format off */
const struct metric exposition_clients[] = {
	{ "tsllm_client_requests_total", METRIC_COUNTER, PER_FLOW, put_of_flow,
		"Requests with their answers between this node and the peer, seen in packets.", &fields_flow, { { "exchanges", NULL } } },
	{ "tsllm_client_receive_bytes_total", METRIC_COUNTER, PER_FLOW, put_of_flow,
		"Bytes that this node received in them.", &fields_flow, { { "rx_bytes", NULL } } },
	{ "tsllm_client_transmit_bytes_total", METRIC_COUNTER, PER_FLOW, put_of_flow,
		"Bytes that this node sent in them.", &fields_flow, { { "tx_bytes", NULL } } },
	{ "tsllm_client_time_to_first_token_seconds", METRIC_SUMMARY, PER_FLOW, put_of_flow,
		"Time to first token of the latest 64 requests, at least.", &fields_flow,
		{ { "ttft_p50_ms", "0.5" }, { "ttft_p95_ms", "0.95" } } },
	{ "tsllm_client_tokens_per_second", METRIC_GAUGE, PER_FLOW, put_of_flow,
		"Tokens per second of the latest request.", &fields_flow, { { "tokens_per_s", NULL } } },
	{ .name = NULL },
};
/* clang-format on */
