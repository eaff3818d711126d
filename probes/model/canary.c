#include "probes/model/canary.h"

#include "probes/base/mem.h"

#include <math.h>

const char *canary_state_name(enum canary_state state)
{
	static const char *const names[CANARY_STATES] = { "waiting", "streaming", "done", "failed",
		"cancelled" };

	return names[state];
}

const char *canary_trouble_name(enum canary_trouble trouble)
{
	static const char *const names[CANARY_TROUBLES] = {
		[CANARY_NO_TROUBLE] = "",
		[CANARY_NO_ANSWER] = "no-answer",
		[CANARY_REFUSED] = "refused",
		[CANARY_REDIRECTED] = "redirected",
		[CANARY_NO_TOKEN] = "no-token",
		[CANARY_STALLED] = "stalled",
		[CANARY_BROKEN] = "broken-off",
		[CANARY_EMPTY] = "empty",
		[CANARY_TOO_BIG] = "too-big",
		[CANARY_HALTED] = "halted",
	};

	return names[trouble];
}

const char *canary_counted_name(enum canary_counted counted)
{
	static const char *const names[] = { "", "events", "server" };

	return names[counted];
}

bool canary_is_running(enum canary_state state)
{
	return state == CANARY_WAITING || state == CANARY_STREAMING;
}

void canary_figures_init(struct canary_figures *figures)
{
	*figures = (struct canary_figures){ .number = 1, .count = 1 };
	double *const numbers[] = { &figures->ttft_ms, &figures->total_ms, &figures->connect_ms,
		&figures->tls_ms, &figures->head_ms, &figures->path_ms, &figures->queue_ms, &figures->load_ms,
		&figures->prefill_ms, &figures->decode_ms, &figures->tokens, &figures->prompt_tokens,
		&figures->tokens_per_s, &figures->engine_tokens, &figures->engine_prompt_tokens,
		&figures->engine_span_ms };

	for (size_t i = 0; i < ARRAY_LEN(numbers); i++)
		*numbers[i] = NAN;
}
