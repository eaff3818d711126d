/* One request and its answer on a connection, told from sizes and times alone.
 *
 * LLM servers send each token as a chunk of its own, so a streamed answer is a train of small, regular
 * segments behind the headers. What is needed of it is the first chunk, the typical size, the typical gap and
 * the last chunk; the rest follows. No payload is looked at. */
#ifndef TSLLM_CAPTURE_EXCHANGE_H
#define TSLLM_CAPTURE_EXCHANGE_H

#include <stdbool.h>
#include <stdint.h>

#define EXCHANGE_CHUNKS 32 /* the latest sizes and gaps that the medians are of */

struct exchange {
	bool is_open;
	int64_t begun_us;            /* the last byte of the request; 0: none yet */
	int64_t first_us, second_us; /* the first two chunks; 0: not come */
	int64_t chunk_us, last_us;   /* begin of the latest chunk; its latest segment */
	uint64_t up_bytes, down_bytes;
	uint32_t first_size, chunk_size; /* of the latest chunk so far */
	uint32_t chunks;
	uint32_t whole; /* chunks that ended, but for the first: headers, or with them */
	uint32_t sizes[EXCHANGE_CHUNKS], gaps_us[EXCHANGE_CHUNKS]; /* of the latest of those */
	uint32_t typical_size;
	bool is_joined; /* a chunk came that held several */
};

struct exchange_figures {
	int64_t ttfb_us; /* -1: no answer yet */
	bool is_stream;  /* what follows is told */
	int64_t ttft_us, ttft_max_us;
	int64_t gap_us;
	int64_t tokens, tokens_per_10s;
	bool is_estimated;
};

/* New bytes of the client. Begins the exchange anew unless one waits for its answer. */
void exchange_ask(struct exchange *exchange, int64_t at_us, uint32_t bytes);
/* New bytes of the server. */
void exchange_answer(struct exchange *exchange, int64_t at_us, uint32_t bytes);
/* Nothing came for so long that the answer is whole. */
bool exchange_is_over(const struct exchange *exchange, int64_t now_us);
/* The request is long enough for one. */
bool exchange_may_hold_prompt(const struct exchange *exchange);
struct exchange_figures exchange_figure(const struct exchange *exchange);

#endif
