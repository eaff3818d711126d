/* Segments are merged into chunks, chunks form a train, and the train gives the figures.
 *
 * Segments within AT_ONCE_US of each other are one chunk, because a server may write a chunk in pieces.
 * Chunks that the network held back arrive as one oversized chunk; the tokens in it are estimated from its
 * bytes. */
#include "capture/exchange.h"

#include <string.h>

#define AT_ONCE_US 200
#define STREAM_CHUNKS_MIN 5
#define STREAM_SIZE_MAX 1100 /* larger: a download, which fills its segments */
#define STREAM_GAP_US_MIN 500
#define COMMENT_BYTES 64
#define COMMENT_US 1000000
#define OVER_US 5000000
#define OVER_GAPS 20
#define PROMPT_BYTES 400     /* a request this long may hold a prompt … */
#define PREFILL_US 120000000 /* … and be worked on for this long, before or after its headers */

void exchange_ask(struct exchange *exchange, int64_t at_us, uint32_t bytes)
{
	if (!exchange->is_open || exchange->chunks)
		*exchange = (struct exchange){ .is_open = true };
	exchange->begun_us = at_us;
	exchange->up_bytes += bytes;
}

/* The value below which that percentage of the numbers lies. */
static uint32_t percentile(const uint32_t *numbers, uint32_t count, uint32_t percent)
{
	uint32_t sorted[EXCHANGE_CHUNKS];

	for (uint32_t i = 0; i < count; i++) {
		uint32_t place = i;

		for (; place && sorted[place - 1] > numbers[i]; place--)
			sorted[place] = sorted[place - 1];
		sorted[place] = numbers[i];
	}
	return count ? sorted[count * percent / 100] : 0;
}

static uint32_t median(const uint32_t *numbers, uint32_t count)
{
	return percentile(numbers, count, 50);
}

static uint32_t kept(const struct exchange *exchange)
{
	return exchange->whole < EXCHANGE_CHUNKS ? exchange->whole : EXCHANGE_CHUNKS;
}

static bool is_several(uint32_t size, uint32_t typical)
{
	return typical && size > typical + typical / 2;
}

/* Chunks that arrive together are larger than one chunk, never smaller. So the typical size may only shrink
 * once it is known. */
static void learn_size(struct exchange *exchange)
{
	uint32_t size = percentile(exchange->sizes, kept(exchange), 25);

	if (exchange->whole < 2 * STREAM_CHUNKS_MIN || size < exchange->typical_size)
		exchange->typical_size = size;
}

/* The latest chunk is complete: the next one begins at next_us. */
static void close_chunk(struct exchange *exchange, int64_t next_us)
{
	uint32_t place = exchange->whole % EXCHANGE_CHUNKS;

	if (exchange->chunks < 2) {
		exchange->first_size = exchange->chunk_size;
		return;
	}
	exchange->sizes[place] = exchange->chunk_size;
	exchange->gaps_us[place] = (uint32_t)(next_us - exchange->chunk_us);
	exchange->whole++;
	if (exchange->whole < 2 * STREAM_CHUNKS_MIN || exchange->whole % 8 == 0)
		learn_size(exchange);
	if (is_several(exchange->chunk_size, exchange->typical_size))
		exchange->is_joined = true;
}

/* Servers that work on a prompt for long send a comment of a few bytes every 15 seconds. */
static bool is_comment(const struct exchange *exchange, int64_t at_us, uint32_t bytes)
{
	return exchange->chunks == 1 && bytes < COMMENT_BYTES && at_us - exchange->last_us > COMMENT_US;
}

/* A piece of the latest chunk; or the end of a stream, which is far too small for a token. */
static bool belongs_to_latest(const struct exchange *exchange, int64_t at_us, uint32_t bytes)
{
	return exchange->chunks &&
	       (at_us - exchange->last_us < AT_ONCE_US || is_comment(exchange, at_us, bytes) ||
		       (exchange->whole >= STREAM_CHUNKS_MIN - 2 && bytes < exchange->typical_size / 3));
}

void exchange_answer(struct exchange *exchange, int64_t at_us, uint32_t bytes)
{
	if (!exchange->is_open || !exchange->begun_us || at_us < exchange->last_us)
		return;
	exchange->down_bytes += bytes;
	if (belongs_to_latest(exchange, at_us, bytes)) {
		exchange->chunk_size += bytes;
		exchange->last_us = at_us;
		return;
	}
	close_chunk(exchange, at_us);
	exchange->chunks++;
	if (exchange->chunks == 1)
		exchange->first_us = at_us;
	else if (exchange->chunks == 2)
		exchange->second_us = at_us;
	exchange->chunk_us = exchange->last_us = at_us;
	exchange->chunk_size = bytes;
}

bool exchange_may_hold_prompt(const struct exchange *exchange)
{
	return exchange->up_bytes >= PROMPT_BYTES;
}

bool exchange_is_over(const struct exchange *exchange, int64_t now_us)
{
	int64_t limit = OVER_US, gap = median(exchange->gaps_us, kept(exchange));

	if (exchange->chunks < 2 && exchange_may_hold_prompt(exchange))
		limit = PREFILL_US;
	else if (gap * OVER_GAPS > limit)
		limit = gap * OVER_GAPS;
	return now_us - (exchange->chunks ? exchange->last_us : exchange->begun_us) > limit;
}

/* Whether the first chunk holds no token: it is smaller than a token's chunk, or the train starts long after
 * it. */
static bool is_headers_alone(const struct exchange *exchange, int64_t gap_us)
{
	return exchange->first_size < exchange->typical_size - exchange->typical_size / 8 ||
	       exchange->second_us - exchange->first_us > 3 * gap_us;
}

/* Counts from the first token's chunk to the last: chunks, or bytes divided by the typical size if some
 * chunks arrived together. */
static void count_tokens(const struct exchange *exchange, struct exchange_figures *figures, bool from_second)
{
	int64_t began = from_second ? exchange->second_us : exchange->first_us;
	uint64_t bytes = exchange->down_bytes - exchange->first_size - exchange->chunk_size;
	int64_t span_us = exchange->chunk_us - began;

	figures->is_estimated = exchange->is_joined;
	figures->tokens =
		exchange->is_joined
			? (int64_t)((bytes + exchange->typical_size / 2) / exchange->typical_size) + 1
			: (int64_t)exchange->chunks - 1;
	figures->tokens += !from_second;
	figures->tokens_per_10s =
		span_us > 0 ? ((figures->tokens - 1) * 10000000 + span_us / 2) / span_us : 0;
}

struct exchange_figures exchange_figure(const struct exchange *exchange)
{
	struct exchange_figures figures = { .ttfb_us = -1 };
	bool is_alone;

	if (!exchange->chunks)
		return figures;
	figures.ttfb_us = exchange->first_us - exchange->begun_us;
	figures.gap_us = median(exchange->gaps_us, kept(exchange));
	figures.is_stream = exchange->chunks >= STREAM_CHUNKS_MIN &&
			    exchange->typical_size < STREAM_SIZE_MAX && figures.gap_us >= STREAM_GAP_US_MIN;
	if (!figures.is_stream)
		return figures;
	is_alone = is_headers_alone(exchange, figures.gap_us);
	figures.ttft_us = (is_alone ? exchange->second_us : exchange->first_us) - exchange->begun_us;
	figures.ttft_max_us = exchange->second_us - exchange->begun_us;
	count_tokens(exchange, &figures, is_alone);
	return figures;
}
