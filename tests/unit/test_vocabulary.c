/* Which words are everybody's, and tell no machine. */
#include "probes/report/vocabulary.h"

#include "probes/base/mem.h"
#include "probes/report/pseudonyms.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

static void our_own_words_are_known(void **state)
{
	static const char *const words[] = { "a", "acl", "server", "llama-cpp-python", "xinference", "443",
		"0", "login.tailscale.com", "firewall" };
	struct vocabulary *vocabulary = vocabulary_new();

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (!vocabulary_has(vocabulary, words[i]))
			fail_msg("%s", words[i]);
	vocabulary_free(vocabulary);
}

/* A part of a word is none, and neither is a name that only begins like one. */
static void names_of_machines_are_not(void **state)
{
	static const char *const names[] = { "serve-r", "gpu1", "tailsca", "firewall2", "login.corp.example",
		"100.64.0.2", "fd7a::1", "tailscale.corp" };
	struct vocabulary *vocabulary = vocabulary_new();

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (vocabulary_has(vocabulary, names[i]))
			fail_msg("%s", names[i]);
	vocabulary_free(vocabulary);
}

/* The table grows; what was found before is found after. */
static void thousands_of_secrets_keep_their_pseudonyms(void **state)
{
	struct pseudonyms *pseudonyms = pseudonyms_new();
	char secret[32], expected[32];

	(void)state;
	for (int i = 1; i <= 5000; i++) {
		snprintf(secret, sizeof(secret), "Machine-%d", i);
		pseudonym_of(pseudonyms, SECRET_PEER, secret);
	}
	for (int i = 1; i <= 5000; i++) {
		snprintf(secret, sizeof(secret), "machine-%d", i);
		snprintf(expected, sizeof(expected), "peer-%d", i);
		assert_string_equal(pseudonym_find(pseudonyms, secret), expected);
	}
	assert_null(pseudonym_find(pseudonyms, "machine-5001"));
	pseudonyms_free(pseudonyms);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(our_own_words_are_known),
		cmocka_unit_test(names_of_machines_are_not),
		cmocka_unit_test(thousands_of_secrets_keep_their_pseudonyms),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
