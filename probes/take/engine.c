/* The figures of an engine, copied out; a percentile is computed here, over the last two minutes. */
#include "probes/ledger/state.h"

#include "probes/take/builder.h"

#include <math.h>

static double percentile_ms(
	const struct known_engine *engine, enum timing timing, double share, struct when now)
{
	return window_percentile(engine->timings[timing], share, now) * 1000;
}

void take_engine(const struct known_engine *engine, struct endpoint *row, struct when now)
{
	row->tokens_per_s = engine->generation.per_s;
	row->prompt_tokens_per_s = engine->prompt.per_s;
	row->kv_cache = engine->kv_cache;
	row->preemptions = engine->preemptions;
	row->ttft_p50_ms = percentile_ms(engine, TIMING_TTFT, 0.5, now);
	row->ttft_p95_ms = percentile_ms(engine, TIMING_TTFT, 0.95, now);
	row->latency.queue_ms = percentile_ms(engine, TIMING_QUEUE, 0.5, now);
	row->latency.prefill_ms = percentile_ms(engine, TIMING_PREFILL, 0.5, now);
	row->inter_token_p50_ms = percentile_ms(engine, TIMING_TOKEN, 0.5, now);
	row->inter_token_p95_ms = percentile_ms(engine, TIMING_TOKEN, 0.95, now);
}
