/* A ring of samples: percentiles, jitter, age and sparklines. */
#include "probes/model/series.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

static struct when at(int64_t ms)
{
	return (struct when){ 1000000 + ms, 1 };
}

static struct series of(const double *values, size_t count)
{
	struct series series = { .count = 0 };

	for (size_t i = 0; i < count; i++)
		series_add(&series, values[i], at(1000 * (int64_t)i));
	return series;
}

static void nothing_is_known_of_no_samples(void **state)
{
	struct series empty = { .count = 0 };
	float parts[3];

	(void)state;
	assert_true(isnan(series_percentile(&empty, 0.5)));
	assert_true(isnan(series_jitter(&empty)));
	assert_true(isnan(series_age_ms(&empty, at(0))));
	series_spark(&empty, at(0), 3000, parts, 3);
	assert_true(isnan(parts[0]) && isnan(parts[1]) && isnan(parts[2]));
}

static void a_percentile_is_a_sample_that_was_seen(void **state)
{
	static const double values[] = { 5, 1, 4, 2, 3 };
	struct series series = of(values, 5);

	(void)state;
	assert_true(series_percentile(&series, 0) == 1);
	assert_true(series_percentile(&series, 0.5) == 3);
	assert_true(series_percentile(&series, 0.95) == 5);
	assert_true(series_percentile(&series, 1) == 5);
}

static void an_even_number_gives_the_lower_middle(void **state)
{
	static const double values[] = { 4, 1, 3, 2 };
	struct series series = of(values, 4);

	(void)state;
	assert_true(series_percentile(&series, 0.5) == 2);
}

static void an_unknown_sample_is_none(void **state)
{
	static const double values[] = { 1, NAN, 3 };
	struct series series = of(values, 3);

	(void)state;
	assert_int_equal(series.count, 2);
	assert_true(series_jitter(&series) == 2);
}

static void jitter_is_the_mean_step_between_neighbours(void **state)
{
	static const double values[] = { 1, 4, 2, 2 };
	struct series series = of(values, 4), one = of(values, 1);

	(void)state;
	assert_true(fabs(series_jitter(&series) - 5.0 / 3) < 1e-9);
	assert_true(isnan(series_jitter(&one)));
}

static void a_full_ring_forgets_the_oldest(void **state)
{
	struct series series = { .count = 0 };

	(void)state;
	for (int i = 0; i < SERIES_MAX + 10; i++)
		series_add(&series, i, at(i));
	assert_int_equal(series.count, SERIES_MAX);
	assert_true(series_percentile(&series, 0) == 10);
	assert_true(series_percentile(&series, 1) == SERIES_MAX + 9);
	assert_true(series_jitter(&series) == 1);
	assert_true(series_age_ms(&series, at(SERIES_MAX + 19)) == 10);
}

static void a_sparkline_is_means_of_equal_parts(void **state)
{
	struct series series = { .count = 0 };
	float parts[4];

	(void)state;
	series_add(&series, 100, at(0)); /* as old as the span: outside */
	series_add(&series, 2, at(500));
	series_add(&series, 4, at(1000));
	series_add(&series, 8, at(1001));
	series_add(&series, 16, at(4000)); /* now: inside */
	series_spark(&series, at(4000), 4000, parts, 4);
	assert_true(parts[0] == 3);
	assert_true(parts[1] == 8);
	assert_true(isnan(parts[2]));
	assert_true(parts[3] == 16);
}

static void the_latest_sample_is_known_while_it_is_recent(void **state)
{
	static const double values[] = { 5, 7 };
	struct series series = of(values, 2), empty = { .count = 0 };

	(void)state;
	assert_true(isnan(series_last(&empty, at(0), 1000)));
	assert_true(series_last(&series, at(1000), 0) == 7);
	assert_true(series_last(&series, at(3000), 2000) == 7);
	assert_true(isnan(series_last(&series, at(3001), 2000)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_is_known_of_no_samples),
		cmocka_unit_test(a_percentile_is_a_sample_that_was_seen),
		cmocka_unit_test(an_even_number_gives_the_lower_middle),
		cmocka_unit_test(an_unknown_sample_is_none),
		cmocka_unit_test(jitter_is_the_mean_step_between_neighbours),
		cmocka_unit_test(a_full_ring_forgets_the_oldest),
		cmocka_unit_test(a_sparkline_is_means_of_equal_parts),
		cmocka_unit_test(the_latest_sample_is_known_while_it_is_recent),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
