/* The checks of the fuzz targets see what they are there for: each is given what must not pass. */
#include "tests/fuzz/fuzz.h"

#include "probes/base/mem.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

typedef void text_check_fn(const char *text);

/* Whether that ends a program. */
static bool ends(text_check_fn *checked, const char *text)
{
	int status = 0;
	pid_t child = fork();

	if (!child) {
		signal(SIGABRT, SIG_DFL);
		if (!freopen("/dev/null", "w", stderr))
			_exit(2);
		checked(text);
		_exit(0);
	}
	assert_true(child > 0 && waitpid(child, &status, 0) == child);
	assert_true(WIFSIGNALED(status) || WEXITSTATUS(status) == 0);
	return WIFSIGNALED(status);
}

static void of_text(const char *text)
{
	check_text(text, 12);
}

static void of_printed(const char *text)
{
	check_printed(text, strlen(text));
}

static void of_json(const char *text)
{
	check_json(text, strlen(text));
}

static void assert_all(text_check_fn *checked, const char *const *texts, bool wanted)
{
	for (; *texts; texts++)
		if (ends(checked, *texts) != wanted)
			fail_msg("%s was %s", *texts, wanted ? "let through" : "refused");
}

static void a_text_is_clean_and_under_its_cap(void **state)
{
	static const char *const good[] = { "", "plain", "gr\xc3\xbc\xc3\x9f", "\xf0\x9f\x98\x80", NULL };
	static const char *const bad[] = { "a\nb", "\x1b[31m", "\x7f", "\xc2\x85", "\xe2\x80\xae",
		"\xe2\x80\x8b", "\xef\xbb\xbf", "\xff", "\xc3", "\xc0\x80", "\xed\xa0\x80",
		"\xf4\x90\x80\x80", "more than twelve", NULL };

	(void)state;
	assert_all(of_text, good, false);
	assert_all(of_text, bad, true);
}

static void what_is_printed_may_have_lines_and_nothing_else(void **state)
{
	static const char *const good[] = { "two\nlines\n", NULL };
	static const char *const bad[] = { "a\tb", "a\rb", "\x1b[0m", NULL };

	(void)state;
	assert_all(of_printed, good, false);
	assert_all(of_printed, bad, true);
}

static void json_reads_back(void **state)
{
	static const char *const good[] = { "{\n\t\"a\": 1\n}\n", "[]", NULL };
	static const char *const bad[] = { "", "{", "{\"a\":nan}", "{\"a\":\"\x1b\"}", "[\"\xc2\x9b\"]",
		NULL };

	(void)state;
	assert_all(of_json, good, false);
	assert_all(of_json, bad, true);
}

static void an_input_is_cut_into_sections(void **state)
{
	const char *text = "before\n@@ one two\nbody\n@@not\n@@ three\n@@ four", *at = text;
	static const char *const expected[][2] = { { "", "before\n" }, { "one two", "body\n@@not\n" },
		{ "three", "" }, { "four", "" } };
	size_t left = strlen(text), count = 0;
	struct section section;

	(void)state;
	for (; fuzz_section(&section, &at, &left); count++) {
		assert_true(count < ARRAY_LEN(expected));
		assert_int_equal(section.words_length, strlen(expected[count][0]));
		assert_memory_equal(section.words, expected[count][0], section.words_length);
		assert_int_equal(section.length, strlen(expected[count][1]));
		assert_memory_equal(section.body, expected[count][1], section.length);
	}
	assert_int_equal(count, ARRAY_LEN(expected));
	assert_int_equal(left, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_text_is_clean_and_under_its_cap),
		cmocka_unit_test(what_is_printed_may_have_lines_and_nothing_else),
		cmocka_unit_test(json_reads_back),
		cmocka_unit_test(an_input_is_cut_into_sections),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
