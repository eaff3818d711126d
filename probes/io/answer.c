/* Examines an HTTP answer.
 *
 * The shape of a body is judged by its bytes first and by its header second: servers send HTML and plain
 * text with a JSON type, and JSON without any. Headers stay raw text: there are too few look-ups per
 * answer to be worth an index. Recordings of `curl -si` are parsed here, too, so that tests and the live
 * program share the rest. */
#include "probes/io/answer.h"

#include "probes/base/fault.h"
#include "probes/base/mem.h"
#include "probes/base/text.h"
#include "probes/io/unpack.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define GLANCE 4096 /* bytes of a body that are searched */
#define VALUE_MAX 1024

void answer_init(struct answer *answer)
{
	*answer = (struct answer){
		.outcome = OUTCOME_ANSWERED,
		.headers = mem_copy(""),
		.body = mem_copy(""),
		.connect_ms = NAN,
		.tls_ms = NAN,
		.ttfb_ms = NAN,
	};
}

void answer_fini(struct answer *answer)
{
	free(answer->headers);
	free(answer->body);
	json_free(answer->json);
	*answer = (struct answer){ .status = 0 };
}

static size_t glance(const struct answer *answer)
{
	return answer->body_length < GLANCE ? answer->body_length : GLANCE;
}

/* Text has no NUL anywhere and, as far as we look, no control characters but white space and ESC (coloured
 * logs). */
static bool is_binary(const struct answer *answer)
{
	if (memchr(answer->body, '\0', answer->body_length))
		return true;
	for (size_t i = 0; i < glance(answer); i++)
		if ((unsigned char)answer->body[i] < ' ' && !strchr("\t\n\v\f\r\033", answer->body[i]))
			return true;
	return false;
}

/* "identity" means that it is not. */
static bool claims_compression(const struct answer *answer)
{
	return answer_has_header(answer, "Content-Encoding") &&
	       !answer_header_is(answer, "Content-Encoding", "identity");
}

static enum body_shape shape_of(struct answer *answer)
{
	struct fault fault;
	char first;

	if (!answer->body_length)
		return BODY_EMPTY;
	if (is_binary(answer))
		return claims_compression(answer) ? BODY_PACKED : BODY_BINARY;
	first = answer->body[strspn(answer->body, " \t\r\n")];
	if (first == '<')
		return BODY_HTML;
	if (first != '{' && first != '[' && !answer_header_has(answer, "Content-Type", "json"))
		return BODY_TEXT;
	answer->json = json_parse(answer->body, answer->body_length, &fault);
	if (answer->json)
		return BODY_JSON;
	return json_has_too_many_values(answer->body, answer->body_length) ? BODY_BIG_JSON : BODY_BROKEN_JSON;
}

/* Some proxies unpack a body and leave the header, so the first bytes decide. */
static bool is_packed(const struct answer *answer)
{
	static const char gzip[] = "\x1f\x8b";

	return answer->body_length > 2 &&
	       (!memcmp(answer->body, gzip, 2) || answer_header_is(answer, "Content-Encoding", "deflate"));
}

void answer_unpack(struct answer *answer)
{
	enum unpacked result;
	size_t length;
	char *text;

	if (!is_packed(answer))
		return;
	result = unpack(answer->body, answer->body_length, ANSWER_BODY_MAX, &text, &length);
	if (result == UNPACK_TOO_BIG)
		answer->outcome = OUTCOME_TOO_BIG;
	if (result != UNPACK_DONE)
		return;
	free(answer->body);
	answer->body = text;
	answer->body_length = length;
}

static void drop_byte_order_mark(struct answer *answer)
{
	static const char mark[] = "\xef\xbb\xbf";
	size_t length = strlen(mark);

	if (answer->body_length < length || memcmp(answer->body, mark, length) != 0)
		return;
	answer->body_length -= length;
	memmove(answer->body, answer->body + length, answer->body_length + 1);
}

void answer_examine(struct answer *answer)
{
	drop_byte_order_mark(answer);
	json_free(answer->json);
	answer->json = NULL;
	answer->shape = shape_of(answer);
}

/* The value in one header line if it has that name; NULL otherwise. */
static const char *value_in(const char *line, const char *end, const char *name, size_t *length)
{
	size_t name_length = strlen(name);

	if ((size_t)(end - line) <= name_length || line[name_length] != ':' ||
		strncasecmp(line, name, name_length) != 0)
		return NULL;
	line += name_length + 1;
	while (line < end && (*line == ' ' || *line == '\t'))
		line++;
	while (end > line && strchr(" \t\r", end[-1]))
		end--;
	*length = (size_t)(end - line);
	return line;
}

/* Returns how many lines of that name there are, and joins their values into value unless it is NULL. */
static size_t find_header(const struct answer *answer, const char *name, char *value, size_t size)
{
	size_t found = 0, used = 0, length;

	for (const char *line = answer->headers, *end; *line; line = *end ? end + 1 : end) {
		const char *part;
		int wrote;

		end = line + strcspn(line, "\n");
		part = value_in(line, end, name, &length);
		if (!part)
			continue;
		if (value && used < size) {
			wrote = snprintf(
				value + used, size - used, "%s%.*s", found ? ", " : "", (int)length, part);
			used += wrote > 0 ? (size_t)wrote : 0;
		}
		found++;
	}
	return found;
}

const char *answer_header(const struct answer *answer, const char *name, char *value, size_t size)
{
	value[0] = '\0';
	find_header(answer, name, value, size);
	return value;
}

bool answer_header_is(const struct answer *answer, const char *name, const char *value)
{
	char has[VALUE_MAX];

	return text_equal_fold(answer_header(answer, name, has, sizeof(has)), value);
}

bool answer_header_has(const struct answer *answer, const char *name, const char *part)
{
	char has[VALUE_MAX];

	return text_contains_fold(answer_header(answer, name, has, sizeof(has)), part);
}

bool answer_has_header(const struct answer *answer, const char *name)
{
	return find_header(answer, name, NULL, 0) > 0;
}

bool answer_body_has(const struct answer *answer, const char *part)
{
	size_t length = strlen(part), room = glance(answer);

	for (size_t i = 0; i + length <= room; i++)
		if (memcmp(answer->body + i, part, length) == 0)
			return true;
	return false;
}

bool answer_body_is(const struct answer *answer, const char *text)
{
	return answer->body_length == strlen(text) && memcmp(answer->body, text, answer->body_length) == 0;
}

/* ---- recordings ---- */

/* Takes the outcome from the recorder's last line, if there is one. Returns the length without that line. */
static size_t take_exit(struct answer *answer, const char *bytes, size_t length)
{
	static const struct {
		const char *line;
		enum outcome outcome;
	} exits[] = {
		{ "(curl exit 7:", OUTCOME_REFUSED },
		{ "(curl exit 18:", OUTCOME_TRUNCATED },
		{ "(curl exit 28:", OUTCOME_SILENT },
		{ "(curl exit 52:", OUTCOME_CLOSED },
	};
	size_t start = length;

	while (start && bytes[start - 1] == '\n')
		start--;
	while (start && bytes[start - 1] != '\n')
		start--;
	for (size_t i = 0; i < ARRAY_LEN(exits); i++) {
		size_t prefix = strlen(exits[i].line);

		if (length - start >= prefix && memcmp(bytes + start, exits[i].line, prefix) == 0) {
			answer->outcome = exits[i].outcome;
			return start;
		}
	}
	return length;
}

static char *copy_bytes(const char *bytes, size_t length)
{
	char *copy = mem_alloc(length + 1);

	memcpy(copy, bytes, length);
	return copy;
}

/* Where the head ends; *body is where the body starts. NULL: there is no blank line. */
static const char *end_of_head(const char *bytes, size_t length, const char **body)
{
	for (size_t i = 0; i + 1 < length; i++) {
		const char *at = bytes + i;

		if (*at != '\n')
			continue;
		if (at[1] == '\n' || (at[1] == '\r' && i + 2 < length && at[2] == '\n')) {
			*body = at + (at[1] == '\n' ? 2 : 3);
			return at + 1;
		}
	}
	return NULL;
}

/* Reads the status from "HTTP/1.1 200 OK". */
static bool take_status(struct answer *answer, const char *line, size_t length)
{
	char start[16] = "";

	snprintf(start, sizeof(start), "%.*s", (int)(length < 12 ? length : 12), line);
	if (!text_has_prefix(start, "HTTP/1.") || start[8] != ' ')
		return false;
	answer->status = (int)text_number(start + 9, 999);
	return answer->status >= 100;
}

int answer_from_recording(struct answer *answer, const char *bytes, size_t length)
{
	const char *head, *body, *first;

	answer_init(answer);
	length = take_exit(answer, bytes, length);
	answer->bytes_received = (double)length;
	if (!length && answer->outcome != OUTCOME_ANSWERED)
		return 0;
	head = end_of_head(bytes, length, &body);
	if (!head || !take_status(answer, bytes, (size_t)(head - bytes)))
		return -1;
	first = (const char *)memchr(bytes, '\n', length) + 1;
	free(answer->headers);
	free(answer->body);
	answer->headers_length = (size_t)(head - first);
	answer->headers = copy_bytes(first, answer->headers_length);
	answer->body_length = length - (size_t)(body - bytes);
	answer->body = copy_bytes(body, answer->body_length);
	answer_unpack(answer);
	answer_examine(answer);
	return 0;
}
