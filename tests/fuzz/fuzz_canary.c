/* A streamed completion: the first byte names the API, the second where the bytes are split. What comes of it is the
 * same as without a split, and its words fit. */
#include "tests/fuzz/fuzz.h"

#include "probes/endpoints/canary_result.h"
#include "probes/endpoints/canary_stream.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static bool is_amount(double number)
{
	return isnan(number) || number >= 0;
}

static bool is_same(double a, double b)
{
	return a == b || (isnan(a) && isnan(b));
}

/* Returns whether all was read. */
static bool read_split(
	struct canary_stream *stream, enum client_api api, const char *bytes, size_t length, size_t split)
{
	bool is_read;

	canary_stream_init(stream, api);
	is_read = canary_stream_feed(stream, bytes, split, 1) == 0 &&
		  canary_stream_feed(stream, bytes + split, length - split, 2) == 0;
	canary_stream_end(stream, 3);
	return is_read;
}

static void check_stream(const struct canary_stream *stream)
{
	check(memchr(stream->words, '\0', sizeof(stream->words)) != NULL, "words end");
	check(is_amount(stream->tokens) && is_amount(stream->prompt_tokens) && is_amount(stream->load_ms) &&
			is_amount(stream->prefill_ms) && is_amount(stream->decode_ms),
		"no amount is negative");
	check(!stream->events || stream->first_ms <= stream->last_ms, "the first token is the first");
}

static void check_figures(const struct canary_stream *stream)
{
	const struct canary_plan plan = { .count = 1 };
	struct canary_figures figures;
	struct answer answer;

	canary_figures_init(&figures);
	answer_init(&answer);
	answer.status = 200;
	canary_result_read(&figures, &plan, stream, &answer, (struct when){ 0, 1 }, (struct when){ 3, 4 });
	check(!canary_is_running(figures.state), "it is over");
	check((figures.state == CANARY_DONE) == (figures.trouble == CANARY_NO_TROUBLE),
		"a failure has its reason");
	check(is_amount(figures.ttft_ms) && is_amount(figures.tokens_per_s), "no figure is negative");
	answer_fini(&answer);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct canary_stream whole, split;
	enum client_api api;
	size_t at;
	char *bytes;

	if (size < 2)
		return 0;
	api = (enum client_api)(data[0] % API_COUNT);
	size -= 2;
	at = size ? data[1] % (size + 1) : 0;
	bytes = fuzz_copy(data + 2, size);
	if (read_split(&whole, api, bytes, size, size) && read_split(&split, api, bytes, size, at)) {
		check(whole.events == split.events && whole.is_over == split.is_over &&
				whole.has_failed == split.has_failed &&
				strcmp(whole.words, split.words) == 0 && is_same(whole.tokens, split.tokens),
			"a split changes nothing");
		canary_stream_fini(&split);
	}
	check_stream(&whole);
	check_figures(&whole);
	canary_stream_fini(&whole);
	free(bytes);
	return 0;
}
