/* Lines, and events made of lines. A line ends with LF, CR or both, wherever the bytes are split. */
#include "probes/endpoints/canary_stream.h"

#include "probes/base/fault.h"
#include "probes/base/text.h"
#include "probes/endpoints/canary_event.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

void canary_stream_init(struct canary_stream *stream, enum client_api api)
{
	*stream = (struct canary_stream){ .api = api,
		.tokens = NAN,
		.prompt_tokens = NAN,
		.load_ms = NAN,
		.prefill_ms = NAN,
		.decode_ms = NAN };
}

void canary_stream_fini(struct canary_stream *stream)
{
	free(stream->line.text);
	free(stream->event.text);
	free(stream->head.text);
	stream->line = stream->event = stream->head = (struct bytes){ NULL, 0, 0 };
}

static bool read_object(struct canary_stream *stream, const struct bytes *text, bool is_all, int64_t now_ms)
{
	struct fault ignored;
	struct json *object = text->length ? json_parse(text->text, text->length, &ignored) : NULL;
	bool is_object = json_is_object(object);

	if (is_object)
		canary_event_read(stream, object, is_all, now_ms);
	json_free(object);
	return is_object;
}

static void end_event(struct canary_stream *stream, int64_t now_ms)
{
	static const char done[] = "[DONE]";

	if (stream->event.length == strlen(done) && memcmp(stream->event.text, done, strlen(done)) == 0)
		stream->is_over = stream->has_ended = true;
	else
		read_object(stream, &stream->event, false, now_ms);
	stream->event.length = 0;
}

static int add_to_event(struct canary_stream *stream, const char *data, size_t length)
{
	if (stream->event.length)
		bytes_add(&stream->event, "\n", 1);
	bytes_add(&stream->event, data, length);
	return stream->event.length > CANARY_LINE_MAX ? -1 : 0;
}

static int end_line(struct canary_stream *stream, int64_t now_ms)
{
	static const char field[] = "data:";
	const struct bytes *line = &stream->line;
	size_t skipped = strlen(field);
	int result = 0;

	if (stream->api == API_OLLAMA)
		read_object(stream, line, false, now_ms);
	else if (!line->length)
		end_event(stream, now_ms);
	else if (text_has_prefix(line->text, field)) {
		skipped += line->length > skipped && line->text[skipped] == ' ';
		result = add_to_event(stream, line->text + skipped, line->length - skipped);
	}
	stream->line.length = 0;
	return result;
}

static void keep_head(struct canary_stream *stream, const char *bytes, size_t length)
{
	size_t room = CANARY_LINE_MAX - stream->head.length;

	if (length > room)
		stream->is_end_of_head = true;
	bytes_add(&stream->head, bytes, length < room ? length : room);
}

int canary_stream_feed(struct canary_stream *stream, const char *bytes, size_t length, int64_t now_ms)
{
	const char *end = bytes + length;

	if (!stream->events)
		keep_head(stream, bytes, length);
	while (bytes < end) {
		const char *at = bytes;

		if (stream->was_cr && *at == '\n')
			at = ++bytes;
		stream->was_cr = false;
		while (at < end && *at != '\n' && *at != '\r')
			at++;
		bytes_add(&stream->line, bytes, (size_t)(at - bytes));
		if (stream->line.length > CANARY_LINE_MAX)
			return -1;
		if (at == end)
			return 0;
		stream->was_cr = *at == '\r';
		bytes = at + 1;
		if (end_line(stream, now_ms) < 0)
			return -1;
	}
	return 0;
}

/* A page is for people: of it, nothing is kept. */
static bool is_plain_text(const char *text)
{
	return *text && !strchr(":{<", *text) && !strchr(text, '<') && !strstr(text, "data:");
}

static void read_head(struct canary_stream *stream, int64_t now_ms)
{
	bytes_add(&stream->head, "", 0);
	if (!stream->is_end_of_head && read_object(stream, &stream->head, true, now_ms))
		stream->is_whole = stream->events > 0;
	else if (is_plain_text(stream->head.text))
		canary_event_keep_words(stream, stream->head.text);
}

void canary_stream_end(struct canary_stream *stream, int64_t now_ms)
{
	if (stream->line.length)
		end_line(stream, now_ms);
	end_event(stream, now_ms);
	if (!stream->events && !stream->is_over && !stream->has_failed)
		read_head(stream, now_ms);
}
