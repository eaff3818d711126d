/* HTTP on the loop, over libcurl's multi-socket interface: curl asks for sockets and a timeout to be watched,
 * libuv waits and calls curl back. One uv_poll_t per socket, one timer for all.
 *
 * Curl must not be entered from its own callbacks: a call that is cancelled while curl runs is only
 * marked, and removed when curl has returned. Results are collected outside of curl, so callers may start
 * and cancel calls from done(). */
#include "probes/base/mem.h"
#include "probes/base/strings.h"
#include "probes/io/budget.h"
#include "probes/io/http_call.h"
#include "probes/io/secret.h"

#include <assert.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#define TRIM_EVERY 100 /* answers: about 10 s with forty servers, 2 min with none */

struct http {
	uv_loop_t *loop;
	CURLM *multi; /* NULL: freed, only the timer's handle is still closing */
	uv_timer_t timer;
	struct http_call *calls;
	size_t in_flight;
	unsigned untrimmed;  /* answers since the last mem_trim() */
	bool is_inside;      /* curl is running */
	struct strings keys; /* all that were sent: hidden in every answer, as any server may repeat one */
	bool doubts_sockets;
	void (*used)(void *data, int port);
	void *used_data;
};

struct watch {
	uv_poll_t poll;
	struct http *http;
	curl_socket_t socket;
};

static void remove_call(struct http_call *call)
{
	struct http *http = call->http;

	*(call->previous ? &call->previous->next : &http->calls) = call->next;
	if (call->next)
		call->next->previous = call->previous;
	http->in_flight--;
	curl_multi_remove_handle(http->multi, call->easy);
	http_call_free(call);
}

void http_on_port(struct http *http, void (*used)(void *data, int port), void *data)
{
	http->used = used;
	http->used_data = data;
}

static void tell_port(const struct http_call *call, int port)
{
	if (call->http->used && port > 0)
		call->http->used(call->http->used_data, port);
}

static void finish(struct http_call *call, CURLcode result)
{
	http_outcome_read(call, result);
	tell_port(call, call->answer.local_port);
	http_call_hand_over(call, &call->http->keys);
	answer_examine(&call->answer);
	call->is_over = true;
	call->done(call->data, &call->answer);
}

/* Everything parsed from the answer is free by now. A large one leaves thousands of small free blocks, so
 * return them at once. Small answers reuse the blocks of earlier ones, so trim only now and then. */
static void retire(struct http_call *call)
{
	struct http *http = call->http;
	bool was_large = call->body_bytes >= MEM_LARGE;

	remove_call(call);
	if (!was_large && ++http->untrimmed < TRIM_EVERY)
		return;
	http->untrimmed = 0;
	mem_trim();
}

static void remove_cancelled(struct http *http)
{
	for (struct http_call *call = http->calls, *next; call; call = next) {
		next = call->next;
		if (call->is_cancelled)
			remove_call(call);
	}
}

static void step(struct http *http, curl_socket_t socket, int events)
{
	int count;
	CURLMsg *message;

	http->is_inside = true;
	curl_multi_socket_action(http->multi, socket, events, &count);
	http->is_inside = false;
	remove_cancelled(http);
	while (http->multi && (message = curl_multi_info_read(http->multi, &count))) {
		CURLcode result = message->data.result;
		struct http_call *call = NULL;

		curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, (char **)&call);
		finish(call, result);
		if (http->multi)
			retire(call);
	}
}

static void on_timer(uv_timer_t *timer)
{
	step(timer->data, CURL_SOCKET_TIMEOUT, 0);
}

static void on_poll(uv_poll_t *poll, int status, int events)
{
	struct watch *watch = poll->data;
	int flags = status < 0 ? CURL_CSELECT_ERR : 0;

	flags |= events & UV_READABLE ? CURL_CSELECT_IN : 0;
	flags |= events & UV_WRITABLE ? CURL_CSELECT_OUT : 0;
	step(watch->http, watch->socket, flags);
}

static void on_watch_closed(uv_handle_t *handle)
{
	free(handle->data);
}

static int wait_for_socket(CURL *easy, curl_socket_t socket, int what, void *data, void *socket_data)
{
	struct http *http = data;
	struct watch *watch = socket_data;
	int events = (what & CURL_POLL_IN ? UV_READABLE : 0) | (what & CURL_POLL_OUT ? UV_WRITABLE : 0);

	(void)easy;
	if (what == CURL_POLL_REMOVE) {
		curl_multi_assign(http->multi, socket, NULL);
		if (watch)
			uv_close((uv_handle_t *)&watch->poll, on_watch_closed);
		return 0;
	}
	if (!watch) {
		watch = mem_alloc(sizeof(*watch));
		watch->http = http;
		watch->socket = socket;
		if (uv_poll_init_socket(http->loop, &watch->poll, socket)) {
			free(watch);
			return -1;
		}
		watch->poll.data = watch;
		curl_multi_assign(http->multi, socket, watch);
	}
	return uv_poll_start(&watch->poll, events, on_poll) ? -1 : 0;
}

static int wait_for_time(CURLM *multi, long ms, void *data)
{
	struct http *http = data;

	(void)multi;
	if (ms < 0)
		return uv_timer_stop(&http->timer);
	/* Curl asks for 0 ms after each piece of a fast answer. libuv would run that timer before it polls
	 * any socket, until the answer ends, and starve all other calls. With 1 ms the sockets come first,
	 * this call's among them. */
	if (ms == 0 && http->is_inside)
		ms = 1;
	return uv_timer_start(&http->timer, on_timer, (uint64_t)ms, 0);
}

struct http *http_new(uv_loop_t *loop)
{
	struct http *http = mem_alloc(sizeof(*http));

	/* OpenSSL writes to sockets whose other end may be closed. */
	signal(SIGPIPE, SIG_IGN);
	curl_global_init(CURL_GLOBAL_DEFAULT);
	http->loop = loop;
	http->multi = curl_multi_init();
	uv_timer_init(loop, &http->timer);
	http->timer.data = http;
	curl_multi_setopt(http->multi, CURLMOPT_SOCKETFUNCTION, wait_for_socket);
	curl_multi_setopt(http->multi, CURLMOPT_SOCKETDATA, http);
	curl_multi_setopt(http->multi, CURLMOPT_TIMERFUNCTION, wait_for_time);
	curl_multi_setopt(http->multi, CURLMOPT_TIMERDATA, http);
	curl_multi_setopt(http->multi, CURLMOPT_MAXCONNECTS, (long)budget_kept());
	return http;
}

void http_doubt_sockets(struct http *http)
{
	http->doubts_sockets = true;
}

static void forget_keys(struct http *http)
{
	for (size_t i = 0; i < http->keys.count; i++)
		memset(http->keys.items[i], 0, strlen(http->keys.items[i]));
	strings_fini(&http->keys);
}

static void on_timer_closed(uv_handle_t *handle)
{
	free(handle->data);
}

void http_free(struct http *http)
{
	if (!http)
		return;
	assert(!http->is_inside);
	while (http->calls)
		remove_call(http->calls);
	forget_keys(http);
	curl_multi_cleanup(http->multi);
	http->multi = NULL;
	curl_global_cleanup();
	uv_close((uv_handle_t *)&http->timer, on_timer_closed);
}

struct http_call *http_get(struct http *http, const struct http_request *request, http_bytes_fn *bytes,
	http_done_fn *done, void *data)
{
	struct http_call *call = http_call_new(request);

	if (request->key && secret_is_plain(request->key) && !strings_has(&http->keys, request->key))
		strings_add(&http->keys, request->key);
	if (request->unix_socket && http->doubts_sockets)
		http_call_doubt(call);
	call->connected = request->wants_stream ? tell_port : NULL;
	call->http = http;
	call->bytes = bytes;
	call->done = done;
	call->data = data;
	call->next = http->calls;
	if (call->next)
		call->next->previous = call;
	http->calls = call;
	http->in_flight++;
	curl_multi_add_handle(http->multi, call->easy);
	return call;
}

void http_cancel(struct http_call *call)
{
	if (!call || call->is_over)
		return;
	if (call->http->is_inside)
		call->is_cancelled = true;
	else
		remove_call(call);
}

void http_look(const struct http_call *call, struct answer *answer)
{
	answer->status = call->answer.status;
	http_outcome_figures(call, answer);
}

void http_hide_keys(const struct http *http, char *text, size_t length)
{
	for (size_t i = 0; i < http->keys.count; i++)
		secret_hide(text, length, http->keys.items[i]);
}

size_t http_in_flight(const struct http *http)
{
	return http->in_flight;
}
