/* What is measured has three digits: those that are shown. */
#include "probes/base/digits.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void three_digits_are_kept(void **state)
{
	static const double cases[][2] = { { 0, 0 }, { 5358, 5360 }, { 260, 260 }, { 10.728, 10.7 }, { 99.96, 100 },
		{ 0.37521, 0.375 }, { -12.345, -12.3 }, { 0.00012345, 0.000123 }, { 1e30, 1e30 }, { 7, 7 } };

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		double rounded = digits_round(cases[i][0]), wanted = cases[i][1];

		assert_false(rounded < wanted || rounded > wanted); /* as the decimal number is read */
	}
}

static void what_is_no_number_stays_as_it_is(void **state)
{
	(void)state;
	assert_true(isnan(digits_round(NAN)));
	assert_true(isinf(digits_round(INFINITY)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(three_digits_are_kept),
		cmocka_unit_test(what_is_no_number_stays_as_it_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
