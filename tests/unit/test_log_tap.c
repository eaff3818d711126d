/* tailscaled's log: its lines, and what follows from them while a played tailscaled writes them. */
#include "probes/tailscaled/log_tap.h"

#include "probes/io/http.h"
#include "probes/tailscaled/log_line.h"
#include "tests/unit/ledger_help.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <uv.h>
#include <cmocka.h>

#define RAW "http://gpu1.tail4c1d.ts.net:8080"
#define FLOW "open-conn-track: flow TCP 100.64.0.1:33330 > "
#define LIMITED "[RATELIMIT] format(\\\"open-conn-track: flow %v %v > %v rejected due to %v\\\")"
#define HEAD "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nConnection: close\r\n\r\n"

/* ---- lines ---- */

static void a_line_says_who_was_rejected_and_why(void **state)
{
	static const struct {
		const char *text, *to;
		enum log_line_kind kind;
	} cases[] = {
		{ "{\"text\":\"" FLOW "100.64.0.2:443 rejected due to acl\\n\"}", "100.64.0.2:443",
			LOG_LINE_ACL },
		{ "{\"text\":\"open-conn-track: flow TCP 100.64.0.1:1 \\u003e 100.64.0.2:80 rejected due to acl\"}",
			"100.64.0.2:80", LOG_LINE_ACL },
		{ FLOW "[fd7a:115c:a1e0::2]:8080 rejected due to acl", "[fd7a:115c:a1e0::2]:8080",
			LOG_LINE_ACL },
		{ FLOW "100.64.0.2:443 rejected due to shields", "100.64.0.2:443", LOG_LINE_SHIELDS },
		{ FLOW "100.64.0.2:443 rejected due to host-firewall", "", LOG_LINE_OTHER },
		{ "{\"text\":\"" LIMITED "\\n\"}", "", LOG_LINE_LIMITED },
		{ "{\"text\":\"" LIMITED " (7 dropped)\\n\"}", "", LOG_LINE_LIMITED },
		{ "[RATELIMIT] format(\"magicsock: derp route\")", "", LOG_LINE_OTHER },
		{ "a > rejected due to acl", "", LOG_LINE_ACL },
		{ "rejected due to acl", "", LOG_LINE_OTHER },
		{ " rejected due to acl > 100.64.0.2:443", "", LOG_LINE_ACL },
		{ "", "", LOG_LINE_OTHER },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct log_line line;

		log_line_read(&line, cases[i].text);
		assert_int_equal(line.kind, cases[i].kind);
		assert_string_equal(line.to, cases[i].to);
	}
}

static void a_destination_is_compared_whole(void **state)
{
	const struct log_line four = { LOG_LINE_ACL, "100.64.0.2:443" },
			      six = { LOG_LINE_ACL, "[fd7a::2]:443" }, none = { LOG_LINE_ACL, "" };

	(void)state;
	assert_true(log_line_is_to(&four, "100.64.0.2", 443));
	assert_true(log_line_is_to(&four, "100.64.0.2", 0));
	assert_false(log_line_is_to(&four, "100.64.0.2", 44));
	assert_false(log_line_is_to(&four, "100.64.0.2", 4430));
	assert_false(log_line_is_to(&four, "100.64.0.22", 443));
	assert_false(log_line_is_to(&four, "100.64.0", 0));
	assert_true(log_line_is_to(&six, "fd7a::2", 443));
	assert_false(log_line_is_to(&six, "fd7a::", 0));
	assert_false(log_line_is_to(&none, "100.64.0.2", 0));
}

/* ---- a tailscaled that writes a log ---- */

struct desk {
	uv_loop_t loop;
	uv_pipe_t daemon, wire;
	struct http *http;
	struct ledger *ledger;
	struct log_tap *tap;
	char directory[32], socket[48];
	bool is_open;
	unsigned changes, agains;
	int64_t again_ms;
};

static void wrote(uv_write_t *write, int status)
{
	(void)status;
	free(write);
}

static void write_text(struct desk *desk, const char *text)
{
	uv_buf_t buffer = uv_buf_init((char *)(uintptr_t)text, (unsigned)strlen(text));

	uv_write(mem_alloc(sizeof(uv_write_t)), (uv_stream_t *)&desk->wire, &buffer, 1, wrote);
}

static void give_room(uv_handle_t *handle, size_t wanted, uv_buf_t *buffer)
{
	static char room[4096];

	(void)handle, (void)wanted;
	*buffer = uv_buf_init(room, sizeof(room));
}

static void on_request(uv_stream_t *stream, ssize_t length, const uv_buf_t *buffer)
{
	struct desk *desk = stream->data;

	(void)buffer;
	if (length > 0 && !desk->is_open)
		write_text(desk, HEAD);
	desk->is_open = desk->is_open || length > 0;
	if (length < 0)
		uv_read_stop(stream);
}

static void on_connect(uv_stream_t *listener, int status)
{
	struct desk *desk = listener->data;

	assert_int_equal(status, 0);
	uv_pipe_init(&desk->loop, &desk->wire, 0);
	desk->wire.data = desk;
	uv_accept(listener, (uv_stream_t *)&desk->wire);
	uv_read_start((uv_stream_t *)&desk->wire, give_room, on_request);
}

static void changed(void *data)
{
	((struct desk *)data)->changes++;
}

static void again(void *data, const char *url, int64_t in_ms)
{
	assert_string_equal(url, RAW);
	((struct desk *)data)->agains++;
	((struct desk *)data)->again_ms = in_ms;
}

static void turn(struct desk *desk, int times)
{
	while (times--) {
		uv_run(&desk->loop, UV_RUN_NOWAIT);
		usleep(1000);
	}
}

static struct desk *open_desk(void)
{
	static struct desk desk;
	struct log_tap_hooks hooks = { .data = &desk, .changed = changed, .again = again };

	memset(&desk, 0, sizeof(desk));
	snprintf(desk.directory, sizeof(desk.directory), "/tmp/tsllm-log-XXXXXX");
	assert_non_null(mkdtemp(desk.directory));
	snprintf(desk.socket, sizeof(desk.socket), "%s/s", desk.directory);
	uv_loop_init(&desk.loop);
	uv_pipe_init(&desk.loop, &desk.daemon, 0);
	desk.daemon.data = &desk;
	assert_int_equal(uv_pipe_bind(&desk.daemon, desk.socket), 0);
	assert_int_equal(uv_listen((uv_stream_t *)&desk.daemon, 4, on_connect), 0);
	desk.http = http_new(&desk.loop);
	desk.ledger = watching(RAW);
	desk.tap = log_tap_new(desk.http, desk.ledger, &hooks);
	return &desk;
}

/* The endpoint was silent; the log is open after it. */
static void is_silent(struct desk *desk)
{
	connect_times_out(desk->ledger, when_now());
	log_tap_listen(desk->tap, RAW, "100.64.0.2", 8080, desk->socket);
	for (int i = 0; i < 2000 && !desk->is_open; i++)
		turn(desk, 1);
	assert_true(desk->is_open);
}

static void writes(struct desk *desk, const char *text)
{
	write_text(desk, text);
	turn(desk, 50);
}

static void close_desk(struct desk *desk)
{
	log_tap_free(desk->tap);
	http_free(desk->http);
	uv_close((uv_handle_t *)&desk->daemon, NULL);
	if (desk->is_open)
		uv_close((uv_handle_t *)&desk->wire, NULL);
	uv_run(&desk->loop, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(&desk->loop), 0);
	rmdir(desk->directory);
}

static void a_rejection_of_that_port_is_a_proof(void **state)
{
	struct desk *desk = open_desk();

	(void)state;
	is_silent(desk);
	writes(desk, FLOW "100.64.0.3:8080 rejected due to acl\n");
	assert_int_equal(desk->changes, 0);
	writes(desk, FLOW "100.64.0.2:8080 rejected due to acl\n");
	assert_int_equal(desk->changes, 1);
	assert_verdict(take(desk->ledger, when_now()), "acl-denied");
	close_desk(desk);
}

static void a_rejection_of_another_port_makes_it_likely(void **state)
{
	struct desk *desk = open_desk();

	(void)state;
	is_silent(desk);
	writes(desk, FLOW "100.64.0.2:1234 rejected due to acl\n");
	connect_times_out(desk->ledger, when_now());
	assert_no_verdict(take(desk->ledger, when_now()), "acl-denied");
	assert_non_null(strstr(assert_verdict(take(desk->ledger, when_now()), "filtered")->text,
		"probably the tailnet policy"));
	close_desk(desk);
}

static void a_rejection_just_before_the_timeout_counts(void **state)
{
	struct desk *desk = open_desk();

	(void)state;
	log_tap_listen(desk->tap, "http://gpu9.tail4c1d.ts.net", "100.64.0.9", 80, desk->socket);
	for (int i = 0; i < 2000 && !desk->is_open; i++)
		turn(desk, 1);
	writes(desk, FLOW "100.64.0.2:8080 rejected due to acl\n");
	assert_int_equal(desk->changes, 0);
	is_silent(desk);
	assert_verdict(take(desk->ledger, when_now()), "acl-denied");
	close_desk(desk);
}

static void a_limited_log_has_the_endpoint_asked_again(void **state)
{
	struct desk *desk = open_desk();

	(void)state;
	is_silent(desk);
	assert_false(log_tap_waits(desk->tap));
	writes(desk, "{\"text\":\"" LIMITED "\\n\"}\n");
	assert_int_equal(desk->agains, 1);
	assert_int_equal(desk->again_ms, 6000);
	assert_true(log_tap_waits(desk->tap));
	writes(desk, FLOW "100.64.0.2:8080 rejected due to acl\n" LIMITED "\n");
	assert_false(log_tap_waits(desk->tap));
	assert_int_equal(desk->agains, 1); /* it is proven: nothing is awaited any more */
	close_desk(desk);
}

static void it_is_asked_again_only_a_few_times(void **state)
{
	struct desk *desk = open_desk();

	(void)state;
	is_silent(desk);
	for (int i = 0; i < 10; i++)
		writes(desk, LIMITED "\n");
	assert_int_equal(desk->agains, 3);
	close_desk(desk);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_line_says_who_was_rejected_and_why),
		cmocka_unit_test(a_destination_is_compared_whole),
		cmocka_unit_test_teardown(a_rejection_of_that_port_is_a_proof, forget),
		cmocka_unit_test_teardown(a_rejection_of_another_port_makes_it_likely, forget),
		cmocka_unit_test_teardown(a_rejection_just_before_the_timeout_counts, forget),
		cmocka_unit_test_teardown(a_limited_log_has_the_endpoint_asked_again, forget),
		cmocka_unit_test_teardown(it_is_asked_again_only_a_few_times, forget),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
