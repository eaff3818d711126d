/* One request and its answer on a connection, inferred from sizes and times alone.
 *
 * LLM servers send each token as a chunk of its own, so a streamed answer is a train of small, regular
 * segments after the headers. All figures follow from the first chunk, the typical size, the typical gap and
 * the last chunk. No payload is read. */
#ifndef TSLLM_CAPTURE_EXCHANGE_H
#define TSLLM_CAPTURE_EXCHANGE_H

#include <stdbool.h>
#include <stdint.h>

#define EXCHANGE_CHUNKS 32 /* the medians are taken over this many of the latest sizes and gaps */

struct exchange {
	bool is_open;
	int64_t begun_us;            /* last byte of the request; 0: none yet */
	int64_t first_us, second_us; /* the first two chunks; 0: none yet */
	int64_t chunk_us, last_us;   /* start of the latest chunk; its latest segment */
	uint64_t up_bytes, down_bytes;
	uint32_t first_size, chunk_size; /* chunk_size: latest chunk, so far */
	uint32_t chunks;
	uint32_t whole; /* complete chunks without the first, which is headers or has them in it */
	uint32_t sizes[EXCHANGE_CHUNKS], gaps_us[EXCHANGE_CHUNKS]; /* rings over the latest of those */
	uint32_t typical_size;
	bool is_joined; /* some chunk held several */
};

struct exchange_figures {
	int64_t ttfb_us; /* -1: no answer yet */
	bool is_stream;  /* the fields below are valid */
	int64_t ttft_us, ttft_max_us;
	int64_t gap_us;
	int64_t tokens, tokens_per_10s;
	bool is_estimated;
};

/* New bytes from the client. Starts a new exchange unless one is waiting for its answer. */
void exchange_ask(struct exchange *exchange, int64_t at_us, uint32_t bytes);
/* New bytes from the server. */
void exchange_answer(struct exchange *exchange, int64_t at_us, uint32_t bytes);
/* Whether nothing has come for so long that the answer must be complete. */
bool exchange_is_over(const struct exchange *exchange, int64_t now_us);
/* Whether the request is long enough to hold a prompt. */
bool exchange_may_hold_prompt(const struct exchange *exchange);
struct exchange_figures exchange_figure(const struct exchange *exchange);

#endif
