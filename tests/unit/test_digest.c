/* What is kept of an answer: clean, bounded, and nothing that was not there. */
#include "probes/endpoints/digest.h"

#include "probes/base/mem.h"
#include "probes/base/text.h"
#include "tests/unit/played.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#define URL "https://gpu1.tail4c1d.ts.net"

static struct arena *arena;
static struct answer answer;
static struct obs_answer obs;

static int begin(void **state)
{
	(void)state;
	arena = arena_new();
	answer_init(&answer);
	return 0;
}

static int end(void **state)
{
	(void)state;
	answer_fini(&answer);
	arena_free(arena);
	return 0;
}

static const struct obs_answer *digested(int status, const char *headers, const char *body)
{
	answer_fini(&answer);
	played_make(&answer, status, headers, body, strlen(body));
	digest_answer(&obs, &answer, URL, "/health", arena);
	return &obs;
}

static void a_recorded_answer_is_digested(void **state)
{
	(void)state;
	answer_fini(&answer);
	played_load(&answer, "nginx-1.22.1/login-redirect/health");
	digest_answer(&obs, &answer, URL, "/health", arena);
	assert_int_equal(obs.status, 302);
	assert_int_equal(obs.shape, BODY_HTML);
	assert_string_equal(obs.server_header, "nginx/1.22.1");
	assert_string_equal(obs.content_type, "text/html");
	assert_true(obs.has_date && obs.leaves_host);
	assert_true(isnan(obs.retry_after_s));
	assert_string_equal(obs.server, "");
	assert_false(obs.is_primary || obs.is_expected);
	assert_null(obs.reading);
}

static void what_was_not_said_is_empty(void **state)
{
	const struct obs_answer *o = digested(200, "", "");

	(void)state;
	assert_string_equal(o->server_header, "");
	assert_string_equal(o->via_header, "");
	assert_string_equal(o->location, "");
	assert_string_equal(o->excerpt, "");
	assert_false(o->has_date || o->leaves_host);
	answer_fini(&answer);
	answer_init(&answer);
	answer.outcome = OUTCOME_REFUSED;
	digest_answer(&obs, &answer, URL, "/", arena);
	assert_int_equal(obs.outcome, OUTCOME_REFUSED);
	assert_true(isnan(obs.ttfb_ms));
}

static void hostile_bytes_are_made_harmless(void **state)
{
	const struct obs_answer *o =
		digested(500, "Server: \x1b[31mevil\nLocation: /\xe2\x80\xaex\n", "\x1b]0;title\x07\xff");

	(void)state;
	assert_string_equal(o->server_header, "\\x1b[31mevil");
	assert_string_equal(o->location, "/\\u{202e}x");
	assert_string_equal(o->excerpt, "\\x1b]0;title\\x07\\xff");
}

static void an_excerpt_is_short_and_ends_with_a_whole_character(void **state)
{
	char body[1001];

	(void)state;
	memset(body, 'x', sizeof(body));
	body[1000] = '\0';
	assert_int_equal(strlen(digested(500, "", body)->excerpt), 160);
	memcpy(body + 158, "€", 3);
	assert_int_equal(strlen(digested(500, "", body)->excerpt), 158);
	memcpy(body + 157, "€x", 4);
	assert_string_equal(digested(500, "", body)->excerpt + 157, "€");
	memset(body + 100, 0x80, 100);
	assert_true(strlen(digested(500, "", body)->excerpt) < TEXT_CAP);
}

static void a_long_header_is_cut(void **state)
{
	char headers[2000] = "Server: ";

	(void)state;
	memset(headers + 8, 's', 1900);
	headers[1908] = '\n';
	assert_true(strlen(digested(200, headers, "")->server_header) < TEXT_CAP);
}

static void of_a_redirect_only_the_place_is_kept(void **state)
{
	(void)state;
	assert_string_equal(digested(302, "Location: https://me:pw@login.example/x?token=1\n", "")->location,
		"https://login.example/x");
	assert_string_equal(digested(302, "Location: ?token=1\n", "")->location, "?");
}

static void a_redirect_leaves_when_scheme_host_or_port_is_another(void **state)
{
	static const struct {
		const char *location;
		bool leaves;
	} cases[] = {
		{ "/ui", false },
		{ "ui/login", false },
		{ "?next=http://x", false },
		{ "https://gpu1.tail4c1d.ts.net/x?y=1#z", false },
		{ "https://GPU1.tail4c1d.ts.net:443/x", false },
		{ "http://gpu1.tail4c1d.ts.net/x", true },
		{ "https://gpu1.tail4c1d.ts.net:8443/", true },
		{ "https://login.example.net/", true },
		{ "//login.example.net/", true },
		{ "https://user@gpu1.tail4c1d.ts.net/", true },
		{ "javascript:alert(1)", true },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		char headers[300];

		snprintf(headers, sizeof(headers), "Location: %s\n", cases[i].location);
		if (digested(302, headers, "")->leaves_host != cases[i].leaves)
			fail_msg("%s: %d expected", cases[i].location, cases[i].leaves);
	}
}

static void a_retry_is_counted_in_whole_seconds(void **state)
{
	(void)state;
	assert_true(digested(429, "Retry-After: 120\n", "")->retry_after_s == 120);
	assert_true(digested(429, "Retry-After: 0\n", "")->retry_after_s == 0);
	assert_true(isnan(digested(429, "Retry-After: -1\n", "")->retry_after_s));
	assert_true(isnan(digested(429, "Retry-After: 99999999999\n", "")->retry_after_s));
	assert_true(isnan(digested(429, "Retry-After: Mon, 23 Nov 2026 00:45:46 GMT\n", "")->retry_after_s));
}

#define SAYS(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		SAYS(a_recorded_answer_is_digested),
		SAYS(what_was_not_said_is_empty),
		SAYS(hostile_bytes_are_made_harmless),
		SAYS(an_excerpt_is_short_and_ends_with_a_whole_character),
		SAYS(a_long_header_is_cut),
		SAYS(of_a_redirect_only_the_place_is_kept),
		SAYS(a_redirect_leaves_when_scheme_host_or_port_is_another),
		SAYS(a_retry_is_counted_in_whole_seconds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
