/* How often the same thing is confirmed. There is no tailscaled here: each ping ends at once, unanswered. */
#include "probes/endpoints/confirm.h"

#include "tests/unit/ledger_help.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <uv.h>
#include <cmocka.h>

#define SOCKET "/nonexistent/tailscaled.sock"

struct desk {
	uv_loop_t loop;
	struct http *http;
	struct ledger *ledger;
	struct confirmations *confirmations;
};

static void ignore(void *data)
{
	(void)data;
}

static struct desk *open_desk(void)
{
	static struct desk desk;

	uv_loop_init(&desk.loop);
	desk.http = http_new(&desk.loop);
	desk.ledger = watching(GPU1);
	desk.confirmations = confirm_new(desk.http, desk.ledger, NULL, ignore, NULL);
	return &desk;
}

static void close_desk(struct desk *desk)
{
	confirm_free(desk->confirmations);
	http_free(desk->http);
	uv_run(&desk->loop, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(&desk->loop), 0);
}

static void answer_all(struct desk *desk)
{
	while (confirm_open(desk->confirmations))
		uv_run(&desk->loop, UV_RUN_ONCE);
}

/* Whether it is pinged when that is wanted then. */
static bool pings(struct desk *desk, const char *id, double seconds)
{
	static const char *const addresses[] = { "100.64.0.2", NULL };
	const struct peer peer = { .id = id, .addresses = addresses };
	bool is_asked;

	confirm_ping(desk->confirmations, &peer, SOCKET, at(seconds));
	is_asked = confirm_open(desk->confirmations) > 0;
	answer_all(desk);
	return is_asked;
}

static void a_host_is_pinged_once_a_minute(void **state)
{
	struct desk *desk = open_desk();

	(void)state;
	assert_true(pings(desk, GPU1_ID, 0));
	assert_false(pings(desk, GPU1_ID, 1));
	assert_true(pings(desk, "n3", 1));
	assert_false(pings(desk, GPU1_ID, 59));
	assert_true(pings(desk, GPU1_ID, 61));
	close_desk(desk);
}

static void without_the_daemons_socket_nobody_is_pinged(void **state)
{
	static const char *const addresses[] = { "100.64.0.2", NULL };
	const struct peer peer = { .id = GPU1_ID, .addresses = addresses };
	struct desk *desk = open_desk();

	(void)state;
	confirm_ping(desk->confirmations, &peer, NULL, at(0));
	assert_int_equal(confirm_open(desk->confirmations), 0);
	close_desk(desk);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(a_host_is_pinged_once_a_minute, forget),
		cmocka_unit_test_teardown(without_the_daemons_socket_nobody_is_pinged, forget),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
