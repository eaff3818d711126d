/* When an endpoint is asked again. */
#include "probes/endpoints/worker.h"

#include "probes/base/mem.h"
#include "probes/model/settings.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

static int64_t gap_after(unsigned failures)
{
	const struct settings settings = { .period_s = 2 };
	const struct worker_world world = { .settings = &settings };
	const struct worker worker = {
		.world = &world, .spec = { .url = "http://gpu1:8080" }, .failures = failures
	};

	return worker_gap(&worker);
}

/* Up to a tenth more or less, so that endpoints that began together drift apart. */
static void assert_about(int64_t ms, int64_t expected)
{
	assert_true(ms >= expected * 9 / 10 && ms <= expected * 11 / 10);
}

static void a_server_that_is_well_is_asked_every_five_periods(void **state)
{
	(void)state;
	assert_about(gap_after(0), 10000);
	assert_about(gap_after(1), 10000);
}

static void one_that_fails_is_asked_ever_more_rarely_and_never_less_than_once_a_minute(void **state)
{
	(void)state;
	assert_about(gap_after(2), 20000);
	assert_about(gap_after(3), 40000);
	assert_int_equal(gap_after(4), 60000);
	assert_int_equal(gap_after(1000000), 60000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_server_that_is_well_is_asked_every_five_periods),
		cmocka_unit_test(one_that_fails_is_asked_ever_more_rarely_and_never_less_than_once_a_minute),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
