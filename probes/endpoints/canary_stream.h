/* Reads a streamed completion as its bytes come: when the first and the last token came, how many there were, and
 * what the server says about it.
 *
 * Server-sent events for the OpenAI and Anthropic APIs, a JSON object a line for Ollama's. Comments and events
 * without text are no tokens. A body that is no stream (an error, a whole answer) is read at its end. Pure: the
 * time is a parameter, and the text of tokens is not kept. */
#ifndef TSLLM_ENDPOINTS_CANARY_STREAM_H
#define TSLLM_ENDPOINTS_CANARY_STREAM_H

#include "probes/base/mem.h"
#include "probes/model/client_api.h"

#include <stdbool.h>
#include <stdint.h>

#define CANARY_LINE_MAX 65536 /* bytes of a line, and of an event */
#define CANARY_WORDS_MAX 512

struct canary_stream {
	enum client_api api;
	struct bytes line, event;
	struct bytes head; /* the first bytes, for a body that is no stream */
	bool was_cr;
	bool is_end_of_head;
	unsigned events;                       /* with text of the answer in them */
	int64_t first_ms, last_ms;             /* when they came; meaningful if there were any */
	bool is_thinking;                      /* the first of them was a thought */
	bool is_whole;                         /* the answer came in one piece */
	bool is_over;                          /* the server said that it is over */
	bool has_ended;                        /* and that nothing follows */
	bool has_failed;                       /* it said that it failed */
	char words[CANARY_WORDS_MAX];          /* how, raw: may hold anything; "": it did not say */
	double tokens, prompt_tokens;          /* counted by the server */
	double load_ms, prefill_ms, decode_ms; /* measured by the server */
};

void canary_stream_init(struct canary_stream *stream, enum client_api api);
void canary_stream_fini(struct canary_stream *stream);
/* -1: a line or an event is over its cap, and no more is read. */
int canary_stream_feed(struct canary_stream *stream, const char *bytes, size_t length, int64_t now_ms);
/* Call once, when no more comes. */
void canary_stream_end(struct canary_stream *stream, int64_t now_ms);

#endif
