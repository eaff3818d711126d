/* Moments: what is a time, what is none, and back. */
#include "probes/base/when.h"

#include "probes/base/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

static void a_time_with_fraction_and_offset_becomes_milliseconds(void **state)
{
	(void)state;
	assert_int_equal(when_parse("2026-11-23T00:45:46.123Z"), INT64_C(1795394746123));
	assert_int_equal(when_parse("2026-11-23T00:45:46.123456789Z"), INT64_C(1795394746123));
	assert_int_equal(when_parse("2026-11-23T00:45:46.1Z"), INT64_C(1795394746100));
	assert_int_equal(when_parse("2026-11-23T02:15:46+01:30"), INT64_C(1795394746000));
	assert_int_equal(when_parse("2026-11-22T19:45:46-05:00"), INT64_C(1795394746000));
	assert_int_equal(when_parse("2024-02-29T00:00:00Z"), INT64_C(1709164800000));
	assert_int_equal(when_parse("1969-12-31T23:59:59Z"), -1000);
}

static void the_zero_time_of_go_is_unknown(void **state)
{
	(void)state;
	assert_int_equal(when_parse("0001-01-01T00:00:00Z"), 0);
}

static void years_up_to_9999_overflow_nothing(void **state)
{
	char text[32];

	(void)state;
	assert_string_equal(when_format(when_parse("2319-03-01T12:00:00.5Z"), text, sizeof(text)),
		"2319-03-01T12:00:00.500Z");
	assert_string_equal(when_format(when_parse("9999-12-31T23:59:59.999Z"), text, sizeof(text)),
		"9999-12-31T23:59:59.999Z");
	when_format(INT64_MIN, text, sizeof(text));
	assert_int_equal(text[strlen(text) - 1], 'Z');
}

static void what_is_no_time_is_unknown(void **state)
{
	static const char *const wrong[] = { "", "now", "2026", "2026-11-23", "2026-11-23T00:45:46",
		"2026-13-01T00:00:00Z", "2026-00-01T00:00:00Z", "2026-02-29T00:00:00Z",
		"2026-04-31T00:00:00Z", "2026-01-00T00:00:00Z", "2026-01-01T24:00:00Z",
		"2026-01-01T00:60:00Z", "2026-01-01T00:00:61Z", "2026-01-01T00:00:00.Z",
		"2026-01-01T00:00:00.1234567890Z", "2026-01-01T00:00:00ZZ", "2026-01-01T00:00:00+1:00",
		"2026-01-01T00:00:00+24:00", "2026-01-01T00:00:00+01", "-026-01-01T00:00:00Z",
		"2026-1-01T00:00:00Z" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(wrong); i++)
		assert_int_equal(when_parse(wrong[i]), 0);
}

static void a_truncated_time_is_unknown(void **state)
{
	static const char whole[] = "2026-11-23T00:45:46.123+01:00";
	char text[sizeof(whole)];

	(void)state;
	for (size_t length = 0; length < sizeof(whole) - 1; length++) {
		memcpy(text, whole, length);
		text[length] = '\0';
		assert_int_equal(when_parse(text), 0);
	}
	assert_true(when_parse(whole) != 0);
}

static void every_day_of_four_centuries_comes_back_as_it_was(void **state)
{
	char text[32];

	(void)state;
	for (int64_t day = -73000; day < 73000; day++) {
		int64_t ms = day * 86400000 + 43200000;

		assert_int_equal(when_parse(when_format(ms, text, sizeof(text))), ms);
	}
}

static void an_unknown_moment_has_no_text(void **state)
{
	char text[32] = "x";

	(void)state;
	assert_string_equal(when_format(0, text, sizeof(text)), "");
	assert_false(when_known((struct when){ .mono_ms = 5 }));
	assert_true(when_known(when_now()));
}

static void an_interval_is_taken_on_the_monotonic_clock(void **state)
{
	struct when then = { 1000, 90000 }, now = { 3500, 10 };

	(void)state;
	assert_int_equal(when_since(then, now), 2500);
}

static void a_clock_that_was_set_and_a_machine_that_slept_are_noticed(void **state)
{
	const struct when then = { 1000000, 5000000 };

	(void)state;
	assert_false(when_jumped(then, (struct when){ 9000000, 13000000 }));
	assert_false(when_jumped(then, (struct when){ 1000000, 5030000 }));
	assert_true(when_jumped(then, (struct when){ 1000000, 5030001 }));
	assert_false(when_jumped(then, (struct when){ 1000000, 4970000 }));
	assert_true(when_jumped(then, (struct when){ 1000000, 4969999 }));
}

/* What is read can be written: in four digits, and not as Go's zero. */
static void what_leads_out_of_those_years_is_no_time(void **state)
{
	char text[32];

	(void)state;
	assert_int_equal(when_parse("9999-12-31T23:59:60.99Z"), 0);
	assert_int_equal(when_parse("9999-12-31T23:59:59-00:01"), 0);
	assert_int_equal(when_parse("0002-01-01T00:00:00+00:01"), 0);
	assert_string_equal(when_format(when_parse("9999-12-31T23:59:59.999+00:01"), text, sizeof(text)),
		"9999-12-31T23:58:59.999Z");
	assert_string_equal(when_format(when_parse("0002-01-01T00:00:00Z"), text, sizeof(text)),
		"0002-01-01T00:00:00.000Z");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_time_with_fraction_and_offset_becomes_milliseconds),
		cmocka_unit_test(the_zero_time_of_go_is_unknown),
		cmocka_unit_test(years_up_to_9999_overflow_nothing),
		cmocka_unit_test(what_leads_out_of_those_years_is_no_time),
		cmocka_unit_test(what_is_no_time_is_unknown),
		cmocka_unit_test(a_truncated_time_is_unknown),
		cmocka_unit_test(every_day_of_four_centuries_comes_back_as_it_was),
		cmocka_unit_test(an_unknown_moment_has_no_text),
		cmocka_unit_test(an_interval_is_taken_on_the_monotonic_clock),
		cmocka_unit_test(a_clock_that_was_set_and_a_machine_that_slept_are_noticed),
	};

	return cmocka_run_group_tests_name("when", tests, NULL, NULL);
}
