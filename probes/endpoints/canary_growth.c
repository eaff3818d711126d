#include "probes/endpoints/canary_growth.h"

#include <math.h>

void canary_growth_poll(struct pool *pool, const struct snapshot *snapshot, int engine_id)
{
	for (size_t i = 0; i < snapshot->endpoint_count; i++)
		if (snapshot->endpoints[i].engine_id == engine_id)
			pool_ask_now(pool, snapshot->endpoints[i].url);
}

void canary_growth_begin(struct canary_growth *before, const struct endpoint *endpoint)
{
	before->tokens = endpoint->figures.generated_tokens;
	before->prompt_tokens = endpoint->figures.prompt_tokens;
	before->at = endpoint->figured;
}

/* A counter that fell belongs to an engine that was started anew. */
static double growth(double before, double now)
{
	return now >= before ? now - before : NAN;
}

void canary_growth_end(
	const struct canary_growth *before, const struct endpoint *endpoint, struct canary_figures *figures)
{
	if (!before->at || endpoint->figured < figures->ended)
		return;
	figures->engine_tokens = growth(before->tokens, endpoint->figures.generated_tokens);
	figures->engine_prompt_tokens = growth(before->prompt_tokens, endpoint->figures.prompt_tokens);
	figures->engine_span_ms = (double)(endpoint->figured - before->at);
}
