/* The SOCKS5 door between a client of ours and a tailscaled that plays its LocalAPI `dial`, all on one loop. */
#include "probes/io/socks_proxy.h"

#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#include <cmocka.h>
#include <uv.h>

#include "probes/base/fault.h"
#include "probes/base/mem.h"
#include "probes/io/http.h"
#include "probes/io/socks_wire.h"

#define UPGRADED "HTTP/1.1 101 Switching Protocols\r\nUpgrade: ts-dial\r\nConnection: upgrade\r\n\r\n"
#define WISH_IPV4 "\5\1\0\1\x64\x40\0\2\x23\x28" /* 100.64.0.2:9000 */

struct test {
	uv_loop_t loop;
	struct socks_proxy *door;
	uv_pipe_t daemon;
	uv_pipe_t dialed;  /* the last connection to tailscaled */
	const char *reply; /* of tailscaled, to the dial */
	char heard[2048];  /* by tailscaled */
	size_t heard_length;
	int dials;
	bool is_dialed, has_closed;
	struct answer answer;
	bool is_done;
	char directory[32], socket[48];
};

/* ---- tailscaled ---- */

static void free_write(uv_write_t *write, int status)
{
	(void)status;
	free(write);
}

static void tailscaled_says(struct test *test, const char *text)
{
	uv_buf_t buffer = uv_buf_init((char *)text, (unsigned)strlen(text));

	uv_write(mem_alloc(sizeof(uv_write_t)), (uv_stream_t *)&test->dialed, &buffer, 1, free_write);
}

static void room_for(uv_handle_t *handle, size_t wanted, uv_buf_t *buffer)
{
	static char room[4096];

	(void)handle;
	(void)wanted;
	*buffer = uv_buf_init(room, sizeof(room));
}

static void on_heard(uv_stream_t *stream, ssize_t length, const uv_buf_t *buffer)
{
	struct test *test = stream->data;

	if (length < 0) {
		test->has_closed = true;
		uv_read_stop(stream);
		return;
	}
	assert_true(test->heard_length + (size_t)length < sizeof(test->heard));
	memcpy(test->heard + test->heard_length, buffer->base, (size_t)length);
	test->heard_length += (size_t)length;
	if (!test->dials && strstr(test->heard, "\r\n\r\n")) {
		test->dials++;
		if (test->reply)
			tailscaled_says(test, test->reply);
	} else if (strstr(test->heard, "GET /")) {
		tailscaled_says(test, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}");
	}
}

static void on_dial(uv_stream_t *listener, int status)
{
	struct test *test = listener->data;

	assert_int_equal(status, 0);
	assert_false(test->is_dialed);
	test->is_dialed = true;
	uv_pipe_init(&test->loop, &test->dialed, 0);
	test->dialed.data = test;
	uv_accept(listener, (uv_stream_t *)&test->dialed);
	uv_read_start((uv_stream_t *)&test->dialed, room_for, on_heard);
}

static int set_up(void **state)
{
	struct test *test = mem_alloc(sizeof(*test));
	struct fault fault;

	snprintf(test->directory, sizeof(test->directory), "/tmp/tsllm-test-XXXXXX");
	assert_non_null(mkdtemp(test->directory));
	snprintf(test->socket, sizeof(test->socket), "%s/ts.sock", test->directory);
	setenv("XDG_RUNTIME_DIR", test->directory, 1);
	uv_loop_init(&test->loop);
	uv_pipe_init(&test->loop, &test->daemon, 0);
	test->daemon.data = test;
	assert_int_equal(uv_pipe_bind(&test->daemon, test->socket), 0);
	assert_int_equal(uv_listen((uv_stream_t *)&test->daemon, 16, on_dial), 0);
	test->door = socks_proxy_open(&test->loop, test->socket, true, &fault);
	assert_non_null(test->door);
	*state = test;
	return 0;
}

static int tear_down(void **state)
{
	struct test *test = *state;

	socks_proxy_close(test->door);
	uv_close((uv_handle_t *)&test->daemon, NULL);
	if (test->is_dialed)
		uv_close((uv_handle_t *)&test->dialed, NULL);
	uv_run(&test->loop, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(&test->loop), 0);
	assert_int_equal(rmdir(test->directory), 0); /* nothing was left in it */
	free(test);
	return 0;
}

/* ---- the client: a plain socket ---- */

static const char *door_path(const struct test *test)
{
	static const char scheme[] = "socks5h://localhost";

	assert_memory_equal(socks_proxy_url(test->door), scheme, sizeof(scheme) - 1);
	return socks_proxy_url(test->door) + sizeof(scheme) - 1;
}

static int enter(const struct test *test)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);

	snprintf(address.sun_path, sizeof(address.sun_path), "%s", door_path(test));
	assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	return fd;
}

/* Turns the loop until length bytes have come or the door has closed; returns how many came. */
static size_t hear(struct test *test, int fd, char *bytes, size_t length)
{
	size_t got = 0;

	for (int turns = 0; got < length && turns < 10000; turns++) {
		ssize_t some = recv(fd, bytes + got, length - got, 0);

		if (some == 0)
			break;
		if (some < 0) {
			assert_int_equal(errno, EAGAIN);
			uv_run(&test->loop, UV_RUN_NOWAIT);
			continue;
		}
		got += (size_t)some;
	}
	return got;
}

static void say(int fd, const char *bytes, size_t length)
{
	assert_int_equal(send(fd, bytes, length, MSG_NOSIGNAL), (ssize_t)length);
}

static void greet(struct test *test, int fd)
{
	char said[2];

	say(fd, "\5\1\0", 3);
	assert_int_equal(hear(test, fd, said, 2), 2);
	assert_memory_equal(said, "\5\0", 2);
}

/* The reply code to a wish; the door closes after all but 0. */
static int wish(struct test *test, int fd, const char *bytes, size_t length)
{
	char said[11];

	greet(test, fd);
	say(fd, bytes, length);
	assert_int_equal(hear(test, fd, said, 10), 10);
	assert_int_equal(said[0], 5);
	if (said[1])
		assert_int_equal(hear(test, fd, said + 10, 1), 0);
	return said[1];
}

static int reply_to(struct test *test, const char *dial_reply)
{
	int fd = enter(test), code;

	test->reply = dial_reply;
	code = wish(test, fd, WISH_IPV4, 10);
	close(fd);
	return code;
}

/* ---- tests ---- */

static void a_wish_becomes_a_dial_and_bytes_go_both_ways(void **state)
{
	struct test *test = *state;
	int fd = enter(test);
	char said[5];

	test->reply = UPGRADED;
	assert_int_equal(wish(test, fd, WISH_IPV4, 10), SOCKS_GRANTED);
	assert_string_equal(test->heard, "POST /localapi/v0/dial HTTP/1.1\r\n"
					 "Host: local-tailscaled.sock\r\n"
					 "Upgrade: ts-dial\r\nConnection: upgrade\r\n"
					 "Dial-Host: 100.64.0.2\r\nDial-Port: 9000\r\nDial-Network: tcp\r\n"
					 "Content-Length: 0\r\n\r\n");
	memset(test->heard, 0, sizeof(test->heard));
	test->heard_length = 0;
	say(fd, "hello", 5);
	while (test->heard_length < 5)
		uv_run(&test->loop, UV_RUN_ONCE);
	assert_string_equal(test->heard, "hello");
	tailscaled_says(test, "world");
	assert_int_equal(hear(test, fd, said, 5), 5);
	assert_memory_equal(said, "world", 5);
	close(fd);
	while (!test->has_closed)
		uv_run(&test->loop, UV_RUN_ONCE);
}

static void names_and_ipv6_addresses_are_dialed_as_they_are(void **state)
{
	struct test *test = *state;
	int fd = enter(test);

	test->reply = UPGRADED;
	assert_int_equal(wish(test, fd, "\5\1\0\3\4gpu1\1\xbb", 11), SOCKS_GRANTED);
	assert_non_null(strstr(test->heard, "\r\nDial-Host: gpu1\r\nDial-Port: 443\r\n"));
	close(fd);
}

static void what_the_server_says_first_is_not_lost(void **state)
{
	struct test *test = *state;
	int fd = enter(test);
	char said[8];

	test->reply = UPGRADED "SSH-2.0-";
	assert_int_equal(wish(test, fd, WISH_IPV4, 10), SOCKS_GRANTED);
	assert_int_equal(hear(test, fd, said, 8), 8);
	assert_memory_equal(said, "SSH-2.0-", 8);
	close(fd);
}

static void what_was_sent_before_the_end_still_arrives(void **state)
{
	struct test *test = *state;
	int fd = enter(test);
	char said[5];

	test->reply = UPGRADED;
	assert_int_equal(wish(test, fd, WISH_IPV4, 10), SOCKS_GRANTED);
	tailscaled_says(test, "last");
	uv_close((uv_handle_t *)&test->dialed, NULL);
	test->is_dialed = false;
	assert_int_equal(hear(test, fd, said, 5), 4);
	assert_memory_equal(said, "last", 4);
	close(fd);
}

static void a_refused_port_is_refused(void **state)
{
	assert_int_equal(reply_to(*state, "HTTP/1.1 502 Bad Gateway\r\nContent-Length: 32\r\n\r\n"
					  "dial failure: connection refused"),
		SOCKS_REFUSED);
}

static void another_failure_to_dial_is_unreachable(void **state)
{
	assert_int_equal(reply_to(*state, "HTTP/1.1 502 Bad Gateway\r\nContent-Length: 23\r\n\r\n"
					  "dial failure: timed out"),
		SOCKS_UNREACHABLE);
}

static void another_answer_of_the_daemon_is_a_failure(void **state)
{
	assert_int_equal(reply_to(*state, "HTTP/1.1 200 OK\r\nDial-Self: true\r\nContent-Length: 0\r\n\r\n"),
		SOCKS_FAILED);
}

static void no_daemon_is_a_failure(void **state)
{
	struct test *test = *state;

	unlink(test->socket);
	assert_int_equal(reply_to(test, NULL), SOCKS_FAILED);
}

static void a_client_that_wants_a_password_is_sent_away(void **state)
{
	struct test *test = *state;
	int fd = enter(test);
	char said[3];

	say(fd, "\5\1\2", 3);
	assert_int_equal(hear(test, fd, said, 3), 2);
	assert_memory_equal(said, "\5\xff", 2);
	close(fd);
}

static void a_client_that_floods_the_greeting_is_cut(void **state)
{
	struct test *test = *state;
	int fd = enter(test);
	char much[8192] = { 5, 1, 0 }, said[1];

	greet(test, fd);
	say(fd, much, sizeof(much));
	assert_true(hear(test, fd, said, 1) <= 1);
	close(fd);
	assert_int_equal(test->dials, 0);
}

static void the_socket_is_private(void **state)
{
	struct test *test = *state;
	char directory[128];
	struct stat entry;

	snprintf(directory, sizeof(directory), "%s", door_path(test));
	*strrchr(directory, '/') = '\0';
	assert_int_equal(stat(directory, &entry), 0);
	assert_int_equal(entry.st_mode & 0777, 0700);
	assert_memory_equal(directory, test->directory, strlen(test->directory));
}

static bool uses_the_directory(struct test *test)
{
	struct fault fault;
	struct socks_proxy *door = socks_proxy_open(&test->loop, test->socket, true, &fault);
	bool uses;

	assert_non_null(door);
	uses = strstr(socks_proxy_url(door), test->directory) != NULL;
	socks_proxy_close(door);
	return uses;
}

/* Who may write in it could put a socket of his own in the place of ours, and be given what goes to peers. */
static void a_directory_that_others_can_change_is_not_used(void **state)
{
	struct test *test = *state;

	assert_true(uses_the_directory(test));
	assert_int_equal(chmod(test->directory, 0770), 0);
	assert_false(uses_the_directory(test));
	assert_int_equal(chmod(test->directory, 01777), 0);
	assert_false(uses_the_directory(test));
	assert_int_equal(chmod(test->directory, 0755), 0);
	assert_true(uses_the_directory(test));
	if (geteuid() == 0) {
		assert_int_equal(chown(test->directory, 65534, 65534), 0);
		assert_false(uses_the_directory(test));
	}
}

static void the_hundred_and_twenty_ninth_passage_is_closed(void **state)
{
	struct test *test = *state;
	int fds[129];
	char said[2];

	for (size_t i = 0; i < ARRAY_LEN(fds) - 1; i++) {
		fds[i] = enter(test);
		greet(test, fds[i]);
	}
	fds[128] = enter(test);
	assert_int_equal(hear(test, fds[128], said, 2), 0);
	close(fds[0]);
	for (int turns = 0; turns < 10; turns++)
		uv_run(&test->loop, UV_RUN_NOWAIT);
	fds[0] = enter(test);
	greet(test, fds[0]);
	for (size_t i = 0; i < ARRAY_LEN(fds); i++)
		close(fds[i]);
}

/* Offers 16 MB; returns what was taken while nobody read the other end. */
static size_t flood(struct test *test)
{
	static char much[65536];
	size_t taken = 0;

	for (int turns = 0; turns < 500 && taken < 16u * 1024 * 1024; turns++) {
		uv_buf_t buffer = uv_buf_init(much, sizeof(much));
		int some = uv_try_write((uv_stream_t *)&test->dialed, &buffer, 1);

		taken += some > 0 ? (size_t)some : 0;
		uv_run(&test->loop, UV_RUN_NOWAIT);
	}
	return taken;
}

static void a_client_that_does_not_read_holds_the_server_up(void **state)
{
	struct test *test = *state;
	int fd = enter(test);
	size_t taken;
	char *all;

	test->reply = UPGRADED;
	assert_int_equal(wish(test, fd, WISH_IPV4, 10), SOCKS_GRANTED);
	taken = flood(test);
	assert_true(taken > 64 * 1024 && taken < 4 * 1024 * 1024);
	all = mem_alloc(taken);
	assert_int_equal(hear(test, fd, all, taken), taken);
	free(all);
	close(fd);
}

static void on_answer(void *data, const struct answer *answer)
{
	struct test *test = data;

	test->answer = *answer;
	test->is_done = true;
}

static const struct answer *ask_through_door(struct test *test, const char *url, const char *address)
{
	struct http *http = http_new(&test->loop);
	struct http_request request = { .url = url,
		.address = address,
		.proxy = socks_proxy_url(test->door),
		.connect_ms = 200,
		.total_ms = 2000 };

	http_get(http, &request, NULL, on_answer, test);
	while (!test->is_done)
		uv_run(&test->loop, UV_RUN_NOWAIT);
	http_free(http);
	return &test->answer;
}

static void http_goes_through_the_door(void **state)
{
	struct test *test = *state;

	test->reply = UPGRADED;
	assert_int_equal(ask_through_door(test, "http://gpu1.invalid:9000/x", "100.64.0.2")->outcome,
		OUTCOME_ANSWERED);
	assert_int_equal(test->answer.status, 200);
	assert_non_null(strstr(test->heard, "\r\nDial-Host: 100.64.0.2\r\nDial-Port: 9000\r\n"));
	assert_non_null(strstr(test->heard, "\r\nHost: gpu1.invalid:9000\r\n"));
	assert_true(isnan(test->answer.connect_ms)); /* to our own door is no way to a server */
}

static void http_learns_through_the_door_that_a_port_is_refused(void **state)
{
	struct test *test = *state;

	test->reply = "HTTP/1.1 502 Bad Gateway\r\nContent-Length: 18\r\n\r\nconnection refused";
	assert_int_equal(
		ask_through_door(test, "http://gpu1.invalid:9000/", "100.64.0.2")->outcome, OUTCOME_REFUSED);
}

static void http_that_waits_for_the_dial_waits_for_a_connection(void **state)
{
	assert_int_equal(ask_through_door(*state, "https://gpu1.invalid:9000/", "100.64.0.2")->outcome,
		OUTCOME_CONNECT_TIMEOUT);
}

static void http_that_waits_for_tls_behind_the_door_says_so(void **state)
{
	struct test *test = *state;

	test->reply = UPGRADED;
	assert_int_equal(
		ask_through_door(test, "https://gpu1.invalid:9000/", "100.64.0.2")->outcome, OUTCOME_TLS);
	assert_int_equal(test->answer.tls, TLS_TIMEOUT);
}

static void a_wish_is_read_only_when_it_is_whole_and_right(void **state)
{
	static const struct {
		const char *bytes;
		size_t length;
		enum socks_reply reply;
	} cases[] = {
		{ WISH_IPV4, 4, SOCKS_UNFINISHED },
		{ WISH_IPV4, 9, SOCKS_UNFINISHED },
		{ WISH_IPV4, 10, SOCKS_GRANTED },
		{ WISH_IPV4 "x", 11, SOCKS_FAILED },
		{ "\5\2\0\1\0\0\0\0\0\0", 10, SOCKS_NO_COMMAND },
		{ "\5\1\0\2\0\0\0\0\0\0", 10, SOCKS_NO_ADDRESS_TYPE },
		{ "\4\1\0\1\0\0\0\0\0\0", 10, SOCKS_FAILED },
		{ "\5\1\0\3\4a\r\nb\0\1", 11, SOCKS_FAILED },
		{ "\5\1\0\3\0\0\1", 7, SOCKS_FAILED },
	};
	struct socks_wish wish;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		assert_int_equal(
			socks_read_wish((const unsigned char *)cases[i].bytes, cases[i].length, &wish),
			cases[i].reply);
	assert_int_equal(
		socks_read_wish((const unsigned char *)"\5\1\0\4\xfd\x7a\x11\x5c\xa1\xe0\0\0\0\0\0\0\0\0\0\1"
						       "\0\x50",
			22, &wish),
		SOCKS_GRANTED);
	assert_string_equal(wish.host, "fd7a:115c:a1e0::1");
	assert_int_equal(wish.port, 80);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_wish_becomes_a_dial_and_bytes_go_both_ways),
		TEST(names_and_ipv6_addresses_are_dialed_as_they_are),
		TEST(what_the_server_says_first_is_not_lost),
		TEST(what_was_sent_before_the_end_still_arrives),
		TEST(a_refused_port_is_refused),
		TEST(another_failure_to_dial_is_unreachable),
		TEST(another_answer_of_the_daemon_is_a_failure),
		TEST(no_daemon_is_a_failure),
		TEST(a_client_that_wants_a_password_is_sent_away),
		TEST(a_client_that_floods_the_greeting_is_cut),
		TEST(the_socket_is_private),
		TEST(a_directory_that_others_can_change_is_not_used),
		TEST(the_hundred_and_twenty_ninth_passage_is_closed),
		TEST(a_client_that_does_not_read_holds_the_server_up),
		TEST(http_goes_through_the_door),
		TEST(http_learns_through_the_door_that_a_port_is_refused),
		TEST(http_that_waits_for_the_dial_waits_for_a_connection),
		TEST(http_that_waits_for_tls_behind_the_door_says_so),
		cmocka_unit_test(a_wish_is_read_only_when_it_is_whole_and_right),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
