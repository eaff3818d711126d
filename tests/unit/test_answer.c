/* Bytes into answers: headers, shapes of bodies, and what a recording tells. */
#include "probes/io/answer.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "probes/base/mem.h"
#include "tests/unit/played.h"

static enum body_shape shape(const char *type, const char *body, size_t length)
{
	struct answer answer;
	char headers[128] = "";
	enum body_shape found;

	if (type) {
		strcpy(headers, "Content-Type: ");
		strcat(headers, type);
		strcat(headers, "\n");
	}
	played_make(&answer, 200, headers, body, length);
	found = answer.shape;
	assert_int_equal(answer.json != NULL, found == BODY_JSON);
	answer_fini(&answer);
	return found;
}

static void the_shape_of_a_body_is_told_by_its_bytes(void **state)
{
	static const struct {
		const char *type, *body;
		enum body_shape shape;
	} rows[] = {
		{ NULL, "", BODY_EMPTY },
		{ "application/json", "", BODY_EMPTY },
		{ "application/json", "{\"a\":1}", BODY_JSON },
		{ NULL, " \n[1]", BODY_JSON },
		{ "application/json", "\"I'm alive!\"", BODY_JSON },
		{ "text/plain", "\"I'm alive!\"", BODY_TEXT },
		{ "application/problem+json", "7", BODY_JSON },
		{ "text/plain", "7", BODY_TEXT },
		{ "application/json", "Not Found", BODY_BROKEN_JSON },
		{ NULL, "{\"a\":", BODY_BROKEN_JSON },
		{ "application/json", "\n <!doctype html>", BODY_HTML },
		{ "text/html", "OK", BODY_TEXT },
		{ NULL, "\033[1mcoloured", BODY_TEXT },
		{ NULL, "\001\002", BODY_BINARY },
		{ "application/json", "{\"a\":\001}", BODY_BINARY },
		{ "text/plain", "\xef\xbb\xbf{\"a\":1}", BODY_JSON },
		{ NULL, "\xef\xbb\xbf", BODY_EMPTY },
		{ NULL, "\xef\xbb", BODY_TEXT },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		assert_int_equal(shape(rows[i].type, rows[i].body, strlen(rows[i].body)), rows[i].shape);
}

static void a_nul_anywhere_makes_a_body_binary(void **state)
{
	char *body = mem_alloc(10000);

	(void)state;
	memset(body, 'x', 10000);
	assert_int_equal(shape(NULL, body, 10000), BODY_TEXT);
	body[9999] = '\0';
	assert_int_equal(shape(NULL, body, 10000), BODY_BINARY);
	free(body);
}

static void too_many_values_are_not_called_broken(void **state)
{
	size_t count = JSON_VALUES_MAX + 10;
	char *body = mem_alloc(count * 2 + 2);

	(void)state;
	body[0] = '[';
	for (size_t i = 0; i < count; i++)
		memcpy(body + 1 + i * 2, "1,", 2);
	body[count * 2] = ']';
	assert_int_equal(shape(NULL, body, count * 2 + 1), BODY_BIG_JSON);
	free(body);
}

static void examining_twice_is_examining_once(void **state)
{
	struct answer answer;

	(void)state;
	played_make(&answer, 200, "", "{}", 2);
	answer_examine(&answer);
	assert_int_equal(answer.shape, BODY_JSON);
	answer_fini(&answer);
}

/* {"data":[{"id":"m"}]} */
#define GZIP                                                                                                 \
	"\x1f\x8b\x08\0\0\0\0\0\x02\x03\xab\x56\x4a\x49\x2c\x49\x54\xb2\x8a\xae\x56\xca\x4c\x51\xb2\x52\xca" \
	"\x55\xaa\x8d\xad\x05\0\x4d\x41\x7e\x16\x15\0\0\0"
#define ZLIB                                                                                                 \
	"\x78\x9c\xab\x56\x4a\x49\x2c\x49\x54\xb2\x8a\xae\x56\xca\x4c\x51\xb2\x52\xca\x55\xaa\x8d\xad\x05\0" \
	"\x4a\x40\x06\xbd"
#define HEAD "HTTP/1.1 200 OK\r\n"

static void a_body_that_came_compressed_is_unpacked(void **state)
{
	static const struct {
		const char *bytes;
		size_t length;
		enum body_shape shape;
	} rows[] = {
#define ROW(bytes, shape) { bytes, sizeof(bytes) - 1, shape }
		ROW(HEAD "Content-Encoding: gzip\r\n\r\n" GZIP, BODY_JSON),
		ROW(HEAD "\r\n" GZIP, BODY_JSON),
		ROW(HEAD "Content-Encoding: deflate\r\n\r\n" ZLIB, BODY_JSON),
		ROW(HEAD "Content-Encoding: gzip\r\n\r\n{\"data\":[]}", BODY_JSON),
		ROW(HEAD "Content-Encoding: deflate\r\n\r\n{\"data\":[]}", BODY_JSON),
		ROW(HEAD "Content-Encoding: gzip\r\n\r\n\x1f\x8b\x08\0\0\0\0\0\x02\x03\xab", BODY_PACKED),
		ROW(HEAD "Content-Encoding: br\r\n\r\n\x0b\x01\x80", BODY_PACKED),
		ROW(HEAD "Content-Encoding: identity\r\n\r\n\x0b\x01\x80", BODY_BINARY),
#undef ROW
	};
	struct answer answer;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		assert_int_equal(answer_from_recording(&answer, rows[i].bytes, rows[i].length), 0);
		if (answer.shape != rows[i].shape)
			fail_msg("row %zu has the shape %d", i, answer.shape);
		answer_fini(&answer);
	}
}

static void headers_are_found_without_case_and_every_line_counts(void **state)
{
	struct answer answer;
	char value[64];

	(void)state;
	played_make(&answer, 200, "server:  Caddy \r\nServer-Timing: x\nEmpty:\nSERVER:\tllama.cpp\n", "", 0);
	assert_string_equal(answer_header(&answer, "Server", value, sizeof(value)), "Caddy, llama.cpp");
	assert_true(answer_header_is(&answer, "server", "caddy, LLAMA.CPP"));
	assert_false(answer_header_is(&answer, "server", "llama.cpp"));
	assert_true(answer_header_has(&answer, "Server", "LLaMA"));
	assert_false(answer_header_has(&answer, "Serve", "Caddy"));
	assert_true(answer_has_header(&answer, "empty"));
	assert_string_equal(answer_header(&answer, "empty", value, sizeof(value)), "");
	assert_false(answer_has_header(&answer, "Date"));
	answer_fini(&answer);
}

static void a_long_header_is_cut_to_the_room_there_is(void **state)
{
	struct answer answer;
	char value[8];

	(void)state;
	played_make(&answer, 200, "A: 0123456789\nA: abc\n", "", 0);
	assert_string_equal(answer_header(&answer, "a", value, sizeof(value)), "0123456");
	answer_fini(&answer);
}

static void a_body_is_searched_in_its_first_four_kilobytes(void **state)
{
	struct answer answer;
	char *body = mem_alloc(8192);

	(void)state;
	memset(body, '-', 8192);
	memcpy(body + 4090, "needle", 6);
	played_make(&answer, 200, "", body, 8192);
	assert_true(answer_body_has(&answer, "needle"));
	assert_false(answer_body_is(&answer, "needle"));
	answer_fini(&answer);
	memset(body, '-', 8192);
	memcpy(body + 4091, "needle", 6);
	played_make(&answer, 200, "", body, 8192);
	assert_false(answer_body_has(&answer, "needle"));
	answer_fini(&answer);
	free(body);
}

static void a_recording_becomes_an_answer(void **state)
{
	struct answer answer;

	(void)state;
	played_load(&answer, "caddy-2.6.2/engine-ready/root");
	assert_int_equal(answer.outcome, OUTCOME_ANSWERED);
	assert_int_equal(answer.status, 404);
	assert_true(answer_header_is(&answer, "Server", "Caddy, llama.cpp"));
	assert_int_equal(answer.body_length, 74);
	assert_int_equal(answer.shape, BODY_JSON);
	assert_true(isnan(answer.ttfb_ms));
	answer_fini(&answer);
	played_load(&answer, "mlx-lm-0.32.2/ready-idle/root");
	assert_int_equal(answer.status, 404);
	assert_int_equal(answer.shape, BODY_BROKEN_JSON);
	answer_fini(&answer);
}

static void the_recorders_last_line_is_the_outcome(void **state)
{
	static const struct {
		const char *bytes;
		enum outcome outcome;
		int status;
		const char *body;
	} rows[] = {
		{ "(curl exit 7: no complete answer within 6s; 0 bytes received)\n", OUTCOME_REFUSED, 0, "" },
		{ "(curl exit 28: no complete answer within 2s; 0 bytes received)\n", OUTCOME_SILENT, 0, "" },
		{ "(curl exit 52: no complete answer within 6s; 0 bytes received)", OUTCOME_CLOSED, 0, "" },
		{ "HTTP/1.1 200 OK\r\nA: b\r\n\r\ndata\n(curl exit 18: connection closed)\n",
			OUTCOME_TRUNCATED, 200, "data\n" },
		{ "HTTP/1.0 204 No Content\n\n", OUTCOME_ANSWERED, 204, "" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct answer answer;

		assert_int_equal(answer_from_recording(&answer, rows[i].bytes, strlen(rows[i].bytes)), 0);
		assert_int_equal(answer.outcome, rows[i].outcome);
		assert_int_equal(answer.status, rows[i].status);
		assert_true(answer_body_is(&answer, rows[i].body));
		answer_fini(&answer);
	}
}

static void what_is_neither_is_refused(void **state)
{
	static const char *const rows[] = {
		"",
		"\n",
		"hello",
		"HTTP/1.1 200 OK\r\n",
		"HTTP/1.1 99 Odd\r\n\r\n",
		"HTTP/1.1 abc\r\n\r\n",
		"HTTP/2 200\r\n\r\n",
		"SSH-2.0-x\r\n\r\n",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct answer answer;

		assert_int_equal(answer_from_recording(&answer, rows[i], strlen(rows[i])), -1);
		answer_fini(&answer);
	}
}

static void a_recording_may_end_anywhere(void **state)
{
	static const char whole[] = "HTTP/1.1 200 OK\r\nServer: a\r\n\r\n{\"a\":1}\n(curl exit 18: x)\n";
	char *part;

	(void)state;
	for (size_t length = 0; length < sizeof(whole); length++) {
		struct answer answer;

		part = mem_alloc(length ? length : 1);
		memcpy(part, whole, length);
		if (answer_from_recording(&answer, part, length) == 0)
			assert_int_equal(answer.status, 200);
		answer_fini(&answer);
		free(part);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_shape_of_a_body_is_told_by_its_bytes),
		cmocka_unit_test(a_nul_anywhere_makes_a_body_binary),
		cmocka_unit_test(too_many_values_are_not_called_broken),
		cmocka_unit_test(examining_twice_is_examining_once),
		cmocka_unit_test(a_body_that_came_compressed_is_unpacked),
		cmocka_unit_test(headers_are_found_without_case_and_every_line_counts),
		cmocka_unit_test(a_long_header_is_cut_to_the_room_there_is),
		cmocka_unit_test(a_body_is_searched_in_its_first_four_kilobytes),
		cmocka_unit_test(a_recording_becomes_an_answer),
		cmocka_unit_test(the_recorders_last_line_is_the_outcome),
		cmocka_unit_test(what_is_neither_is_refused),
		cmocka_unit_test(a_recording_may_end_anywhere),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
