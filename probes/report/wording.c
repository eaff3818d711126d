/* A figure that is not known is left out of a line: unknown is not zero. */
#include "probes/report/wording.h"

#include "probes/base/mem.h"
#include "probes/base/text.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define FRESH_MS 10000
#define NEARLY_FULL 0.95
#define GB 1e9

char *wording_loss(char *to, size_t size, double loss)
{
	bool is_small = loss > 0 && loss < 0.0995;

	if (isnan(loss))
		text_set(to, size, "–");
	else
		text_set(to, size, "%.*f %%", is_small, loss * 100);
	return to;
}

char *wording_share(char *to, size_t size, double share)
{
	text_set(to, size, "%.0f %%", share * 100);
	return to;
}

char *wording_age(char *to, size_t size, double age_ms)
{
	if (isnan(age_ms))
		text_set(to, size, "–");
	else if (age_ms < FRESH_MS)
		text_set(to, size, "now");
	else
		text_span(to, size, (int64_t)age_ms);
	return to;
}

const char *wording_certainty(const struct verdict *verdict)
{
	return verdict->is_inferred ? ", inferred" : verdict->severity > SEVERITY_INFO ? ", proven" : "";
}

char *wording_span(char *to, size_t size, int64_t since, bool was_before, int64_t now)
{
	char span[32];

	text_set(to, size, "%s%s", was_before ? "at least " : "", text_span(span, sizeof(span), now - since));
	return to;
}

static void say_kind(char *line, const struct path *path)
{
	switch (path->kind) {
	case PATH_DIRECT:
		line_add(line, "direct, %s", path->endpoint);
		break;
	case PATH_PEER_RELAY:
		line_add(line, "through the peer relay %s", path->via);
		break;
	case PATH_DERP:
		line_add(line, "through DERP %s", path->via);
		break;
	case PATH_IDLE:
		line_add(line, "idle: no traffic, so that tailscaled keeps no way open");
		break;
	case PATH_OFFLINE:
		line_add(line, "none: it is offline");
		break;
	case PATH_UNKNOWN:
	case PATH_COUNT:
		line_add(line, "not told by tailscaled");
		break;
	}
}

void wording_path(char *line, const struct path *path, int64_t now)
{
	char span[64];

	say_kind(line, path);
	if (path->since && path->kind != PATH_IDLE && path->kind != PATH_OFFLINE)
		line_add(line, "for %s",
			wording_span(span, sizeof(span), path->since, path->was_before, now));
	line_number(line, "changed ", path->changes, path->changes == 1 ? " time" : " times");
}

void wording_times(char *line, const struct path *path)
{
	char text[32];

	line_ms(line, "RTT ", path->rtt_ms);
	line_ms(line, "p95 ", path->rtt_p95_ms);
	line_ms(line, "jitter ", path->jitter_ms);
	if (*line && *path->rtt_source)
		text_add(line, LINE_BYTES, " (by %s)", path->rtt_source);
	if (!isnan(path->loss))
		line_add(line, "loss %s", wording_loss(text, sizeof(text), path->loss));
	if (isnan(path->pong_age_ms))
		return;
	line_add(line, "last pong %s%s, seen by %s", wording_age(text, sizeof(text), path->pong_age_ms),
		path->pong_age_ms < FRESH_MS ? "" : " ago", path->pong_source);
}

void wording_found(char *line, const struct endpoint *endpoint)
{
	if (endpoint->found_by != FOUND_CONFIG)
		line_add(line, "found by %s", found_by_name(endpoint->found_by));
	if (endpoint->is_pinned)
		line_add(line, "pinned");
	if (endpoint->is_stale)
		line_add(line, "stale");
}

void wording_certificate(char *line, const struct endpoint *endpoint, int64_t now)
{
	line_until(line, "certificate", now, endpoint->cert_not_after);
}

void wording_work(char *line, const struct endpoint *endpoint)
{
	char share[16];

	line_number(line, "", endpoint->figures.running, " running");
	line_number(line, "", endpoint->figures.waiting, " waiting");
	line_number(line, "", endpoint->figures.slots, " slots");
	if (!isnan(endpoint->figures.kv_cache))
		line_add(
			line, "KV cache %s", wording_share(share, sizeof(share), endpoint->figures.kv_cache));
	line_number(line, "", endpoint->figures.preemptions,
		endpoint->figures.preemptions == 1 ? " preemption" : " preemptions");
}

static void say_decode(char *line, const char *before, double token_ms)
{
	char number[32];

	if (!isnan(token_ms))
		line_add(line, "decode %s%s ms/token", before, text_ms(number, sizeof(number), token_ms));
}

void wording_speed(char *line, const struct endpoint *endpoint)
{
	line_speed(line, "", endpoint->figures.tokens_per_s);
	line_speed(line, "prompt ", endpoint->figures.prompt_tokens_per_s);
	line_ms(line, "TTFT ", endpoint->figures.ttft_p50_ms);
	line_ms(line, "TTFT p95 ", endpoint->figures.ttft_p95_ms);
	say_decode(line, "", endpoint->figures.inter_token_p50_ms);
	say_decode(line, "p95 ", endpoint->figures.inter_token_p95_ms);
}

void wording_pending(char *line, const struct discovery *discovery)
{
	if (discovery->pending)
		line_add(line, "the search for servers is not finished: %zu port%s not asked yet",
			discovery->pending, discovery->pending == 1 ? " was" : "s were");
	if (discovery->postponed)
		line_add(line, "%zu peer%s drop%s connections: %zu port%s there not asked yet",
			discovery->silent_peers, discovery->silent_peers == 1 ? "" : "s",
			discovery->silent_peers == 1 ? "s" : "", discovery->postponed,
			discovery->postponed == 1 ? "" : "s");
}

void wording_probed(char *line, const struct probed_ports *probed)
{
	if (probed->silent && probed->asked < probed->count)
		line_add(line, "drops connections: %u of %u ports asked for a server so far", probed->asked,
			probed->count);
	else if (probed->silent)
		line_add(line, "%u ports asked for a server, connections to %u of them were dropped",
			probed->asked, probed->silent);
	else if (probed->asked)
		line_add(line, "%u of %u ports asked for a server", probed->asked, probed->count);
}

static void say_gpu(char *line, const struct gpu_figures *figures)
{
	double used = figures->memory_used / GB, total = figures->memory_total / GB;
	char busy[16], text[LINE_BYTES] = "";

	if (!isnan(used) && !isnan(total))
		line_add(text, "%.1f of %.1f GB used", used, total);
	else if (!isnan(used))
		line_add(text, "%.1f GB used", used);
	else if (!isnan(total))
		line_add(text, "%.1f GB", total);
	if (used >= NEARLY_FULL * total)
		line_add(text, "nearly full");
	if (!isnan(figures->busy))
		line_add(text, "%s busy", wording_share(busy, sizeof(busy), figures->busy));
	if (*text)
		text_add(line, LINE_BYTES, ": %s", text);
}

/* The maker's and the brand's name only make it longer. */
static const char *short_name(const char *name)
{
	static const char *const brands[] = { "NVIDIA ", "GeForce ", "AMD " };

	for (size_t i = 0; i < ARRAY_LEN(brands); i++)
		name += text_has_prefix(name, brands[i]) ? strlen(brands[i]) : 0;
	return name;
}

void wording_gpu(char *line, const struct obs_gpu *gpu)
{
	const char *name = short_name(gpu->name);

	line_add(line, "GPU %s%s%s", gpu->id, *name ? " " : "", name);
	say_gpu(line, &gpu->figures);
}

void wording_gpus(char *line, const struct snapshot *snapshot, const struct peer *peer)
{
	if (peer->gpus.count == 1)
		wording_gpu(line, &snapshot->gpus[peer->gpus.first]);
	if (peer->gpus.count < 2)
		return;
	line_add(line, "%s%zu GPUs", peer->has_more_gpus ? "at least " : "", peer->gpus.count);
	say_gpu(line, &peer->gpu);
}
