/* HTTP against a server that does as its script says, on the same loop: each way in which a server can fail
 * must come out as its own outcome. Certificates are made by the openssl command in a directory that goes
 * with the test. */
#include "probes/io/http.h"

#include <arpa/inet.h>
#include <errno.h>
#include <math.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <sys/resource.h>
#include <cmocka.h>
#include <uv.h>

#include "probes/base/mem.h"
#include "probes/base/when.h"
#include "memory_help.h"
#include "threads_help.h"

#define OK_REPLY "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"

enum manner {
	ANSWERS, /* sends the reply when it was asked, keeps the connection */
	ANSWERS_AND_CLOSES,
	ANSWERS_AND_RESETS,
	SPEAKS_AT_ONCE, /* sends the reply before it was asked */
	CLOSES_AT_ONCE,
	TRICKLES,   /* the reply, then a byte each 20 ms */
	NEVER_ENDS, /* the reply, then bytes as fast as they go */
	IS_SILENT
};

struct server {
	uv_stream_t *listener;
	uv_timer_t timer;
	enum manner manner;
	const char *reply;
	size_t length;
	int port;
	int connections, requests;
	char asked[2048]; /* the last request */
	uv_stream_t *client;
};

struct test {
	bool only_connects;
	uv_loop_t loop;
	struct http *http;
	struct server server;
	char url[64];
	int done;
	struct answer answer; /* a copy; texts below */
	char headers[4096], body[256];
	size_t bytes;
	struct http_call *victim; /* cancelled by the callback */
	void *kept;
};

/* ---- the server ---- */

static void free_handle(uv_handle_t *handle)
{
	free(handle);
}

static void free_write(uv_write_t *write, int status)
{
	(void)status;
	free(write);
}

static void say(uv_stream_t *client, const char *bytes, size_t length)
{
	uv_buf_t buffer = uv_buf_init((char *)bytes, (unsigned)length);
	uv_write_t *write = mem_alloc(sizeof(*write));

	uv_write(write, client, &buffer, 1, free_write);
}

static void hang_up(struct server *server, uv_stream_t *client)
{
	if (server->client == client)
		server->client = NULL;
	if (!uv_is_closing((uv_handle_t *)client))
		uv_close((uv_handle_t *)client, free_handle);
}

static void say_more(uv_write_t *write, int status)
{
	static char much[65536];
	uv_buf_t buffer = uv_buf_init(much, sizeof(much));

	if (status || uv_write(write, write->handle, &buffer, 1, say_more))
		free(write);
}

static void on_trickle(uv_timer_t *timer)
{
	struct server *server = timer->data;

	if (server->client)
		say(server->client, "x", 1);
}

static void answer_request(struct server *server, uv_stream_t *client)
{
	struct linger at_once = { .l_onoff = 1 };
	int fd;

	if (server->manner == IS_SILENT)
		return;
	say(client, server->reply, server->length);
	if (server->manner == TRICKLES)
		uv_timer_start(&server->timer, on_trickle, 20, 20);
	if (server->manner == NEVER_ENDS) {
		uv_write_t *write = mem_alloc(sizeof(*write));

		write->handle = client;
		say_more(write, 0);
	}
	if (server->manner == ANSWERS_AND_RESETS && !uv_fileno((uv_handle_t *)client, &fd))
		setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
	if (server->manner == ANSWERS_AND_CLOSES || server->manner == ANSWERS_AND_RESETS)
		hang_up(server, client);
}

static void room_for(uv_handle_t *handle, size_t wanted, uv_buf_t *buffer)
{
	static char room[4096];

	(void)handle;
	(void)wanted;
	*buffer = uv_buf_init(room, sizeof(room));
}

static void on_asked(uv_stream_t *client, ssize_t length, const uv_buf_t *buffer)
{
	struct server *server = client->data;

	if (length < 0) {
		hang_up(server, client);
		return;
	}
	snprintf(server->asked, sizeof(server->asked), "%.*s", (int)length, buffer->base);
	server->requests++;
	answer_request(server, client);
}

static void on_connected(uv_stream_t *listener, int status)
{
	struct server *server = listener->data;
	uv_stream_t *client = mem_alloc(sizeof(uv_tcp_t) + sizeof(uv_pipe_t));

	assert_int_equal(status, 0);
	if (listener->type == UV_TCP)
		uv_tcp_init(listener->loop, (uv_tcp_t *)client);
	else
		uv_pipe_init(listener->loop, (uv_pipe_t *)client, 0);
	client->data = server;
	assert_int_equal(uv_accept(listener, client), 0);
	server->connections++;
	server->client = client;
	if (server->manner == CLOSES_AT_ONCE) {
		hang_up(server, client);
		return;
	}
	uv_read_start(client, room_for, on_asked);
	if (server->manner == SPEAKS_AT_ONCE)
		say(client, server->reply, server->length);
}

static void serve(struct test *test, enum manner manner, const char *reply)
{
	struct server *server = &test->server;
	struct sockaddr_in address;
	int length = sizeof(address);

	server->manner = manner;
	server->reply = reply;
	server->length = strlen(reply);
	server->listener = mem_alloc(sizeof(uv_tcp_t));
	uv_tcp_init(&test->loop, (uv_tcp_t *)server->listener);
	server->listener->data = server;
	uv_ip4_addr("127.0.0.1", 0, &address);
	assert_int_equal(uv_tcp_bind((uv_tcp_t *)server->listener, (struct sockaddr *)&address, 0), 0);
	assert_int_equal(uv_listen(server->listener, 16, on_connected), 0);
	uv_tcp_getsockname((uv_tcp_t *)server->listener, (struct sockaddr *)&address, &length);
	server->port = ntohs(address.sin_port);
	snprintf(test->url, sizeof(test->url), "http://127.0.0.1:%d/x", server->port);
}

/* ---- asking ---- */

static void on_done(void *data, const struct answer *answer)
{
	struct test *test = data;

	test->done++;
	uv_stop(&test->loop);
	test->answer = *answer;
	snprintf(test->headers, sizeof(test->headers), "%s", answer->headers);
	snprintf(test->body, sizeof(test->body), "%s", answer->body);
}

static void wait_done(struct test *test, int done)
{
	while (test->done < done && uv_run(&test->loop, UV_RUN_DEFAULT))
		continue;
	assert_int_equal(test->done, done);
}

static struct http_request asking(const char *url)
{
	return (struct http_request){ .url = url, .connect_ms = 2000, .total_ms = 2000 };
}

static const struct answer *ask(struct test *test, const struct http_request *request)
{
	int done = test->done;

	http_get(test->http, request, NULL, on_done, test);
	assert_int_equal(test->done, done); /* never from within http_get() */
	wait_done(test, done + 1);
	return &test->answer;
}

static const struct answer *ask_within(struct test *test, long connect_ms, long total_ms)
{
	struct http_request request = asking(test->url);

	request.connect_ms = connect_ms;
	request.total_ms = total_ms;
	return ask(test, &request);
}

static const struct answer *ask_scripted(struct test *test, enum manner manner, const char *reply)
{
	serve(test, manner, reply);
	return ask_within(test, 2000, 2000);
}

static int set_up(void **state)
{
	struct test *test = mem_alloc(sizeof(*test));

	uv_loop_init(&test->loop);
	test->http = http_new(&test->loop);
	uv_timer_init(&test->loop, &test->server.timer);
	test->server.timer.data = &test->server;
	*state = test;
	return 0;
}

static void close_rest(uv_handle_t *handle, void *data)
{
	struct test *test = data;

	if (uv_is_closing(handle))
		return;
	uv_close(handle, handle == (uv_handle_t *)&test->server.timer ? NULL : free_handle);
}

static int tear_down(void **state)
{
	struct test *test = *state;

	http_free(test->http);
	uv_walk(&test->loop, close_rest, test);
	uv_run(&test->loop, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(&test->loop), 0);
	free(test);
	return 0;
}

/* ---- answers ---- */

static void a_whole_answer_is_answered_with_all_its_figures(void **state)
{
	const struct answer *answer = ask_scripted(*state, ANSWERS,
		"HTTP/1.1 404 Not Found\r\nServer: a\r\nServer: b\r\nContent-Length: 9\r\n\r\nnot here\n");
	struct test *test = *state;

	assert_int_equal(answer->outcome, OUTCOME_ANSWERED);
	assert_int_equal(answer->status, 404);
	assert_int_equal(answer->os_error, 0);
	assert_string_equal(test->headers, "Server: a\nServer: b\nContent-Length: 9\n");
	assert_string_equal(test->body, "not here\n");
	assert_int_equal(answer->body_length, 9);
	assert_false(answer->is_reused);
	assert_true(answer->connect_ms >= 0 && answer->connect_ms < 1000);
	assert_true(isnan(answer->tls_ms));
	assert_true(answer->ttfb_ms >= 0 && answer->ttfb_ms < 1000);
	assert_true(answer->bytes_sent == (double)strlen(test->server.asked));
	assert_true(answer->bytes_received == 24 + 11 + 11 + 19 + 2 + 9);
}

static void a_request_says_what_it_wants_and_nothing_about_us(void **state)
{
	struct test *test = *state;
	char expected[256];

	ask_scripted(test, ANSWERS, OK_REPLY);
	snprintf(expected, sizeof(expected),
		"GET /x HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nUser-Agent: tsllm-top/" TSLLM_VERSION
		"\r\nAccept: application/json\r\n\r\n",
		test->server.port);
	assert_string_equal(test->server.asked, expected);
}

static void a_post_is_empty(void **state)
{
	struct test *test = *state;
	struct http_request request;

	serve(test, ANSWERS, OK_REPLY);
	request = asking(test->url);
	request.is_post = true;
	assert_int_equal(ask(test, &request)->outcome, OUTCOME_ANSWERED);
	assert_memory_equal(test->server.asked, "POST /x HTTP/1.1\r\n", 18);
	assert_non_null(strstr(test->server.asked, "Content-Length: 0\r\n"));
	assert_null(strstr(test->server.asked, "Content-Type"));
}

static void a_key_goes_to_the_host_it_is_for_and_not_along_a_redirect(void **state)
{
	struct test *test = *state;
	char reply[128] = "";
	struct http_request request;

	serve(test, ANSWERS, reply);
	snprintf(reply, sizeof(reply),
		"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.2:%d/y\r\nContent-Length: 0\r\n\r\n",
		test->server.port);
	test->server.length = strlen(reply);
	request = asking(test->url);
	request.key = "s3cret";
	request.host_header = "localhost";
	assert_int_equal(ask(test, &request)->outcome, OUTCOME_ANSWERED);
	assert_int_equal(test->answer.status, 302);
	assert_int_equal(test->server.requests, 1);
	assert_non_null(strstr(test->server.asked, "\r\nAuthorization: Bearer s3cret\r\n"));
	assert_non_null(strstr(test->server.asked, "\r\nHost: localhost\r\n"));
	request.key = NULL;
	ask(test, &request);
	assert_null(strstr(test->server.asked, "s3cret"));
}

static void a_redirect_within_a_host_is_not_followed_either(void **state)
{
	const struct answer *answer = ask_scripted(
		*state, ANSWERS, "HTTP/1.1 302 Found\r\nLocation: /y\r\nContent-Length: 0\r\n\r\n");
	struct test *test = *state;

	assert_int_equal(answer->outcome, OUTCOME_ANSWERED);
	assert_int_equal(answer->status, 302);
	assert_int_equal(test->server.requests, 1);
	assert_memory_equal(test->server.asked, "GET /x ", 7);
}

static void a_name_is_dialed_at_its_address_without_a_resolver_or_a_thread(void **state)
{
	struct test *test = *state;
	struct http_request request;
	char url[64], host[64];

	serve(test, ANSWERS, OK_REPLY);
	snprintf(url, sizeof(url), "http://gpu1.tail4c1d.invalid:%d/", test->server.port);
	snprintf(host, sizeof(host), "\r\nHost: gpu1.tail4c1d.invalid:%d\r\n", test->server.port);
	request = asking(url);
	request.address = "127.0.0.1";
	assert_int_equal(ask(test, &request)->outcome, OUTCOME_ANSWERED);
	assert_non_null(strstr(test->server.asked, host));
	assert_int_equal(threads_more(), 0);
}

static void a_name_without_an_address_is_unresolved_and_never_looked_up(void **state)
{
	struct http_request request = asking("http://gpu1.tail4c1d.invalid:11434/");
	const struct answer *answer = ask(*state, &request);

	assert_int_equal(answer->outcome, OUTCOME_UNRESOLVED);
	assert_false(answer->is_reused);
	request.address = "gpu1.tail4c1d.invalid";
	assert_int_equal(ask(*state, &request)->outcome, OUTCOME_UNRESOLVED);
	assert_int_equal(threads_more(), 0);
}

static void a_second_request_reuses_the_connection_and_has_no_connect_time(void **state)
{
	struct test *test = *state;
	struct http_request request;

	assert_false(ask_scripted(test, ANSWERS, OK_REPLY)->is_reused);
	assert_true(ask_within(test, 2000, 2000)->is_reused);
	assert_true(isnan(test->answer.connect_ms));
	assert_true(test->answer.ttfb_ms >= 0);
	assert_int_equal(test->server.connections, 1);
	request = asking(test->url);
	request.is_fresh = true;
	assert_false(ask(test, &request)->is_reused);
	assert_int_equal(test->server.connections, 2);
}

struct ports {
	int count, first, last;
};

static void on_port(void *data, int port)
{
	struct ports *ports = data;

	if (!ports->count++)
		ports->first = port;
	ports->last = port;
}

static void the_local_port_of_every_request_is_told(void **state)
{
	struct test *test = *state;
	struct http_request request;
	struct ports ports = { 0, 0, 0 };

	http_on_port(test->http, on_port, &ports);
	ask_scripted(test, ANSWERS, OK_REPLY);
	assert_true(ports.count == 1 && ports.first > 1023);
	ask_within(test, 2000, 2000);
	assert_true(ports.count == 2 && ports.last == ports.first);
	request = asking(test->url);
	request.is_fresh = true;
	ask(test, &request);
	assert_true(ports.count == 3 && ports.last != ports.first);
	http_on_port(test->http, NULL, NULL);
	ask(test, &request);
	assert_int_equal(ports.count, 3);
}

static void an_interim_answer_leaves_no_trace(void **state)
{
	struct test *test = *state;

	assert_int_equal(
		ask_scripted(test, ANSWERS, "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" OK_REPLY)->status,
		200);
	assert_string_equal(test->headers, "Content-Length: 2\n");
}

static void an_old_http_answer_ends_with_the_connection(void **state)
{
	struct test *test = *state;

	assert_int_equal(
		ask_scripted(test, ANSWERS_AND_CLOSES, "HTTP/1.0 400 Bad Request\r\n\r\nno")->outcome,
		OUTCOME_ANSWERED);
	assert_int_equal(test->answer.status, 400);
	assert_string_equal(test->body, "no");
}

static void speaks_over_a_unix_socket(void **state)
{
	struct test *test = *state;
	struct http_request request = asking("http://local-tailscaled.sock/localapi/v0/status");
	char directory[] = "/tmp/tsllm-test-XXXXXX", path[64];

	assert_non_null(mkdtemp(directory));
	snprintf(path, sizeof(path), "%s/sock", directory);
	test->server.reply = OK_REPLY;
	test->server.length = strlen(OK_REPLY);
	test->server.listener = mem_alloc(sizeof(uv_pipe_t));
	uv_pipe_init(&test->loop, (uv_pipe_t *)test->server.listener, 0);
	test->server.listener->data = &test->server;
	assert_int_equal(uv_pipe_bind((uv_pipe_t *)test->server.listener, path), 0);
	assert_int_equal(uv_listen(test->server.listener, 16, on_connected), 0);
	request.unix_socket = path;
	assert_int_equal(ask(test, &request)->outcome, OUTCOME_ANSWERED);
	assert_non_null(strstr(test->server.asked, "\r\nHost: local-tailscaled.sock\r\n"));
	unlink(path);
	request.is_fresh = true;
	assert_int_equal(ask(test, &request)->outcome, OUTCOME_UNREACHABLE);
	assert_int_equal(test->answer.os_error, ENOENT);
	assert_int_equal(rmdir(directory), 0);
}

/* ---- failures ---- */

/* That this process has no descriptor left says nothing of the server. */
static void what_this_process_lacks_is_not_the_server_s_fault(void **state)
{
	struct test *test = *state;
	struct rlimit before, none_left;
	int next;

	serve(test, ANSWERS, OK_REPLY);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
	next = dup(STDIN_FILENO);
	close(next);
	none_left = (struct rlimit){ .rlim_cur = (rlim_t)next, .rlim_max = before.rlim_max };
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &none_left), 0);
	ask_within(test, 2000, 2000);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
	assert_int_equal(test->answer.outcome, OUTCOME_NOT_TRIED);
	assert_int_equal(test->answer.os_error, EMFILE);
	assert_int_equal(ask_within(test, 2000, 2000)->outcome, OUTCOME_ANSWERED);
}

static void a_port_where_nothing_listens_is_refused(void **state)
{
	struct test *test = *state;

	serve(test, ANSWERS, OK_REPLY);
	uv_close((uv_handle_t *)test->server.listener, free_handle);
	uv_run(&test->loop, UV_RUN_NOWAIT);
	assert_int_equal(ask_within(test, 2000, 2000)->outcome, OUTCOME_REFUSED);
	assert_int_equal(test->answer.os_error, ECONNREFUSED);
	assert_int_equal(test->answer.status, 0);
	assert_true(isnan(test->answer.ttfb_ms));
	assert_true(isnan(test->answer.connect_ms));
}

static void an_address_without_a_route_is_unreachable(void **state)
{
	struct http_request request = asking("http://255.255.255.255:9/"); /* TCP cannot broadcast */

	assert_int_equal(ask(*state, &request)->outcome, OUTCOME_UNREACHABLE);
	assert_int_not_equal(((struct test *)*state)->answer.os_error, 0);
}

/* A listener whose queue is full drops further SYNs. */
static void a_black_hole_is_a_connect_timeout(void **state)
{
	struct test *test = *state;
	int fd = socket(AF_INET, SOCK_STREAM, 0), full[4];
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t length = sizeof(address);

	assert_int_equal(bind(fd, (struct sockaddr *)&address, length), 0);
	assert_int_equal(listen(fd, 0), 0);
	getsockname(fd, (struct sockaddr *)&address, &length);
	for (size_t i = 0; i < ARRAY_LEN(full); i++) {
		full[i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
		if (connect(full[i], (struct sockaddr *)&address, length))
			assert_int_equal(errno, EINPROGRESS);
	}
	snprintf(test->url, sizeof(test->url), "http://127.0.0.1:%d/", ntohs(address.sin_port));
	assert_int_equal(ask_within(test, 100, 2000)->outcome, OUTCOME_CONNECT_TIMEOUT);
	for (size_t i = 0; i < ARRAY_LEN(full); i++)
		close(full[i]);
	close(fd);
}

static void no_byte_until_the_deadline_is_silence(void **state)
{
	struct test *test = *state;

	serve(test, IS_SILENT, "");
	assert_int_equal(ask_within(test, 2000, 100)->outcome, OUTCOME_SILENT);
	assert_int_equal(test->answer.status, 0);
	assert_true(test->answer.connect_ms >= 0);
}

/* Generously measured: this machine may be busy. */
static void the_deadline_is_what_was_asked_for(void **state)
{
	struct when begun = when_now();
	struct test *test = *state;
	int64_t took;

	serve(test, IS_SILENT, "");
	assert_int_equal(ask_within(test, 5000, 1500)->outcome, OUTCOME_SILENT);
	took = when_since(begun, when_now());
	assert_true(took >= 1490 && took < 2900);
}

static void a_byte_at_a_time_is_silence_with_its_status_kept(void **state)
{
	struct test *test = *state;

	serve(test, TRICKLES, "HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n");
	assert_int_equal(ask_within(test, 2000, 150)->outcome, OUTCOME_SILENT);
	assert_int_equal(test->answer.status, 200);
}

static void closing_before_the_first_byte_is_closed(void **state)
{
	assert_int_equal(ask_scripted(*state, CLOSES_AT_ONCE, "")->outcome, OUTCOME_CLOSED);
}

static void closing_after_the_question_is_closed(void **state)
{
	assert_int_equal(ask_scripted(*state, ANSWERS_AND_CLOSES, "")->outcome, OUTCOME_CLOSED);
}

static void a_reset_after_the_question_is_closed(void **state)
{
	assert_int_equal(ask_scripted(*state, ANSWERS_AND_RESETS, "")->outcome, OUTCOME_CLOSED);
}

static void a_body_shorter_than_it_says_is_truncated(void **state)
{
	struct test *test = *state;

	assert_int_equal(ask_scripted(test, ANSWERS_AND_CLOSES,
				 "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"a\":")
				 ->outcome,
		OUTCOME_TRUNCATED);
	assert_int_equal(test->answer.status, 200);
	assert_string_equal(test->body, "{\"a\":");
}

static void a_chunked_body_without_its_end_is_truncated(void **state)
{
	assert_int_equal(ask_scripted(*state, ANSWERS_AND_CLOSES,
				 "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{\"a\":\r\n")
				 ->outcome,
		OUTCOME_TRUNCATED);
}

static void headers_that_break_off_are_truncated(void **state)
{
	assert_int_equal(
		ask_scripted(*state, ANSWERS_AND_CLOSES, "HTTP/1.1 200 OK\r\nServer: x\r\nCont")->outcome,
		OUTCOME_TRUNCATED);
}

static void ten_thousand_headers_are_too_big(void **state)
{
	struct test *test = *state;
	char *reply = mem_alloc(200000), *at = reply;

	at += sprintf(at, "HTTP/1.1 200 OK\r\n");
	for (int i = 0; i < 10000; i++)
		at += sprintf(at, "X-%d: y\r\n", i);
	sprintf(at, "\r\n");
	assert_int_equal(ask_scripted(test, ANSWERS, reply)->outcome, OUTCOME_TOO_BIG);
	assert_true(test->answer.headers_length < ANSWER_HEADERS_MAX);
	free(reply);
}

static void one_endless_header_is_too_big(void **state)
{
	char *reply = mem_alloc(400001);

	memset(reply, 'a', 400000);
	memcpy(reply, "HTTP/1.1 200 OK\r\nX: ", 20);
	assert_int_equal(ask_scripted(*state, ANSWERS, reply)->outcome, OUTCOME_TOO_BIG);
	free(reply);
}

static void an_endless_body_is_too_big(void **state)
{
	struct test *test = *state;

	assert_int_equal(ask_scripted(test, NEVER_ENDS, "HTTP/1.1 200 OK\r\n\r\n")->outcome, OUTCOME_TOO_BIG);
	assert_true(test->answer.body_length <= ANSWER_BODY_MAX);
}

static void bytes_that_are_no_http_are_not_http(void **state)
{
	assert_int_equal(
		ask_scripted(*state, SPEAKS_AT_ONCE, "SSH-2.0-OpenSSH_9.2p1\r\n")->outcome, OUTCOME_NOT_HTTP);
}

static void a_status_that_is_none_is_not_http(void **state)
{
	assert_int_equal(
		ask_scripted(*state, ANSWERS_AND_CLOSES, "HTTP/1.1 junk\r\n\r\n")->outcome, OUTCOME_NOT_HTTP);
}

/* ---- streams and ends ---- */

static int take_some(void *data, const char *bytes, size_t length)
{
	struct test *test = data;

	(void)bytes;
	test->bytes += length;
	if (test->victim) {
		http_cancel(test->victim);
		test->victim = NULL;
	}
	return test->bytes > 100000 ? -1 : 0;
}

static void a_taker_of_bytes_gets_them_as_they_come_and_may_end_it(void **state)
{
	struct test *test = *state;
	struct http_request request;

	serve(test, NEVER_ENDS, "HTTP/1.1 200 OK\r\n\r\n");
	request = asking(test->url);
	http_get(test->http, &request, take_some, on_done, test);
	wait_done(test, 1);
	assert_int_equal(test->answer.outcome, OUTCOME_TOO_BIG);
	assert_int_equal(test->answer.body_length, 0);
	assert_true(test->bytes > 100000);
}

#ifdef CAN_MEASURE_MEMORY

/* As if the answer had been parsed, and something of it were kept. */
static void on_done_with_a_hole(void *data, const struct answer *answer)
{
	struct test *test = data;

	test->kept = memory_make_hole();
	on_done(data, answer);
}

static void what_a_large_answer_left_goes_back_to_the_system(void **state)
{
	struct test *test = *state;
	struct http_request request;
	size_t before;

	ask_scripted(test, NEVER_ENDS, "HTTP/1.1 200 OK\r\n\r\n");
	mem_trim();
	before = memory_resident();
	request = asking(test->url);
	http_get(test->http, &request, NULL, on_done_with_a_hole, test);
	wait_done(test, 2);
	assert_true(memory_resident() < before + 3 * 1024 * 1024);
	free(test->kept);
}

static void small_answers_give_back_what_is_free_now_and_then(void **state)
{
	struct test *test = *state;
	size_t before;

	ask_scripted(test, ANSWERS, OK_REPLY);
	mem_trim();
	before = memory_resident();
	test->kept = memory_make_hole();
	assert_true(memory_resident() > before + 5 * 1024 * 1024);
	for (int i = 0; i < 100; i++)
		ask_within(test, 2000, 2000);
	assert_true(memory_resident() < before + 3 * 1024 * 1024);
	free(test->kept);
}

#endif

#define POURED (32 * 1024 * 1024)

/* Answers the first that asks with 32 MB, as fast as the system takes them. */
static void *pour(void *data)
{
	static char much[65536];
	int client = accept(*(int *)data, NULL, NULL), length;

	recv(client, much, sizeof(much), 0);
	length = snprintf(much, sizeof(much), "HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n", POURED);
	send(client, much, (size_t)length, MSG_NOSIGNAL);
	for (int sent = 0; sent < POURED; sent += (int)sizeof(much))
		send(client, much, sizeof(much), MSG_NOSIGNAL);
	close(client);
	return NULL;
}

static int count_bytes(void *data, const char *bytes, size_t length)
{
	struct test *test = data;

	(void)bytes;
	test->bytes += length;
	return 0;
}

static void a_fast_answer_leaves_turns_of_the_loop_to_others(void **state)
{
	struct test *test = *state;
	struct sockaddr_in here = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t size = sizeof(here);
	int listener = socket(AF_INET, SOCK_STREAM, 0);
	struct http_request request;
	size_t most = 0;
	pthread_t server;

	assert_int_equal(bind(listener, (struct sockaddr *)&here, size), 0);
	assert_int_equal(listen(listener, 1), 0);
	getsockname(listener, (struct sockaddr *)&here, &size);
	snprintf(test->url, sizeof(test->url), "http://127.0.0.1:%d/x", ntohs(here.sin_port));
	assert_int_equal(pthread_create(&server, NULL, pour, &listener), 0);
	request = asking(test->url);
	request.body_max = POURED;
	http_get(test->http, &request, count_bytes, on_done, test);
	while (!test->done) {
		size_t before = test->bytes;

		uv_run(&test->loop, UV_RUN_ONCE);
		most = test->bytes - before > most ? test->bytes - before : most;
	}
	pthread_join(server, NULL);
	close(listener);
	assert_int_equal(test->bytes, POURED);
	assert_true(most <= POURED / 16);
}

static void a_call_cancelled_from_its_own_bytes_is_never_done(void **state)
{
	struct test *test = *state;
	struct http_request request;

	serve(test, NEVER_ENDS, "HTTP/1.1 200 OK\r\n\r\n");
	request = asking(test->url);
	test->victim = http_get(test->http, &request, take_some, on_done, test);
	while (http_in_flight(test->http))
		uv_run(&test->loop, UV_RUN_ONCE);
	assert_true(test->bytes > 0);
	assert_int_equal(test->done, 0);
}

static void a_cancelled_call_is_never_done_and_leaves_the_others_alone(void **state)
{
	struct test *test = *state;
	struct http_request request;
	struct http_call *call;

	serve(test, ANSWERS, OK_REPLY);
	request = asking(test->url);
	call = http_get(test->http, &request, NULL, on_done, test);
	http_get(test->http, &request, NULL, on_done, test);
	assert_int_equal(http_in_flight(test->http), 2);
	http_cancel(call);
	wait_done(test, 1);
	assert_int_equal(http_in_flight(test->http), 0);
	assert_int_equal(test->server.requests, 1);
}

static void cancel_victim(void *data, const struct answer *answer)
{
	struct test *test = data;

	http_cancel(test->victim);
	on_done(data, answer);
}

static void a_done_call_may_cancel_its_neighbour_and_itself(void **state)
{
	struct test *test = *state;
	struct http_request request;

	serve(test, ANSWERS, OK_REPLY);
	request = asking(test->url);
	test->victim = http_get(test->http, &request, NULL, cancel_victim, test);
	wait_done(test, 1);
	serve(test, IS_SILENT, "");
	request = asking(test->url);
	test->victim = http_get(test->http, &request, NULL, on_done, test);
	request.total_ms = 50;
	http_get(test->http, &request, NULL, cancel_victim, test);
	wait_done(test, 2);
	assert_int_equal(http_in_flight(test->http), 0);
}

static void free_http(void *data, const struct answer *answer)
{
	struct test *test = data;

	(void)answer;
	test->done++;
	uv_stop(&test->loop);
	http_free(test->http);
	test->http = NULL;
}

static void freeing_it_from_a_callback_ends_all_calls(void **state)
{
	struct test *test = *state;
	struct http_request request;

	serve(test, ANSWERS, OK_REPLY);
	request = asking(test->url);
	http_get(test->http, &request, NULL, free_http, test);
	request.address = "127.0.0.2";
	http_get(test->http, &request, NULL, on_done, test);
	wait_done(test, 1);
	uv_run(&test->loop, UV_RUN_NOWAIT);
	assert_int_equal(test->done, 1);
}

/* ---- TLS ---- */

static char certificates[] = "/tmp/tsllm-test-XXXXXX";

/* A CA, and leaves for gpu.test: one good, one that ended in 2021. */
static int make_certificates(void **state)
{
	char command[2048];

	(void)state;
	if (!mkdtemp(certificates))
		return -1;
	snprintf(command, sizeof(command),
		"cd %s && exec 2>/dev/null && "
		"openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=lab "
		"-keyout ca.key -out ca.pem -days 9 && "
		"openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=gpu.test "
		"-keyout leaf.key -out leaf.csr && "
		"printf 'subjectAltName=DNS:gpu.test\\n' > ext && "
		"printf '[ca]\\ndefault_ca=d\\n[d]\\nnew_certs_dir=.\\ndatabase=db\\ndefault_md=sha256\\n"
		"policy=p\\nrand_serial=yes\\nunique_subject=no\\n[p]\\ncommonName=supplied\\n' > cnf && : > "
		"db && "
		"openssl ca -batch -config cnf -cert ca.pem -keyfile ca.key -in leaf.csr -extfile ext -out "
		"good.pem "
		"-startdate 20200101000000Z -enddate 20991231235959Z && "
		"openssl ca -batch -config cnf -cert ca.pem -keyfile ca.key -in leaf.csr -extfile ext -out "
		"old.pem "
		"-startdate 20200101000000Z -enddate 20210203040506Z",
		certificates);
	return system(command);
}

static int remove_certificates(void **state)
{
	char command[64];

	(void)state;
	snprintf(command, sizeof(command), "rm -r %s", certificates);
	return system(command);
}

static const char *certificate_path(const char *name)
{
	static char path[64];

	snprintf(path, sizeof(path), "%s/%s", certificates, name);
	return path;
}

static char *slurp(const char *path)
{
	FILE *file = fopen(path, "r");
	char *text = mem_alloc(16384);

	assert_non_null(file);
	assert_true(fread(text, 1, 16383, file) > 0);
	fclose(file);
	return text;
}

static enum MHD_Result on_https(void *data, struct MHD_Connection *connection, const char *url,
	const char *method, const char *version, const char *upload, size_t *size, void **per_request)
{
	struct MHD_Response *response;

	(void)url, (void)method, (void)version, (void)upload, (void)size;
	if (!*per_request) { /* an answer before the request is read whole would end the connection */
		*per_request = data;
		return MHD_YES;
	}
	++*(int *)data;
	response = MHD_create_response_from_buffer(2, (void *)"{}", MHD_RESPMEM_PERSISTENT);
	MHD_queue_response(connection, 200, response);
	MHD_destroy_response(response);
	return MHD_YES;
}

struct tls_case {
	const char *certificate; /* "good.pem" */
	const char *name;        /* in the URL */
	bool is_trusted, skips_verification;
	const char *key; /* NULL: none */
};

/* One question to an HTTPS server, dialed at 127.0.0.1; returns how many requests the server saw. */
static int ask_https(struct test *test, struct tls_case how)
{
	char *chain = slurp(certificate_path(how.certificate)), *key = slurp(certificate_path("leaf.key"));
	int requests = 0;
	char url[64];
	struct http_request request = asking(url);
	struct MHD_Daemon *https = MHD_start_daemon(MHD_USE_TLS | MHD_USE_INTERNAL_POLLING_THREAD, 0, NULL,
		NULL, on_https, &requests, MHD_OPTION_HTTPS_MEM_CERT, chain, MHD_OPTION_HTTPS_MEM_KEY, key,
		MHD_OPTION_END);

	assert_non_null(https);
	snprintf(url, sizeof(url), "https://%s:%d/", how.name,
		MHD_get_daemon_info(https, MHD_DAEMON_INFO_BIND_PORT)->port);
	request.address = "127.0.0.1";
	request.ca_file = how.is_trusted ? certificate_path("ca.pem") : NULL;
	request.skips_verification = how.skips_verification;
	request.key = how.key;
	request.only_connects = test->only_connects;
	ask(test, &request);
	if (test->answer.status == 200) {
		assert_true(test->answer.tls_ms > 0 && test->answer.tls_ms < 2000);
		assert_true(test->answer.cert_not_after == when_parse("2099-12-31T23:59:59Z"));
		assert_true(ask(test, &request)->is_reused);
	}
	MHD_stop_daemon(https);
	free(chain);
	free(key);
	return requests;
}

static void a_good_certificate_is_verified_by_name_and_its_connection_kept(void **state)
{
	struct test *test = *state;

	assert_int_equal(ask_https(test, (struct tls_case){ "good.pem", "gpu.test", true, false, NULL }), 2);
	assert_int_equal(test->answer.outcome, OUTCOME_ANSWERED);
	assert_int_equal(test->answer.tls, TLS_FINE);
	assert_true(isnan(test->answer.tls_ms));
}

static void an_unknown_authority_is_untrusted(void **state)
{
	struct test *test = *state;

	assert_int_equal(ask_https(test, (struct tls_case){ "good.pem", "gpu.test", false, false, NULL }), 0);
	assert_int_equal(test->answer.outcome, OUTCOME_TLS);
	assert_int_equal(test->answer.tls, TLS_UNTRUSTED);
	assert_true(strlen(test->answer.tls_text) > 0);
}

static void another_name_is_a_name_mismatch(void **state)
{
	struct test *test = *state;

	assert_int_equal(
		ask_https(test, (struct tls_case){ "good.pem", "other.test", true, false, NULL }), 0);
	assert_int_equal(test->answer.outcome, OUTCOME_TLS);
	assert_int_equal(test->answer.tls, TLS_NAME_MISMATCH);
}

/* A certificate is a server's word, too; here it is the word "alternative" of curl's that is taken for the
 * key. */
static void a_key_in_what_is_said_of_a_certificate_is_hidden(void **state)
{
	struct test *test = *state;

	ask_https(test, (struct tls_case){ "good.pem", "other.test", true, false, NULL });
	assert_non_null(strstr(test->answer.tls_text, "alternative"));
	ask_https(test, (struct tls_case){ "good.pem", "other.test", true, false, "alternative" });
	assert_null(strstr(test->answer.tls_text, "alternative"));
	assert_non_null(strstr(test->answer.tls_text, "***********"));
}

static void a_certificate_of_the_past_is_expired(void **state)
{
	struct test *test = *state;

	assert_int_equal(ask_https(test, (struct tls_case){ "old.pem", "gpu.test", true, false, NULL }), 0);
	assert_int_equal(test->answer.outcome, OUTCOME_TLS);
	assert_int_equal(test->answer.tls, TLS_EXPIRED);
}

static void a_connect_alone_verifies_and_asks_nothing(void **state)
{
	struct test *test = *state;

	test->only_connects = true;
	assert_int_equal(ask_https(test, (struct tls_case){ "good.pem", "gpu.test", true, false, NULL }), 0);
	assert_int_equal(test->answer.outcome, OUTCOME_ANSWERED);
	assert_int_equal(test->answer.status, 0);
	assert_true(test->answer.tls_ms > 0 && test->answer.bytes_sent == 0);
	assert_int_equal(ask_https(test, (struct tls_case){ "old.pem", "gpu.test", true, false, NULL }), 0);
	assert_int_equal(test->answer.tls, TLS_EXPIRED);
}

static void the_date_of_an_expired_certificate_is_read_without_asking_anything(void **state)
{
	struct test *test = *state;

	assert_int_equal(ask_https(test, (struct tls_case){ "old.pem", "gpu.test", false, true, NULL }), 0);
	assert_int_equal(test->answer.outcome, OUTCOME_ANSWERED);
	assert_int_equal(test->answer.status, 0);
	assert_true(test->answer.cert_not_after == when_parse("2021-02-03T04:05:06Z"));
}

static const struct answer *ask_tls(struct test *test, enum manner manner, const char *reply, size_t length)
{
	serve(test, manner, reply);
	test->server.length = length;
	snprintf(test->url, sizeof(test->url), "https://127.0.0.1:%d/", test->server.port);
	return ask_within(test, manner == IS_SILENT ? 100 : 2000, 2000);
}

static void tls_to_a_plain_server_is_not_tls(void **state)
{
	struct test *test = *state;

	assert_int_equal(
		ask_tls(test, ANSWERS, "HTTP/1.1 400 Bad Request\r\n\r\n", 28)->outcome, OUTCOME_TLS);
	assert_int_equal(test->answer.tls, TLS_NOT_TLS);
}

static void an_internal_alert_is_the_answer_to_a_name_without_a_certificate(void **state)
{
	struct test *test = *state;

	assert_int_equal(ask_tls(test, ANSWERS, "\x15\x03\x03\0\x02\x02\x50", 7)->outcome, OUTCOME_TLS);
	assert_int_equal(test->answer.tls, TLS_ALERT_INTERNAL);
}

/* version: "-tls1_2" */
static void ask_one_that_wants_a_certificate(struct test *test, const char *version)
{
	char command[512], line[64], url[64];
	struct http_request request = asking(url);
	int port = 0;
	FILE *server;

	snprintf(command, sizeof(command),
		"cd %s && exec timeout 30 openssl s_server -www -accept 127.0.0.1:0 -naccept 1 -Verify 1 "
		"-verify_return_error -CAfile ca.pem -cert good.pem -key leaf.key %s </dev/null 2>/dev/null",
		certificates, version);
	server = popen(command, "r");
	assert_non_null(server);
	while (!port && fgets(line, sizeof(line), server))
		sscanf(line, "ACCEPT 127.0.0.1:%d", &port);
	assert_true(port > 0);
	snprintf(url, sizeof(url), "https://gpu.test:%d/", port);
	request.address = "127.0.0.1";
	request.ca_file = certificate_path("ca.pem");
	ask(test, &request);
	pclose(server);
}

static void a_client_certificate_that_is_wanted_is_told(void **state)
{
	static const char *const versions[] = { "-tls1_2", "-tls1_3" };
	struct test *test = *state;

	for (size_t i = 0; i < ARRAY_LEN(versions); i++) {
		ask_one_that_wants_a_certificate(test, versions[i]);
		assert_int_equal(test->answer.outcome, OUTCOME_TLS);
		assert_int_equal(test->answer.tls, TLS_WANTS_CERTIFICATE);
	}
}

/* Go's word for whatever its configuration has against a connection. */
static void a_bad_certificate_that_nobody_asked_for_is_no_client_s(void **state)
{
	struct test *test = *state;

	assert_int_equal(ask_tls(test, ANSWERS, "\x15\x03\x03\0\x02\x02\x2a", 7)->outcome, OUTCOME_TLS);
	assert_int_equal(test->answer.tls, TLS_OTHER);
	assert_non_null(strstr(test->answer.tls_text, "alert bad certificate"));
}

static void a_handshake_without_an_answer_is_a_tls_timeout(void **state)
{
	struct test *test = *state;

	assert_int_equal(ask_tls(test, IS_SILENT, "", 0)->outcome, OUTCOME_TLS);
	assert_int_equal(test->answer.tls, TLS_TIMEOUT);
	assert_true(isnan(test->answer.tls_ms));
}

static void hanging_up_on_a_handshake_is_closed(void **state)
{
	assert_int_equal(ask_tls(*state, CLOSES_AT_ONCE, "", 0)->outcome, OUTCOME_CLOSED);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_whole_answer_is_answered_with_all_its_figures),
		TEST(a_request_says_what_it_wants_and_nothing_about_us),
		TEST(a_post_is_empty),
		TEST(a_key_goes_to_the_host_it_is_for_and_not_along_a_redirect),
		TEST(a_redirect_within_a_host_is_not_followed_either),
		TEST(a_name_is_dialed_at_its_address_without_a_resolver_or_a_thread),
		TEST(a_name_without_an_address_is_unresolved_and_never_looked_up),
		TEST(the_local_port_of_every_request_is_told),
		TEST(a_second_request_reuses_the_connection_and_has_no_connect_time),
		TEST(an_interim_answer_leaves_no_trace),
		TEST(an_old_http_answer_ends_with_the_connection),
		TEST(speaks_over_a_unix_socket),
		TEST(what_this_process_lacks_is_not_the_server_s_fault),
		TEST(a_port_where_nothing_listens_is_refused),
		TEST(an_address_without_a_route_is_unreachable),
		TEST(a_black_hole_is_a_connect_timeout),
		TEST(no_byte_until_the_deadline_is_silence),
		TEST(the_deadline_is_what_was_asked_for),
		TEST(a_byte_at_a_time_is_silence_with_its_status_kept),
		TEST(closing_before_the_first_byte_is_closed),
		TEST(closing_after_the_question_is_closed),
		TEST(a_reset_after_the_question_is_closed),
		TEST(a_body_shorter_than_it_says_is_truncated),
		TEST(a_chunked_body_without_its_end_is_truncated),
		TEST(headers_that_break_off_are_truncated),
		TEST(ten_thousand_headers_are_too_big),
		TEST(one_endless_header_is_too_big),
		TEST(an_endless_body_is_too_big),
		TEST(bytes_that_are_no_http_are_not_http),
		TEST(a_status_that_is_none_is_not_http),
		TEST(a_taker_of_bytes_gets_them_as_they_come_and_may_end_it),
#ifdef CAN_MEASURE_MEMORY
		TEST(what_a_large_answer_left_goes_back_to_the_system),
		TEST(small_answers_give_back_what_is_free_now_and_then),
#endif
		TEST(a_fast_answer_leaves_turns_of_the_loop_to_others),
		TEST(a_call_cancelled_from_its_own_bytes_is_never_done),
		TEST(a_cancelled_call_is_never_done_and_leaves_the_others_alone),
		TEST(a_done_call_may_cancel_its_neighbour_and_itself),
		TEST(freeing_it_from_a_callback_ends_all_calls),
		TEST(a_good_certificate_is_verified_by_name_and_its_connection_kept),
		TEST(an_unknown_authority_is_untrusted),
		TEST(another_name_is_a_name_mismatch),
		TEST(a_key_in_what_is_said_of_a_certificate_is_hidden),
		TEST(a_certificate_of_the_past_is_expired),
		TEST(a_connect_alone_verifies_and_asks_nothing),
		TEST(the_date_of_an_expired_certificate_is_read_without_asking_anything),
		TEST(tls_to_a_plain_server_is_not_tls),
		TEST(an_internal_alert_is_the_answer_to_a_name_without_a_certificate),
		TEST(a_client_certificate_that_is_wanted_is_told),
		TEST(a_bad_certificate_that_nobody_asked_for_is_no_client_s),
		TEST(a_handshake_without_an_answer_is_a_tls_timeout),
		TEST(hanging_up_on_a_handshake_is_closed),
	};

	return cmocka_run_group_tests(tests, make_certificates, remove_certificates);
}
