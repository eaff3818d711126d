/* Is it my tailnet or my GPU? The time until the first token in parts, and the largest of them.
 *
 * The parts are medians from different sources (pings or handshakes, our own requests, the engine's
 * histograms), so their sum is an estimate and is worded as one. Unknown parts are left out. */
#include "probes/base/text.h"
#include "probes/take/builder.h"

#include <math.h>

struct part {
	const char *name;
	double ms;
	const char *whose;
};

/* "of about 1250 ms to a first token the largest part, 812 ms (65 %), goes to the prompt: the engine" */
static const char *say(const struct part *parts, size_t count, const char *what, struct arena *arena)
{
	const struct part *largest = NULL;
	char whole[32], share[32];
	double sum = 0;

	for (size_t i = 0; i < count; i++) {
		if (!(parts[i].ms > 0))
			continue;
		sum += parts[i].ms;
		if (!largest || parts[i].ms > largest->ms)
			largest = &parts[i];
	}
	if (!largest)
		return "";
	return arena_printf(arena,
		"of about %s ms to a first %s the largest part, %s ms (%.0f %%), goes to %s: %s",
		text_ms(whole, sizeof(whole), sum), what, text_ms(share, sizeof(share), largest->ms),
		largest->ms / sum * 100, largest->name, largest->whose);
}

static const char *name_largest(const struct latency *latency, struct arena *arena)
{
	bool has_token =
		!isnan(latency->queue_ms) || !isnan(latency->prefill_ms) || !isnan(latency->engine_ms);
	const struct part parts[] = {
		{ "the path", latency->path_ms, "the tailnet" },
		{ "connecting", latency->connect_ms, "only new connections pay it" },
		{ "TLS", latency->tls_ms, "only new connections pay it" },
		{ "its headers", latency->server_ms, "the server" },
		{ "the queue", latency->queue_ms, "the engine" },
		{ "the prompt", latency->prefill_ms, "the engine" },
		{ "queue and prompt", latency->engine_ms, "the engine" },
	};

	if (isnan(latency->server_ms))
		return "";
	return say(parts, ARRAY_LEN(parts), has_token ? "token" : "byte", arena);
}

/* Our request takes one round trip of the path: the rest of its time is the server's. */
static double without_path(double ttfb_ms, double path_ms)
{
	if (isnan(path_ms) || isnan(ttfb_ms))
		return ttfb_ms;
	return ttfb_ms > path_ms ? ttfb_ms - path_ms : 0;
}

void take_latencies(struct builder *s)
{
	for (size_t i = 0; i < s->snapshot->endpoint_count; i++) {
		struct endpoint *row = &s->snapshot->endpoints[i];
		struct latency *latency = &row->latency;
		const struct peer *peer = row->peer < 0 ? NULL : &s->snapshot->peers[row->peer];

		latency->path_ms = peer && !peer->is_self ? peer->path.rtt_ms : NAN;
		latency->connect_ms = row->connect_ms;
		latency->tls_ms = row->tls_ms;
		latency->server_ms = without_path(row->ttfb_ms, latency->path_ms);
		if (isnan(latency->prefill_ms) && row->figures.ttft_p50_ms >= latency->queue_ms)
			latency->prefill_ms = row->figures.ttft_p50_ms - latency->queue_ms;
		latency->engine_ms = isnan(latency->queue_ms) && isnan(latency->prefill_ms)
					     ? row->figures.ttft_p50_ms
					     : NAN;
		latency->token_ms = row->figures.inter_token_p50_ms;
		latency->text = name_largest(latency, s->arena);
	}
}
