/* The bar of a latency and its legend: what is known is in them, at any width, and nothing else is. */
#include "tui/views/latency.h"

#include "probes/base/mem.h"
#include "probes/base/text.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define WIDEST 420
#define HEIGHT 20

static const float spark[] = { 1, 20, 300, NAN, 5 };
static const float no_answers[] = { NAN, NAN };
static const struct endpoint unknown = {
	.latency = { NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, "" },
};

static const struct snapshot snapshot = { .spark_span_ms = SPARK_SPAN_MS };

/* All lines, each ended by a newline. */
static char *written(const struct endpoint *endpoint, int width, bool is_ascii)
{
	static char text[HEIGHT * 4 * (WIDEST + 1)];
	struct canvas *canvas = canvas_new(WIDEST, HEIGHT, is_ascii);
	struct page *page = page_new(width);
	char line[4 * WIDEST + 1];

	latency_write(&snapshot, endpoint, true, page);
	assert_true(page_lines(page) <= HEIGHT);
	page_draw(page, canvas, 0, 0, HEIGHT, 0);
	text[0] = '\0';
	for (size_t i = 0; i < page_lines(page); i++) {
		canvas_row_text(canvas, (int)i, line, sizeof(line));
		if (text_cells(line) > width)
			fail_msg("at %d cells: %s", width, line);
		text_add(text, sizeof(text), "%s\n", line);
	}
	page_free(page);
	canvas_free(canvas);
	return text;
}

static size_t count_of(const char *text, char glyph)
{
	size_t count = 0;

	for (; *text; text++)
		count += *text == glyph;
	return count;
}

static void what_was_not_measured_takes_no_room(void **state)
{
	struct endpoint endpoint = unknown;

	(void)state;
	assert_string_equal(written(&endpoint, 80, false), "");
	endpoint.spark = no_answers;
	endpoint.spark_count = ARRAY_LEN(no_answers);
	assert_string_equal(written(&endpoint, 80, false), "");
	endpoint.spark_count = 0;
	endpoint.latency.server_ms = 9;
	assert_string_equal(written(&endpoint, 24, true), "\nLATENCY\n"
							  "  ######################\n"
							  "  # server 9.0 ms\n");
}

static void each_part_has_its_share_its_pattern_and_its_milliseconds(void **state)
{
	struct endpoint endpoint = unknown;

	(void)state;
	endpoint.latency = (struct latency){ 10, 20, 30, 40, 50, 50, NAN, 21, "of about 200 ms" };
	assert_string_equal(written(&endpoint, 42, true), "\nLATENCY\n"
							  "  ..::::++++++########||||||||||==========\n"
							  "  . path 10 ms  : connect 20 ms\n"
							  "  + TLS 30 ms  # server 40 ms\n"
							  "  | queue 50 ms  = prefill 50 ms\n"
							  "  decode 21 ms/token\n"
							  "  of about 200 ms\n");
	assert_string_equal(written(&endpoint, 42, false), "\nLATENCY\n"
							   "  ░░▒▒▒▒▓▓▓▓▓▓████████▐▐▐▐▐▐▐▐▐▐▀▀▀▀▀▀▀▀▀▀\n"
							   "  ░ path 10 ms  ▒ connect 20 ms\n"
							   "  ▓ TLS 30 ms  █ server 40 ms\n"
							   "  ▐ queue 50 ms  ▀ prefill 50 ms\n"
							   "  decode 21 ms/token\n"
							   "  of about 200 ms\n");
}

static void what_is_too_small_for_a_cell_is_told(void **state)
{
	struct endpoint endpoint = unknown;

	(void)state;
	endpoint.latency.path_ms = 0.1;
	endpoint.latency.server_ms = 0;
	endpoint.latency.queue_ms = 1000;
	assert_string_equal(written(&endpoint, 60, true),
		"\nLATENCY\n"
		"  ||||||||||||||||||||||||||||||||||||||||||||||||||||||||||\n"
		"  . path 0.10 ms  # server 0.00 ms  | queue 1000 ms\n");
}

static void an_engine_that_tells_queue_and_prompt_together_has_one_part(void **state)
{
	struct endpoint endpoint = unknown;

	(void)state;
	endpoint.latency.engine_ms = 300;
	endpoint.latency.server_ms = 100;
	assert_string_equal(written(&endpoint, 42, true), "\nLATENCY\n"
							  "  ##########==============================\n"
							  "  # server 100 ms\n"
							  "  = queue and prefill 300 ms\n");
	endpoint.latency.engine_ms = NAN;
	endpoint.latency.prefill_ms = 300;
	assert_null(strstr(written(&endpoint, 42, true), "queue"));
}

static void tokens_alone_make_no_bar(void **state)
{
	struct endpoint endpoint = unknown;

	(void)state;
	endpoint.latency.token_ms = 4.2;
	assert_string_equal(written(&endpoint, 42, false), "\nLATENCY\n  decode 4.2 ms/token\n");
}

static void no_line_is_too_long_and_the_bar_is_always_whole(void **state)
{
	struct endpoint endpoint = unknown;

	(void)state;
	endpoint.latency = (struct latency){
		3.3, 0.7, 11, 7.7, 123456, 98765, NAN, 21,
		"The engine's queue is the largest part: 123456 of about 222243 ms to the first token (56 %)"
	};
	endpoint.spark = spark;
	endpoint.spark_count = ARRAY_LEN(spark);
	for (int width = 38; width <= 322; width++) {
		char *bar = strstr(written(&endpoint, width, true), "LATENCY") + strlen("LATENCY\n");

		*strchr(bar, '\n') = '\0';
		assert_int_equal(strlen(bar), width);
		assert_int_equal(count_of(bar, ' '), 2);
	}
	written(&endpoint, WIDEST, true);
}

static void each_part_has_a_role_of_its_own(void **state)
{
	struct canvas *canvas = canvas_new(82, HEIGHT, false);
	struct page *page = page_new(82);
	struct endpoint endpoint = unknown;

	(void)state;
	endpoint.latency = (struct latency){ 1, 1, 1, 1, 1, 1, NAN, NAN, "" };
	latency_write(&snapshot, &endpoint, true, page);
	page_draw(page, canvas, 0, 0, HEIGHT, 0);
	for (int i = 1; i < 6; i++) {
		const struct cell *row = canvas_row(canvas, 2);
		int middle = 2 + i * 80 / 6 + 6;

		assert_int_equal(row[middle].role, ROLE_BAR_PATH + i);
		assert_int_not_equal(row[middle].character, row[middle - 80 / 6].character);
	}
	page_free(page);
	canvas_free(canvas);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_not_measured_takes_no_room),
		cmocka_unit_test(each_part_has_its_share_its_pattern_and_its_milliseconds),
		cmocka_unit_test(what_is_too_small_for_a_cell_is_told),
		cmocka_unit_test(an_engine_that_tells_queue_and_prompt_together_has_one_part),
		cmocka_unit_test(tokens_alone_make_no_bar),
		cmocka_unit_test(no_line_is_too_long_and_the_bar_is_always_whole),
		cmocka_unit_test(each_part_has_a_role_of_its_own),
	};

	return cmocka_run_group_tests_name("anatomy", tests, NULL, NULL);
}
