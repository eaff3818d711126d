/* What is asked once and then left alone, and what is looked at again. */
#include "probes/endpoints/left_alone.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

static void what_answers_well_and_is_no_server_stays_none(void **state)
{
	(void)state;
	assert_true(left_alone_is_final(FOUND_PORT, OUTCOME_ANSWERED, 200));
	assert_true(left_alone_is_final(FOUND_PORT, OUTCOME_ANSWERED, 404));
}

/* A proxy says 502 until the engine behind it has started. */
static void what_fails_or_is_silent_may_become_one(void **state)
{
	(void)state;
	assert_false(left_alone_is_final(FOUND_PORT, OUTCOME_ANSWERED, 500));
	assert_false(left_alone_is_final(FOUND_PORT, OUTCOME_ANSWERED, 502));
	assert_false(left_alone_is_final(FOUND_PORT, OUTCOME_ANSWERED, 599));
	assert_false(left_alone_is_final(FOUND_PORT, OUTCOME_REFUSED, 0));
	assert_false(left_alone_is_final(FOUND_PORT, OUTCOME_SILENT, 0));
}

static void a_service_is_asked_once(void **state)
{
	(void)state;
	assert_true(left_alone_is_final(FOUND_SERVICE, OUTCOME_ANSWERED, 502));
	assert_true(left_alone_is_final(FOUND_SERVICE, OUTCOME_REFUSED, 0));
}

static void what_was_added_is_left_alone_until_it_is_forgotten(void **state)
{
	struct left_alone left_alone = { 0 };

	(void)state;
	left_alone_add(&left_alone, "http://gpu1:8080");
	left_alone_add(&left_alone, "http://gpu1:8080");
	assert_int_equal(left_alone.urls.count, 1);
	assert_true(left_alone_has(&left_alone, "http://gpu1:8080"));
	assert_false(left_alone_has(&left_alone, "http://gpu1:8081"));
	left_alone_forget(&left_alone);
	assert_false(left_alone_has(&left_alone, "http://gpu1:8080"));
	left_alone_fini(&left_alone);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_answers_well_and_is_no_server_stays_none),
		cmocka_unit_test(what_fails_or_is_silent_may_become_one),
		cmocka_unit_test(a_service_is_asked_once),
		cmocka_unit_test(what_was_added_is_left_alone_until_it_is_forgotten),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
