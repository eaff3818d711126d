#include "probes/endpoints/canary_result.h"

#include <math.h>

static enum canary_trouble trouble_of(
	const struct canary_figures *figures, const struct canary_stream *stream, const struct answer *answer)
{
	bool has_answer = answer->outcome == OUTCOME_ANSWERED;

	if (figures->has_more || (stream->is_over && stream->events && !stream->has_failed))
		return CANARY_NO_TROUBLE;
	if (answer->status >= 300 && answer->status < 400)
		return CANARY_REDIRECTED;
	if (answer->status >= 400 || stream->has_failed)
		return CANARY_REFUSED;
	if (answer->outcome == OUTCOME_TOO_BIG)
		return CANARY_TOO_BIG;
	if (!stream->events)
		return has_answer ? CANARY_EMPTY : CANARY_NO_ANSWER;
	return stream->is_whole ? CANARY_NO_TROUBLE : CANARY_BROKEN;
}

static void read_times(struct canary_figures *figures, const struct canary_stream *stream, struct when began,
	struct when now)
{
	if (stream->events && !stream->is_whole)
		figures->ttft_ms = (double)(stream->first_ms - began.mono_ms);
	figures->total_ms = (double)((stream->events && !stream->is_whole ? stream->last_ms : now.mono_ms) -
				     began.mono_ms);
	figures->is_decode_by_server = stream->decode_ms > 0;
	if (figures->is_decode_by_server)
		figures->decode_ms = stream->decode_ms;
	else if (stream->events > 1 && stream->last_ms > stream->first_ms)
		figures->decode_ms = (double)(stream->last_ms - stream->first_ms);
	figures->load_ms = stream->load_ms;
	figures->prefill_ms = stream->prefill_ms;
}

/* The first token is there when our own measurement begins; the server's includes it. */
static void read_tokens(struct canary_figures *figures, const struct canary_stream *stream)
{
	bool is_by_server = stream->tokens > 0;
	double counted;

	figures->counted = is_by_server     ? CANARY_COUNTED_BY_SERVER
			   : stream->events ? CANARY_COUNTED_EVENTS
					    : CANARY_COUNTED_NOT;
	figures->tokens = is_by_server ? stream->tokens : stream->events ? stream->events : NAN;
	figures->prompt_tokens = stream->prompt_tokens;
	counted = figures->is_decode_by_server ? figures->tokens : figures->tokens - 1;
	if (figures->decode_ms > 0 && counted > 0)
		figures->tokens_per_s = counted / figures->decode_ms * 1000;
}

static double known(double ms)
{
	return isnan(ms) ? 0 : ms;
}

/* Of the prefill, what was over when the headers came: some come with the first token. */
static double prefill_before_headers(const struct canary_figures *figures)
{
	double after =
		figures->ttft_ms - known(figures->connect_ms) - known(figures->tls_ms) - figures->head_ms;

	return figures->prefill_ms > after ? figures->prefill_ms - after : 0;
}

/* Of a request that is answered after its turn has come, the headers waited in the queue. */
static void read_queue(struct canary_figures *figures, const struct canary_plan *plan)
{
	double queue = figures->head_ms - known(figures->path_ms) - prefill_before_headers(figures);

	if (plan->holds_headers && !isnan(figures->head_ms))
		figures->queue_ms = queue > 0 ? queue : 0;
}

void canary_result_read(struct canary_figures *figures, const struct canary_plan *plan,
	const struct canary_stream *stream, const struct answer *answer, struct when began, struct when now)
{
	figures->ended = now.wall_ms;
	figures->outcome = answer->outcome;
	figures->tls = answer->tls;
	figures->status = answer->status;
	figures->port = answer->local_port;
	figures->connect_ms = answer->connect_ms;
	figures->tls_ms = answer->tls_ms;
	figures->head_ms = answer->ttfb_ms;
	figures->bytes_sent = answer->bytes_sent;
	figures->bytes_received = answer->bytes_received;
	figures->is_thinking = stream->is_thinking;
	figures->is_whole = stream->is_whole;
	read_times(figures, stream, began, now);
	read_tokens(figures, stream);
	read_queue(figures, plan);
	if (!canary_is_running(figures->state))
		return;
	figures->trouble = trouble_of(figures, stream, answer);
	figures->state = figures->trouble ? CANARY_FAILED : CANARY_DONE;
}
