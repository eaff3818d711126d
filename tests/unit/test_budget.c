/* What this process may have open decides how much it asks at once. */
#include "probes/io/budget.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <sys/resource.h>
#include <cmocka.h>

static struct rlimit before;

static int keep_limit(void **state)
{
	(void)state;
	return getrlimit(RLIMIT_NOFILE, &before);
}

static int restore_limit(void **state)
{
	(void)state;
	return setrlimit(RLIMIT_NOFILE, &before);
}

static void limit(rlim_t files)
{
	const struct rlimit limit = { .rlim_cur = files, .rlim_max = before.rlim_max };

	assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
}

/* A connection may take three descriptors, and 32 are kept for the rest of the program. */
static void all_connections_together_stay_below_the_limit(void **state)
{
	static const rlim_t limits[] = { 16, 32, 40, 64, 100, 256, 512, 1000 };

	(void)state;
	for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
		limit(limits[i]);
		assert_true(budget_talking() >= 1 && budget_kept() >= 1);
		if (limits[i] >= 40)
			assert_true(3 * (budget_talking() + budget_kept()) + 32 <= limits[i]);
	}
}

static void with_plenty_it_is_as_many_as_are_useful(void **state)
{
	(void)state;
	limit(1024);
	assert_int_equal(budget_talking(), 64);
	assert_int_equal(budget_kept(), 256);
}

static void the_soft_limit_is_raised_to_the_hard_one(void **state)
{
	struct rlimit now;

	(void)state;
	limit(64);
	budget_raise();
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &now), 0);
	assert_int_equal(now.rlim_cur, before.rlim_max);
}

static void only_what_this_machine_lacks_counts(void **state)
{
	static const int own[] = { EMFILE, ENFILE, ENOMEM, ENOBUFS, EADDRNOTAVAIL },
			 others[] = { 0, ECONNREFUSED, ETIMEDOUT, EHOSTUNREACH, ENETUNREACH, EACCES, EPERM };

	(void)state;
	for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++)
		assert_true(budget_is_spent(own[i]));
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		assert_false(budget_is_spent(others[i]));
}

#define LIMITED(test) cmocka_unit_test_setup_teardown(test, keep_limit, restore_limit)

int main(void)
{
	const struct CMUnitTest tests[] = {
		LIMITED(all_connections_together_stay_below_the_limit),
		LIMITED(with_plenty_it_is_as_many_as_are_useful),
		LIMITED(the_soft_limit_is_raised_to_the_hard_one),
		cmocka_unit_test(only_what_this_machine_lacks_counts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
