/* A key never comes back out of what a server says. */
#include "probes/io/secret.h"

#include "probes/base/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define KEY "sk-5ecret/a&b"

static void assert_hidden(const char *key, const char *text, const char *expected)
{
	char copy[256];

	snprintf(copy, sizeof(copy), "%s", text);
	secret_hide(copy, strlen(copy), key);
	assert_string_equal(copy, expected);
}

static void a_key_is_overwritten_wherever_it_stands(void **state)
{
	(void)state;
	assert_hidden(KEY, "oops Authorization: Bearer sk-5ecret/a&b\n",
		"oops Authorization: Bearer *************\n");
	assert_hidden(KEY, "sk-5ecret/a&bsk-5ecret/a&b", "**************************");
	assert_hidden(KEY, "{\"id\":\"xsk-5ecret/a&by\"}", "{\"id\":\"x*************y\"}");
	assert_hidden(KEY, "sk-5ecret/a&c", "sk-5ecret/a&c");
	assert_hidden(KEY, "", "");
	assert_hidden("", "nothing", "nothing");
}

static void whatever_escapes_write_it(void **state)
{
	(void)state;
	assert_hidden(KEY, "\"sk-5ecret\\/a&b\"", "\"**************\"");
	assert_hidden(KEY, "\"\\u0073k-5ecret/a\\u0026b\"", "\"***********************\"");
	assert_hidden(KEY, "/login?k=sk-5ecret%2Fa%26b&x", "/login?k=*****************&x");
	assert_hidden(KEY, "<p>sk-5ecret/a&amp;b</p>", "<p>*****************</p>");
	assert_hidden(KEY, "<p>sk-5ecret/a&#38;b</p>", "<p>*****************</p>");
	assert_hidden(KEY, "<p>sk-5ecret/a&#x26;b</p>", "<p>******************</p>");
	assert_hidden("/s3cret-key", "[\"\\/s3cret-key\"]", "[\"************\"]");
	assert_hidden("\"s3cret-key", "[\"\\\"s3cret-key\"]", "[\"************\"]");
	assert_hidden("&s3cret-key", "<p>&amp;s3cret-key</p>", "<p>***************</p>");
	assert_hidden("a\\b%41&amp;c", "x a\\b%41&amp;c y", "x ************ y");
}

static void what_is_no_escape_is_left_as_it_is(void **state)
{
	(void)state;
	assert_hidden("q';r&#38stq';r&#38stuv", "q';r&#38stq';r&#38stuv .", "********************** .");
	assert_hidden("x&#38yzyzyz", "x&#38yzyzyz", "***********");
	assert_hidden("key&number", "key&# 38;number key&#+38;number key&#;number",
		"key&# 38;number key&#+38;number key&#;number");
	assert_hidden("key&number", "key&#038;number key&#X26;number", "*************** ***************");
}

static void what_the_end_of_the_text_leaves_of_it(void **state)
{
	(void)state;
	assert_hidden(KEY, "Bearer sk-5ecret", "Bearer *********");
	assert_hidden(KEY, "Bearer sk-5", "Bearer ****");
	assert_hidden(KEY, "task", "task"); /* too little to tell */
}

static void a_short_key_is_hidden_as_a_word(void **state)
{
	(void)state;
	assert_hidden("abcd", "key abcd, not abcde or xabcd; (abcd)", "key ****, not abcde or xabcd; (****)");
	assert_hidden("abcd", "{\"id\":\"abcd\"}", "{\"id\":\"****\"}");
}

static void what_every_manual_prints_is_no_secret(void **state)
{
	(void)state;
	assert_hidden("ollama", "ollama", "ollama");
	assert_hidden("EMPTY", "EMPTY", "EMPTY");
	assert_hidden("ollama2", "ollama2", "*******");
	assert_hidden("data", "{\"data\": []}", "{\"data\": []}");
	assert_hidden("1", "{\"count\": 1}", "{\"count\": 1}");
}

static void no_text_is_read_beyond_its_end(void **state)
{
	static const char *const ends[] = { "%", "%4", "\\", "\\u", "\\u00", "&", "&#", "&#x", "&#x2",
		"&am" };
	char *exact;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(ends); i++) {
		size_t length = strlen(ends[i]);

		exact = mem_alloc(length);
		memcpy(exact, ends[i], length);
		secret_hide(exact, length, KEY);
		assert_memory_equal(exact, ends[i], length);
		free(exact);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_key_is_overwritten_wherever_it_stands),
		cmocka_unit_test(whatever_escapes_write_it),
		cmocka_unit_test(what_is_no_escape_is_left_as_it_is),
		cmocka_unit_test(what_the_end_of_the_text_leaves_of_it),
		cmocka_unit_test(a_short_key_is_hidden_as_a_word),
		cmocka_unit_test(what_every_manual_prints_is_no_secret),
		cmocka_unit_test(no_text_is_read_beyond_its_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
