/* The members of what is seen of LLM servers. */
#include "probes/recording/kinds_parts.h"

#include <math.h>
#include <string.h>

/* clang-format off */

static const struct member discovery_members[] = {
	TEXT(obs_discovery, mode), TEXT(obs_discovery, ports), TEXT(obs_discovery, now),
	MEMBER(obs_discovery, peers, SIZE), MEMBER(obs_discovery, asked, SIZE), MEMBER(obs_discovery, pending, SIZE),
	MEMBER(obs_discovery, silent_peers, SIZE), MEMBER(obs_discovery, postponed, SIZE),
};
PUBLIC_SHAPE(discovery, obs_discovery);

static const struct member probed_members[] = {
	KEY(obs_probed, peer_id), MEMBER(obs_probed, ports, UNSIGNED), MEMBER(obs_probed, asked, UNSIGNED),
	MEMBER(obs_probed, silent, UNSIGNED), BOOL(obs_probed, is_running),
};
PUBLIC_SHAPE(probed, obs_probed);

static const struct member endpoint_members[] = {
	KEY(obs_endpoint, url), TEXT(obs_endpoint, peer_id), TEXT(obs_endpoint, address), TEXT(obs_endpoint, at),
	MEMBER(obs_endpoint, port, INT), ENUM(obs_endpoint, found_by, FOUND_COUNT - 1), BOOL(obs_endpoint, is_pinned),
	BOOL(obs_endpoint, is_own), BOOL(obs_endpoint, is_of_tailnet), BOOL(obs_endpoint, is_resolving),
	BOOL(obs_endpoint, has_key), BOOL(obs_endpoint, is_key_withheld), TEXT(obs_endpoint, server),
	TIME(obs_endpoint, stopped_at),
};
PUBLIC_SHAPE(endpoint, obs_endpoint);

static const struct member gpu_members[] = {
	TEXT(obs_gpu, id), TEXT(obs_gpu, name), NUMBER(obs_gpu, figures.memory_used),
	NUMBER(obs_gpu, figures.memory_free), NUMBER(obs_gpu, figures.memory_total), NUMBER(obs_gpu, figures.busy),
};
SHAPE(gpu, obs_gpu);

static const struct member gpus_members[] = {
	KEY(obs_gpus, peer_id), TEXT(obs_gpus, exporter), ENUM(obs_gpus, trouble, GPU_TROUBLES - 1),
	MEMBER(obs_gpus, status, INT), COUNTED(obs_gpus, items, ROWS, GPUS_MAX, count, .shape = &gpu),
	BOOL(obs_gpus, has_more),
};
PUBLIC_SHAPE(gpus, obs_gpus);

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
	ENUM(obs_answer, tls, TLS_COUNT - 1), TEXT(obs_answer, tls_text), TIME(obs_answer, cert_not_after),
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
PUBLIC_SHAPE(answer, obs_answer);

static const struct member canary_figures_members[] = {
	MEMBER(canary_figures, number, INT, .most = CANARY_COUNT_MAX, .is_key = true), MEMBER(canary_figures, count, INT, .most = CANARY_COUNT_MAX),
	ENUM(canary_figures, state, CANARY_STATES - 1), ENUM(canary_figures, trouble, CANARY_TROUBLES - 1),
	ENUM(canary_figures, api, API_COUNT - 1), ENUM(canary_figures, cost, COST_COUNT - 1),
	BOOL(canary_figures, was_cold), BOOL(canary_figures, sends_key), BOOL(canary_figures, is_thinking),
	BOOL(canary_figures, is_whole), BOOL(canary_figures, has_more), TIME(canary_figures, began), TIME(canary_figures, ended),
	ENUM(canary_figures, outcome, OUTCOME_COUNT - 1), ENUM(canary_figures, tls, TLS_COUNT - 1), MEMBER(canary_figures, status, INT),
	MEMBER(canary_figures, port, INT), NUMBER(canary_figures, ttft_ms), NUMBER(canary_figures, total_ms),
	NUMBER(canary_figures, connect_ms), NUMBER(canary_figures, tls_ms), NUMBER(canary_figures, head_ms),
	NUMBER(canary_figures, path_ms), NUMBER(canary_figures, queue_ms), NUMBER(canary_figures, load_ms),
	NUMBER(canary_figures, prefill_ms), NUMBER(canary_figures, decode_ms), BOOL(canary_figures, is_decode_by_server),
	NUMBER(canary_figures, tokens), NUMBER(canary_figures, prompt_tokens), NUMBER(canary_figures, tokens_per_s),
	ENUM(canary_figures, counted, CANARY_COUNTED_BY_SERVER), NUMBER(canary_figures, engine_tokens),
	NUMBER(canary_figures, engine_prompt_tokens), NUMBER(canary_figures, engine_span_ms),
	NUMBER(canary_figures, bytes_sent), NUMBER(canary_figures, bytes_received),
};
SHAPE(canary_figures, canary_figures);
static const struct member canary_members[] = {
	KEY(obs_canary, url), TEXT(obs_canary, sent_to), TEXT(obs_canary, path), TEXT(obs_canary, model),
	TEXT(obs_canary, words), TEXT(obs_canary, path_source), MEMBER(obs_canary, figures, STRUCT, .shape = &canary_figures),
};
PUBLIC_SHAPE(canary, obs_canary);
/* clang-format on */
