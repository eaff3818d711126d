/* Is it my tailnet or my GPU? The time until the first token in parts, and the largest of them.
 *
 * The parts are medians from different sources (pings or handshakes, our own requests, the engine's
 * histograms), so their sum is an estimate and is worded as one. Unknown parts are left out. */
#include "probes/base/text.h"
#include "probes/take/builder.h"

#include <math.h>

struct part {
	const char *is_largest; /* "TLS is" */
	double ms;
	const char *note;
};

/* "The prompt is the largest part: 812 of about 1250 ms to the first token (65 %)" */
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
	return arena_printf(arena, "%s the largest part: %s of about %s ms to the first %s (%.0f %%)%s",
		largest->is_largest, text_ms(share, sizeof(share), largest->ms),
		text_ms(whole, sizeof(whole), sum), what, largest->ms / sum * 100, largest->note);
}

static const char *name_largest(const struct latency *latency, struct arena *arena)
{
	bool has_token =
		!isnan(latency->queue_ms) || !isnan(latency->prefill_ms) || !isnan(latency->engine_ms);
	const struct part parts[] = {
		{ "The path through the tailnet is", latency->path_ms, "" },
		{ "Connecting is", latency->connect_ms, "; only new connections pay it" },
		{ "TLS is", latency->tls_ms, "; only new connections pay it" },
		{ "The server itself is", latency->server_ms, "" },
		{ "The engine's queue is", latency->queue_ms, "" },
		{ "The prompt is", latency->prefill_ms, "" },
		{ "Queue and prompt are", latency->engine_ms, "" },
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

/* A median within an engine's lowest bucket is a guess, and vLLM's are 0.3 s wide: a part that is longer than the
 * whole is unknown. */
static void drop_parts_over(struct latency *latency, double whole_ms)
{
	if (latency->queue_ms > whole_ms)
		latency->queue_ms = NAN;
	if (latency->prefill_ms > whole_ms)
		latency->prefill_ms = NAN;
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
		drop_parts_over(latency, row->figures.ttft_p50_ms);
		if (isnan(latency->prefill_ms) && row->figures.ttft_p50_ms >= latency->queue_ms)
			latency->prefill_ms = row->figures.ttft_p50_ms - latency->queue_ms;
		latency->engine_ms = isnan(latency->queue_ms) && isnan(latency->prefill_ms)
					     ? row->figures.ttft_p50_ms
					     : NAN;
		latency->token_ms = row->figures.inter_token_p50_ms;
		latency->text = name_largest(latency, s->arena);
	}
}
