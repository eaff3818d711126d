#include "probes/endpoints/canary_event.h"

#include "probes/base/text.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define NS_PER_MS 1e6
#define TOKENS_MOST 1e6 /* of a prompt or an answer: what is more is no count */
#define TIME_MOST 864e5 /* ms */
#define DECODE_LEAST 0.01

static void see_token(struct canary_stream *stream, bool is_thought, int64_t now_ms)
{
	if (!stream->events++) {
		stream->first_ms = now_ms;
		stream->is_thinking = is_thought;
	}
	stream->last_ms = now_ms;
}

/* text: of the answer; the others: of thoughts. */
static void see_text(struct canary_stream *stream, const struct json *object, const char *text,
	const char *const *thoughts, int64_t now_ms)
{
	if (*json_text(object, text)) {
		see_token(stream, false, now_ms);
		return;
	}
	for (; *thoughts; thoughts++)
		if (*json_text(object, *thoughts)) {
			see_token(stream, true, now_ms);
			return;
		}
}

/* What cannot be is as unknown as what is not said. */
static void see_number(double *slot, double value, double least, double most)
{
	if (value >= least && value <= most)
		*slot = value;
}

static void see_time(double *slot, double ms)
{
	see_number(slot, ms, 0, TIME_MOST);
}

static void see_usage(
	struct canary_stream *stream, const struct json *usage, const char *tokens, const char *prompt_tokens)
{
	see_number(&stream->tokens, json_amount(usage, tokens), 0, TOKENS_MOST);
	see_number(&stream->prompt_tokens, json_amount(usage, prompt_tokens), 0, TOKENS_MOST);
}

/* It is divided by. */
static void see_decode(struct canary_stream *stream, double ms)
{
	see_number(&stream->decode_ms, ms, DECODE_LEAST, TIME_MOST);
}

/* ---- failures ---- */

void canary_event_keep_words(struct canary_stream *stream, const char *words)
{
	if (!*stream->words)
		snprintf(stream->words, sizeof(stream->words), "%s", words);
}

/* {"error": "…"}, {"error": {"message": "…"}}, FastAPI's {"detail": "…"}. */
static bool see_failure(struct canary_stream *stream, const struct json *object)
{
	const struct json *error = json_member(object, "error");
	const char *words = *json_string(error)            ? json_string(error)
			    : *json_text(error, "message") ? json_text(error, "message")
							   : json_text(object, "detail");

	if (!error && !*words)
		return false;
	stream->has_failed = true;
	canary_event_keep_words(stream, words);
	return true;
}

/* ---- the APIs ---- */

static void read_chat(struct canary_stream *stream, const struct json *object, bool is_all, int64_t now_ms)
{
	static const char *const thoughts[] = { "reasoning_content", "reasoning", NULL };
	const struct json *choice = json_first(json_member(object, "choices")),
			  *timings = json_member(object, "timings");

	see_text(stream, json_member(choice, is_all ? "message" : "delta"), "content", thoughts, now_ms);
	if (*json_text(choice, "finish_reason"))
		stream->is_over = true;
	see_usage(stream, json_member(object, "usage"), "completion_tokens", "prompt_tokens");
	/* llama-server's own */
	see_usage(stream, timings, "predicted_n", "prompt_n");
	see_time(&stream->prefill_ms, json_amount(timings, "prompt_ms"));
	see_decode(stream, json_amount(timings, "predicted_ms"));
}

static void read_responses(
	struct canary_stream *stream, const struct json *object, bool is_all, int64_t now_ms)
{
	static const char *const thoughts[] = { NULL };
	const char *type = json_text(object, "type");
	const struct json *response = is_all ? object : json_member(object, "response");

	if (text_has_suffix(type, "text.delta") && *json_text(object, "delta"))
		see_token(stream, text_contains_fold(type, "reasoning"), now_ms);
	for (const struct json *item = json_first(json_member(is_all ? object : NULL, "output")); item;
		item = json_next(item))
		see_text(stream, json_first(json_member(item, "content")), "text", thoughts, now_ms);
	if (is_all || strcmp(type, "response.completed") == 0 || strcmp(type, "response.incomplete") == 0)
		stream->is_over = stream->has_ended = true;
	if (strcmp(type, "response.failed") == 0 && !see_failure(stream, response))
		stream->has_failed = true;
	if (strcmp(type, "error") == 0) {
		stream->has_failed = true;
		canary_event_keep_words(stream, json_text(object, "message"));
	}
	see_usage(stream, json_member(response, "usage"), "output_tokens", "input_tokens");
}

static void read_messages(
	struct canary_stream *stream, const struct json *object, bool is_all, int64_t now_ms)
{
	static const char *const thoughts[] = { "thinking", NULL };
	const char *type = json_text(object, "type");

	if (strcmp(type, "content_block_delta") == 0)
		see_text(stream, json_member(object, "delta"), "text", thoughts, now_ms);
	for (const struct json *block = json_first(json_member(is_all ? object : NULL, "content")); block;
		block = json_next(block))
		see_text(stream, block, "text", thoughts, now_ms);
	if (is_all || strcmp(type, "message_stop") == 0)
		stream->is_over = stream->has_ended = true;
	see_usage(stream, json_member(json_member(object, "message"), "usage"), "output_tokens",
		"input_tokens");
	see_usage(stream, json_member(object, "usage"), "output_tokens", "input_tokens");
}

static void read_ollama(struct canary_stream *stream, const struct json *object, bool is_all, int64_t now_ms)
{
	static const char *const thoughts[] = { "thinking", NULL };

	(void)is_all; /* a stream of one line is a stream */
	see_text(stream, json_member(object, "message"), "content", thoughts, now_ms);
	if (!json_true(object, "done"))
		return;
	stream->is_over = stream->has_ended = true;
	see_usage(stream, object, "eval_count", "prompt_eval_count");
	see_time(&stream->load_ms, json_amount(object, "load_duration") / NS_PER_MS);
	see_time(&stream->prefill_ms, json_amount(object, "prompt_eval_duration") / NS_PER_MS);
	see_decode(stream, json_amount(object, "eval_duration") / NS_PER_MS);
}

void canary_event_read(struct canary_stream *stream, const struct json *object, bool is_all, int64_t now_ms)
{
	static void (*const readers[API_COUNT])(
		struct canary_stream * stream, const struct json *object, bool is_all, int64_t now_ms) = {
		[API_CHAT] = read_chat,
		[API_RESPONSES] = read_responses,
		[API_MESSAGES] = read_messages,
		[API_OLLAMA] = read_ollama,
	};

	if (!see_failure(stream, object))
		readers[stream->api](stream, object, is_all, now_ms);
}
