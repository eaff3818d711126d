/* Names that need no network: literals and localhost. */
#include "probes/io/resolve.h"

#include <netdb.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>
#include <uv.h>

#include "threads_help.h"

struct result {
	int done;
	bool is_answered;
	char address[64];
};

static void on_done(void *data, const char *address, bool is_answered)
{
	struct result *result = data;

	result->done++;
	result->is_answered = is_answered;
	snprintf(result->address, sizeof(result->address), "%s", address ? address : "none");
}

static struct result resolved(const char *name, bool is_cancelled)
{
	struct result result = { 0 };
	struct resolve *resolve;
	uv_loop_t loop;

	uv_loop_init(&loop);
	resolve = resolve_start(&loop, name, on_done, &result);
	assert_int_equal(result.done, 0);
	if (is_cancelled)
		resolve_cancel(resolve);
	uv_run(&loop, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(&loop), 0);
	return result;
}

static void an_address_resolves_to_itself(void **state)
{
	(void)state;
	assert_string_equal(resolved("100.64.0.2", false).address, "100.64.0.2");
	assert_string_equal(resolved("fd7a:115c:a1e0::1", false).address, "fd7a:115c:a1e0::1");
}

static void ipv4_comes_first(void **state)
{
	struct addrinfo *there;

	(void)state;
	if (getaddrinfo("localhost", NULL, NULL, &there) != 0)
		skip(); /* a machine without /etc/hosts knows no name at all */
	freeaddrinfo(there);
	assert_string_equal(resolved("localhost", false).address, "127.0.0.1");
}

static void a_cancelled_look_up_is_never_done(void **state)
{
	(void)state;
	assert_int_equal(resolved("localhost", true).done, 0);
}

/* Threads of a pool would stay, and be waited for when the program ends. */
static void a_look_up_leaves_no_thread_behind(void **state)
{
	(void)state;
	resolved("localhost", false);
	for (int i = 0; i < 2000 && threads_more(); i++)
		uv_sleep(1);
	assert_int_equal(threads_more(), 0);
}

/* Which of the two it is without a network depends on the resolver's configuration. */
static void a_name_that_cannot_be_looked_up_is_not_said_to_be_absent(void **state)
{
	struct addrinfo *there = NULL;
	int error = getaddrinfo("nobody.invalid", NULL, NULL, &there);
	struct result result = resolved("nobody.invalid", false);

	(void)state;
	assert_int_not_equal(error, 0);
	assert_string_equal(result.address, "none");
	assert_int_equal(result.is_answered, error == EAI_NONAME);
	assert_true(resolved("127.0.0.1", false).is_answered);
}

static void what_is_no_name_is_not_looked_up(void **state)
{
	char name[2000];

	(void)state;
	memset(name, 'a', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	assert_int_equal(resolved(name, false).done, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_address_resolves_to_itself),
		cmocka_unit_test(ipv4_comes_first),
		cmocka_unit_test(a_cancelled_look_up_is_never_done),
		cmocka_unit_test(a_look_up_leaves_no_thread_behind),
		cmocka_unit_test(a_name_that_cannot_be_looked_up_is_not_said_to_be_absent),
		cmocka_unit_test(what_is_no_name_is_not_looked_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
