#include "probes/model/fields.h"

#include "probes/base/mem.h"

#include <math.h>

/* clang-format off */
#define FIELD(type, member, key, unit, kind, help) \
	{ key, offsetof(struct type, member), UNIT_##unit, FIELD_##kind, help, NULL, 0 }
/* One that is plotted over time. */
#define PLOT(rank, title, type, member, key, unit, help) \
	{ key, offsetof(struct type, member), UNIT_##unit, FIELD_MOMENT, help, title, rank }

static const struct field engine[] = {
	PLOT(6, "running", figures, running, "running", COUNT, "requests in work"),
	PLOT(5, "queue", figures, waiting, "waiting", COUNT, "requests in the queue"),
	FIELD(figures, slots, "slots", COUNT, SETTING, "requests that it works on at once"),
	PLOT(7, "KV cache", figures, kv_cache, "kv_cache", SHARE, "share of the KV cache in use"),
	PLOT(4, "generated", figures, tokens_per_s, "tokens_per_s", TOKENS_PER_S, "tokens generated"),
	FIELD(figures, prompt_tokens_per_s, "prompt_tokens_per_s", TOKENS_PER_S, MOMENT, "prompt tokens processed"),
	FIELD(figures, generated_tokens, "generated_tokens", TOKENS, COUNTER, "tokens generated since its start"),
	FIELD(figures, prompt_tokens, "prompt_tokens", TOKENS, COUNTER, "prompt tokens processed since its start"),
	FIELD(figures, preemptions, "preemptions", COUNT, COUNTER, "requests that lost their place in the KV cache"),
	PLOT(3, "TTFT median", figures, ttft_p50_ms, "ttft_p50_ms", MS, "time to first token, median"),
	PLOT(9, "TTFT 95 %", figures, ttft_p95_ms, "ttft_p95_ms", MS, "time to first token, 95th percentile"),
	PLOT(8, "between tokens", figures, inter_token_p50_ms, "inter_token_p50_ms", MS, "time between tokens, median"),
	FIELD(figures, inter_token_p95_ms, "inter_token_p95_ms", MS, MOMENT, "time between tokens, 95th percentile"),
};

static const struct field answer[] = {
	FIELD(endpoint, connect_ms, "connect_ms", MS, MOMENT, "TCP handshake of the last new connection"),
	FIELD(endpoint, tls_ms, "tls_ms", MS, MOMENT, "TLS handshake of the last new connection"),
	FIELD(endpoint, ttfb_ms, "ttfb_ms", MS, MOMENT, "time to first byte of our own request, median"),
	PLOT(2, "TTFB", endpoint, ttfb_last_ms, "ttfb_last_ms", MS, "the same, of the latest answer"),
	FIELD(endpoint, samples, "samples", COUNT, MOMENT, "answers in that median"),
};

static const struct field latency[] = {
	FIELD(latency, path_ms, "path_ms", MS, MOMENT, "round trip of the path"),
	FIELD(latency, connect_ms, "connect_ms", MS, MOMENT, "TCP handshake, of new connections alone"),
	FIELD(latency, tls_ms, "tls_ms", MS, MOMENT, "TLS handshake, of new connections alone"),
	FIELD(latency, server_ms, "server_ms", MS, MOMENT, "our own request without the path"),
	FIELD(latency, queue_ms, "queue_ms", MS, MOMENT, "in the engine's queue"),
	FIELD(latency, prefill_ms, "prefill_ms", MS, MOMENT, "the prompt"),
	FIELD(latency, engine_ms, "engine_ms", MS, MOMENT, "queue and prompt, where the engine does not tell them apart"),
	FIELD(latency, token_ms, "token_ms", MS, MOMENT, "from one token to the next"),
};

static const struct field path[] = {
	FIELD(path, rtt_ms, "rtt_ms", MS, MOMENT, "round trip, median"),
	PLOT(1, "RTT", path, rtt_last_ms, "rtt_last_ms", MS, "round trip, the latest, while it is no older than 10 s"),
	FIELD(path, rtt_age_ms, "rtt_age_ms", MS, MOMENT, "since the last round trip"),
	FIELD(path, rtt_p95_ms, "rtt_p95_ms", MS, MOMENT, "round trip, 95th percentile"),
	FIELD(path, jitter_ms, "jitter_ms", MS, MOMENT, "difference of successive round trips, mean"),
	PLOT(10, "loss", path, loss, "loss", SHARE, "share of pings without an answer"),
	FIELD(path, pong_age_ms, "pong_age_ms", MS, MOMENT, "since the last disco pong"),
	FIELD(path, changes, "changes", COUNT, COUNTER, "changes of the kind of path"),
};

static const struct field peer[] = {
	FIELD(peer, rx_bytes, "rx_bytes", BYTES, COUNTER, "WireGuard bytes received"),
	FIELD(peer, tx_bytes, "tx_bytes", BYTES, COUNTER, "WireGuard bytes sent"),
	PLOT(11, "received", peer, rx_per_s, "rx_bytes_per_s", BYTES_PER_S, "WireGuard bytes received"),
	PLOT(12, "sent", peer, tx_per_s, "tx_bytes_per_s", BYTES_PER_S, "WireGuard bytes sent"),
};

/* Of one GPU, and of all those of a machine. */
static const struct field gpu[] = {
	PLOT(13, "GPU memory", gpu_figures, memory_used, "memory_used_bytes", BYTES, "GPU memory in use"),
	FIELD(gpu_figures, memory_free, "memory_free_bytes", BYTES, MOMENT, "GPU memory that is free"),
	FIELD(gpu_figures, memory_total, "memory_total_bytes", BYTES, SETTING, "GPU memory"),
	PLOT(14, "GPU busy", gpu_figures, busy, "busy", SHARE, "share of the time in which it worked"),
};

static const struct field model[] = {
	FIELD(model, size_bytes, "size_bytes", BYTES, SETTING, "size on disk or in memory"),
	FIELD(model, vram_bytes, "vram_bytes", BYTES, MOMENT, "of it in GPU memory"),
	FIELD(model, context, "context", TOKENS, SETTING, "context length"),
};

static const struct field flow[] = {
	FIELD(flow, connections, "connections", COUNT, COUNTER, "TCP connections"),
	FIELD(flow, open, "open", COUNT, MOMENT, "TCP connections that are open"),
	FIELD(flow, exchanges, "exchanges", COUNT, COUNTER, "requests with their answers"),
	FIELD(flow, rx_bytes, "rx_bytes", BYTES, COUNTER, "bytes received by this node"),
	FIELD(flow, tx_bytes, "tx_bytes", BYTES, COUNTER, "bytes sent by this node"),
	FIELD(flow, rx_per_s, "rx_bytes_per_s", BYTES_PER_S, MOMENT, "bytes received by this node"),
	FIELD(flow, tx_per_s, "tx_bytes_per_s", BYTES_PER_S, MOMENT, "bytes sent by this node"),
	FIELD(flow, ttfb_ms, "ttfb_ms", MS, MOMENT, "time to first byte of the latest exchange"),
	FIELD(flow, ttft_ms, "ttft_ms", MS, MOMENT, "time to first token of the latest exchange, at least"),
	FIELD(flow, ttft_max_ms, "ttft_max_ms", MS, MOMENT, "time to first token of the latest exchange, at most"),
	FIELD(flow, ttft_p50_ms, "ttft_p50_ms", MS, MOMENT, "time to first token of the latest 64 exchanges, at least, median"),
	FIELD(flow, ttft_p95_ms, "ttft_p95_ms", MS, MOMENT, "the same, 95th percentile"),
	FIELD(flow, tokens_per_s, "tokens_per_s", TOKENS_PER_S, MOMENT, "tokens of the latest exchange"),
};
#undef FIELD
#undef PLOT
/* clang-format on */

_Static_assert(ARRAY_LEN(gpu) * sizeof(double) == sizeof(struct gpu_figures), "a row for each figure");
_Static_assert(ARRAY_LEN(engine) * sizeof(double) == sizeof(struct figures), "a row for each figure");

const struct fields fields_engine = { engine, ARRAY_LEN(engine) };
const struct fields fields_answer = { answer, ARRAY_LEN(answer) };
const struct fields fields_latency = { latency, ARRAY_LEN(latency) };
const struct fields fields_path = { path, ARRAY_LEN(path) };
const struct fields fields_peer = { peer, ARRAY_LEN(peer) };
const struct fields fields_gpu = { gpu, ARRAY_LEN(gpu) };
const struct fields fields_model = { model, ARRAY_LEN(model) };
const struct fields fields_flow = { flow, ARRAY_LEN(flow) };

static double *value_in(const struct field *field, void *row)
{
	return (double *)((char *)row + field->offset);
}

double fields_value(const struct field *field, const void *row)
{
	return *(const double *)((const char *)row + field->offset);
}

void fields_blank(const struct fields *fields, void *row)
{
	for (size_t i = 0; i < fields->count; i++)
		*value_in(&fields->items[i], row) = NAN;
}

static bool is_sound(const struct field *field, double value)
{
	return !isnan(value) && (field->unit != UNIT_SHARE || value <= 1);
}

void fields_update(const struct fields *fields, void *to, const void *from)
{
	for (size_t i = 0; i < fields->count; i++) {
		double value = fields_value(&fields->items[i], from);

		if (is_sound(&fields->items[i], value))
			*value_in(&fields->items[i], to) = value;
	}
}

void fields_share(const struct fields *fields, void *to, const void *from)
{
	for (size_t i = 0; i < fields->count; i++)
		if (isnan(fields_value(&fields->items[i], to)))
			*value_in(&fields->items[i], to) = fields_value(&fields->items[i], from);
}

void fields_forget_moment(const struct fields *fields, void *row)
{
	for (size_t i = 0; i < fields->count; i++)
		if (fields->items[i].kind == FIELD_MOMENT)
			*value_in(&fields->items[i], row) = NAN;
}
