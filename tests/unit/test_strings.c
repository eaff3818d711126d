/* A list of texts keeps copies, finds them, and forgets them. */
#include "probes/base/strings.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

static void what_was_added_is_there_and_nothing_else(void **state)
{
	struct strings strings = { NULL, 0, 0 };
	char text[8];

	(void)state;
	assert_false(strings_has(&strings, ""));
	for (int i = 0; i < 20; i++) {
		snprintf(text, sizeof(text), "gpu%d", i);
		strings_add(&strings, text);
	}
	assert_int_equal(strings.count, 20);
	assert_true(strings_has(&strings, "gpu0") && strings_has(&strings, "gpu19"));
	assert_false(strings_has(&strings, "gpu") || strings_has(&strings, "GPU1"));
	strings_fini(&strings);
}

static void a_list_is_used_again_when_it_was_forgotten_or_ended(void **state)
{
	struct strings strings = { NULL, 0, 0 };

	(void)state;
	for (int turn = 0; turn < 2; turn++) {
		strings_add(&strings, "gpu1");
		strings_forget(&strings);
		assert_int_equal(strings.count, 0);
		assert_false(strings_has(&strings, "gpu1"));
		strings_add(&strings, "gpu2");
		assert_string_equal(strings.items[0], "gpu2");
		strings_fini(&strings);
		assert_true(!strings.items && !strings.count && !strings.room);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_added_is_there_and_nothing_else),
		cmocka_unit_test(a_list_is_used_again_when_it_was_forgotten_or_ended),
	};

	return cmocka_run_group_tests_name("strings", tests, NULL, NULL);
}
