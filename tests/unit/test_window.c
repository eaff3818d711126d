/* Percentiles of the last two minutes, from a histogram that only ever grows. */
#include "probes/model/window.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static struct window window;

static int forget(void **state)
{
	(void)state;
	window_forget(&window);
	return 0;
}

static struct when at(int seconds)
{
	return (struct when){ 1000000 + seconds * 1000, 1795394746000 + seconds * 1000 };
}

/* Cumulative counts of the buckets up to 0.1 s, 1 s, 10 s and beyond. */
static void counts(int seconds, double tenth, double one, double ten, double all)
{
	const struct obs_histogram histogram = {
		.count = 4, .bounds = { 0.1, 1, 10, INFINITY }, .counts = { tenth, one, ten, all }
	};

	window_add(&window, &histogram, at(seconds));
}

#define assert_near(value, expected) assert_float_equal(value, expected, 1e-9)

static void one_poll_tells_nothing_of_now(void **state)
{
	(void)state;
	assert_true(isnan(window_percentile(NULL, 0.5, at(0))));
	assert_true(isnan(window_percentile(&window, 0.5, at(0))));
	counts(0, 100, 200, 300, 300);
	assert_true(isnan(window_percentile(&window, 0.5, at(0))));
	assert_true(window_samples(&window, at(0)) == 0);
}

static void a_percentile_lies_within_its_bucket(void **state)
{
	(void)state;
	counts(0, 100, 200, 300, 300);
	counts(10, 110, 220, 320, 320);
	assert_true(window_samples(&window, at(10)) == 20);
	assert_near(window_percentile(&window, 0.5, at(10)), 0.1);
	assert_near(window_percentile(&window, 0.25, at(10)), 0.05);
	assert_near(window_percentile(&window, 0.75, at(10)), 0.55);
	assert_near(window_percentile(&window, 1, at(10)), 1);
}

static void what_no_bucket_bounds_is_at_least_the_last_bound(void **state)
{
	(void)state;
	counts(0, 0, 0, 0, 0);
	counts(10, 0, 0, 5, 10);
	assert_near(window_percentile(&window, 0.5, at(10)), 10);
	assert_near(window_percentile(&window, 0.95, at(10)), 10);
}

static void a_few_samples_say_nothing(void **state)
{
	(void)state;
	counts(0, 0, 0, 0, 0);
	counts(10, 4, 4, 4, 4);
	assert_true(isnan(window_percentile(&window, 0.5, at(10))));
	counts(20, 5, 5, 5, 5);
	assert_false(isnan(window_percentile(&window, 0.5, at(20))));
}

static void what_was_two_minutes_ago_counts_no_more(void **state)
{
	(void)state;
	counts(0, 0, 0, 0, 0);
	counts(10, 0, 100, 100, 100);
	for (int t = 20; t <= 120; t += 10)
		counts(t, t / 10, 100 + t / 10, 100 + t / 10, 100 + t / 10);
	assert_true(window_samples(&window, at(120)) == 112);
	assert_true(window_percentile(&window, 0.5, at(120)) > 0.1);
	for (int t = 130; t <= 140; t += 10)
		counts(t, t / 10, 100 + t / 10, 100 + t / 10, 100 + t / 10);
	assert_true(window_samples(&window, at(140)) == 12);
	assert_true(window_percentile(&window, 0.5, at(140)) <= 0.1);
	assert_true(isnan(window_percentile(&window, 0.5, at(400))));
}

static void quick_polls_reach_as_far_back(void **state)
{
	(void)state;
	counts(0, 0, 0, 0, 0);
	for (int t = 1; t <= 120; t++)
		counts(t, t, t, t, t);
	assert_true(window_samples(&window, at(120)) >= 108);
	assert_true(window_samples(&window, at(120)) <= 120);
}

static void another_process_begins_anew(void **state)
{
	(void)state;
	counts(0, 100, 100, 100, 100);
	counts(10, 200, 200, 200, 200);
	counts(20, 5, 205, 205, 205);
	assert_true(window_samples(&window, at(20)) == 0);
	counts(30, 10, 215, 215, 215);
	assert_true(window_samples(&window, at(30)) == 10);
}

static void other_buckets_begin_anew(void **state)
{
	const struct obs_histogram other = {
		.count = 4, .bounds = { 0.2, 1, 10, INFINITY }, .counts = { 300, 300, 300, 300 }
	};

	(void)state;
	counts(0, 100, 100, 100, 100);
	counts(10, 200, 200, 200, 200);
	window_add(&window, &other, at(20));
	assert_true(window_samples(&window, at(20)) == 0);
}

#define WINDOW(test) cmocka_unit_test_teardown(test, forget)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WINDOW(one_poll_tells_nothing_of_now),
		WINDOW(a_percentile_lies_within_its_bucket),
		WINDOW(what_no_bucket_bounds_is_at_least_the_last_bound),
		WINDOW(a_few_samples_say_nothing),
		WINDOW(what_was_two_minutes_ago_counts_no_more),
		WINDOW(quick_polls_reach_as_far_back),
		WINDOW(another_process_begins_anew),
		WINDOW(other_buckets_begin_anew),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
