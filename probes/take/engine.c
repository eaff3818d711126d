/* Copies the figures of an engine. Percentiles are computed here, over the last two minutes. */
#include "probes/ledger/state.h"
#include "probes/model/fields.h"
#include "probes/take/builder.h"

#include <math.h>

static double percentile_ms(
	const struct known_engine *engine, enum timing timing, double share, struct when now)
{
	return window_percentile(engine->timings[timing], share, now) * 1000;
}

void take_engine(const struct known_engine *engine, struct endpoint *row, struct when now)
{
	row->figures = engine->figures;
	row->figures.generated_tokens = engine->generation.tokens;
	row->figures.prompt_tokens = engine->prompt.tokens;
	row->figures.ttft_p50_ms = percentile_ms(engine, TIMING_TTFT, 0.5, now);
	row->figures.ttft_p95_ms = percentile_ms(engine, TIMING_TTFT, 0.95, now);
	row->figures.inter_token_p50_ms = percentile_ms(engine, TIMING_TOKEN, 0.5, now);
	row->figures.inter_token_p95_ms = percentile_ms(engine, TIMING_TOKEN, 0.95, now);
	fields_blank(&fields_latency, &row->latency);
	row->latency.queue_ms = percentile_ms(engine, TIMING_QUEUE, 0.5, now);
	row->latency.prefill_ms = percentile_ms(engine, TIMING_PREFILL, 0.5, now);
}
