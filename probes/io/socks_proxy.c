/* The SOCKS5 proxy. A passage is one client: it sends a greeting (RFC 1928) and a request, tailscaled dials
 * and answers 101, and from then on bytes are relayed both ways.
 *
 * Before that, both sides send single small messages, so one bounded buffer is enough: it holds what has
 * come of the message we wait for. Relaying has back-pressure: one side is not read while more than 64 kB
 * are queued for the other. When one side closes, its bytes are delivered and then both are closed: our
 * only client is libcurl, which never half-closes. */
#include "probes/io/socks_proxy.h"

#include "probes/base/fault.h"
#include "probes/base/mem.h"
#include "probes/base/owner.h"
#include "probes/base/private.h"
#include "probes/io/socks_wire.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PASSAGES_MAX 128
#define HANDSHAKE_MS 10000
#define DELIVERY_MS 5000
#define QUEUE_MAX (64 * 1024)
#define MESSAGE_MAX 4096

enum step { GREETING, REQUEST, DIALING, CARRYING, ENDING };

struct socks_proxy {
	uv_loop_t *loop;
	uv_pipe_t listener;
	char *tailscaled;
	char directory[72], path[80], proxy[104];
	struct passage *passages;
	size_t count;
	bool doubts;                   /* check the owner of the process at tailscaled's socket */
	bool is_closing, has_listener; /* has_listener: its handle is not closed yet */
};

struct passage {
	struct socks_proxy *proxy;
	struct passage *next, *previous;
	uv_pipe_t client, daemon;
	uv_timer_t deadline;
	uv_connect_t connect;
	uv_shutdown_t shutdown;
	int open_handles;
	enum step step;
	struct socks_wish wish;
	unsigned char message[MESSAGE_MAX + 1];
	size_t length;
	char room[16384];
};

struct parcel {
	uv_write_t write;
	uv_stream_t *from; /* read it again when this is delivered; NULL: none */
	char bytes[];
};

/* ---- closing ---- */

static void proxy_free(struct socks_proxy *proxy)
{
	if (!proxy->is_closing || proxy->has_listener || proxy->count)
		return;
	free(proxy->tailscaled);
	free(proxy);
}

static void on_handle_closed(uv_handle_t *handle)
{
	struct passage *passage = handle->data;
	struct socks_proxy *proxy = passage->proxy;

	if (--passage->open_handles)
		return;
	*(passage->previous ? &passage->previous->next : &proxy->passages) = passage->next;
	if (passage->next)
		passage->next->previous = passage->previous;
	proxy->count--;
	free(passage);
	proxy_free(proxy);
}

static void passage_close(struct passage *passage)
{
	if (uv_is_closing((uv_handle_t *)&passage->client))
		return;
	uv_close((uv_handle_t *)&passage->client, on_handle_closed);
	uv_close((uv_handle_t *)&passage->daemon, on_handle_closed);
	uv_close((uv_handle_t *)&passage->deadline, on_handle_closed);
}

static void on_delivered(uv_shutdown_t *shutdown, int status)
{
	(void)status;
	passage_close(shutdown->data);
}

static void close_in_time(uv_timer_t *timer)
{
	passage_close(timer->data);
}

/* Closes the passage once everything queued for `to` is delivered. */
static void passage_end(struct passage *passage, uv_stream_t *to)
{
	if (passage->step == ENDING)
		return;
	passage->step = ENDING;
	uv_read_stop((uv_stream_t *)&passage->client);
	uv_read_stop((uv_stream_t *)&passage->daemon);
	uv_timer_start(&passage->deadline, close_in_time, DELIVERY_MS, 0);
	passage->shutdown.data = passage;
	if (uv_shutdown(&passage->shutdown, to, on_delivered))
		passage_close(passage);
}

/* ---- relaying ---- */

static void room_for(uv_handle_t *handle, size_t wanted, uv_buf_t *buffer)
{
	struct passage *passage = handle->data;

	(void)wanted;
	*buffer = uv_buf_init(passage->room, sizeof(passage->room));
}

static void on_read(uv_stream_t *from, ssize_t length, const uv_buf_t *buffer);

static void on_written(uv_write_t *write, int status)
{
	struct parcel *parcel = write->data;
	struct passage *passage = write->handle->data;

	if (status)
		passage_close(passage);
	else if (parcel->from && passage->step == CARRYING &&
		 uv_stream_get_write_queue_size(write->handle) <= QUEUE_MAX)
		uv_read_start(parcel->from, room_for, on_read);
	free(parcel);
}

static void carry(
	struct passage *passage, uv_stream_t *from, uv_stream_t *to, const void *bytes, size_t length)
{
	struct parcel *parcel = mem_alloc(sizeof(*parcel) + length);
	uv_buf_t buffer = uv_buf_init(parcel->bytes, (unsigned)length);

	memcpy(parcel->bytes, bytes, length);
	parcel->from = from;
	parcel->write.data = parcel;
	if (uv_write(&parcel->write, to, &buffer, 1, on_written)) {
		free(parcel);
		passage_close(passage);
		return;
	}
	if (from && uv_stream_get_write_queue_size(to) > QUEUE_MAX)
		uv_read_stop(from);
}

static void say_to_client(struct passage *passage, const void *bytes, size_t length)
{
	carry(passage, NULL, (uv_stream_t *)&passage->client, bytes, length);
}

static void reply(struct passage *passage, int how)
{
	const unsigned char message[] = { 5, (unsigned char)how, 0, 1, 0, 0, 0, 0, 0, 0 };

	say_to_client(passage, message, sizeof(message));
	if (how != SOCKS_GRANTED)
		passage_end(passage, (uv_stream_t *)&passage->client);
}

static void on_deadline(uv_timer_t *timer)
{
	reply(timer->data, SOCKS_TIMED_OUT);
}

/* ---- handshake ---- */

static void read_greeting(struct passage *passage)
{
	int is_good = socks_read_greeting(passage->message, passage->length);

	if (is_good < 0)
		return;
	say_to_client(passage, is_good ? "\5\0" : "\5\xff", 2);
	passage->step = REQUEST;
	passage->length = 0;
	if (!is_good)
		passage_end(passage, (uv_stream_t *)&passage->client);
}

static bool is_believed(const struct passage *passage)
{
	uv_os_fd_t fd;

	return !passage->proxy->doubts ||
	       (!uv_fileno((const uv_handle_t *)&passage->daemon, &fd) && owner_believes_peer(fd));
}

static void on_dialed(uv_connect_t *connect, int status)
{
	struct passage *passage = connect->data;
	char request[640];

	if (passage->step != DIALING)
		return;
	if (status || !is_believed(passage)) {
		reply(passage, SOCKS_FAILED);
		return;
	}
	socks_dial_request(request, sizeof(request), &passage->wish);
	carry(passage, NULL, (uv_stream_t *)&passage->daemon, request, strlen(request));
	uv_read_start((uv_stream_t *)&passage->daemon, room_for, on_read);
}

static void read_wish(struct passage *passage)
{
	int how = socks_read_wish(passage->message, passage->length, &passage->wish);

	if (how == SOCKS_GRANTED) {
		passage->step = DIALING;
		passage->length = 0;
		passage->connect.data = passage;
		uv_pipe_connect(&passage->connect, &passage->daemon, passage->proxy->tailscaled, on_dialed);
	} else if (how != SOCKS_UNFINISHED) {
		reply(passage, how);
	}
}

static void read_dial(struct passage *passage, bool is_end)
{
	const char *text = (const char *)passage->message;
	bool is_last = is_end || passage->length == MESSAGE_MAX;
	size_t head = 0;
	int how = socks_dial_read_answer(text, is_last, &head);

	if (how == SOCKS_UNFINISHED)
		return;
	if (how == SOCKS_GRANTED) {
		uv_timer_stop(&passage->deadline);
		passage->step = CARRYING;
	}
	reply(passage, how);
	if (how == SOCKS_GRANTED && passage->length > head)
		say_to_client(passage, text + head, passage->length - head);
}

/* ---- the loop ---- */

static void on_message(struct passage *passage, bool is_daemon, const char *bytes, size_t length)
{
	bool is_awaited = is_daemon == (passage->step == DIALING);

	if (!is_awaited || length > MESSAGE_MAX - passage->length) {
		passage_close(passage);
		return;
	}
	memcpy(passage->message + passage->length, bytes, length);
	passage->length += length;
	passage->message[passage->length] = '\0';
	if (passage->step == GREETING)
		read_greeting(passage);
	else if (passage->step == REQUEST)
		read_wish(passage);
	else
		read_dial(passage, false);
}

static void on_end(struct passage *passage, bool is_daemon)
{
	if (passage->step == CARRYING)
		passage_end(passage, (uv_stream_t *)(is_daemon ? &passage->client : &passage->daemon));
	else if (passage->step == DIALING && is_daemon)
		read_dial(passage, true);
	else
		passage_close(passage);
}

static void on_read(uv_stream_t *from, ssize_t length, const uv_buf_t *buffer)
{
	struct passage *passage = from->data;
	bool is_daemon = from == (uv_stream_t *)&passage->daemon;
	uv_stream_t *to = (uv_stream_t *)(is_daemon ? &passage->client : &passage->daemon);

	if (length == UV_EOF)
		on_end(passage, is_daemon);
	else if (length < 0)
		passage_close(passage);
	else if (passage->step == CARRYING)
		carry(passage, from, to, buffer->base, (size_t)length);
	else if (length > 0)
		on_message(passage, is_daemon, buffer->base, (size_t)length);
}

static void on_client(uv_stream_t *listener, int status)
{
	struct socks_proxy *proxy = listener->data;
	struct passage *passage;

	if (status)
		return;
	passage = mem_alloc(sizeof(*passage));
	passage->proxy = proxy;
	passage->next = proxy->passages;
	if (passage->next)
		passage->next->previous = passage;
	proxy->passages = passage;
	proxy->count++;
	passage->open_handles = 3;
	uv_pipe_init(proxy->loop, &passage->client, 0);
	uv_pipe_init(proxy->loop, &passage->daemon, 0);
	uv_timer_init(proxy->loop, &passage->deadline);
	passage->client.data = passage->daemon.data = passage->deadline.data = passage;
	if (uv_accept(listener, (uv_stream_t *)&passage->client) || proxy->count > PASSAGES_MAX) {
		passage_close(passage);
		return;
	}
	uv_timer_start(&passage->deadline, on_deadline, HANDSHAKE_MS, 0);
	uv_read_start((uv_stream_t *)&passage->client, room_for, on_read);
}

static void on_listener_closed(uv_handle_t *handle)
{
	struct socks_proxy *proxy = handle->data;

	proxy->has_listener = false;
	proxy_free(proxy);
}

/* Listens in a new directory that only our user may enter (mkdtemp() makes it 0700). 0 or libuv's error. */
static int listen_privately(struct socks_proxy *proxy)
{
	int error;

	snprintf(proxy->directory, sizeof(proxy->directory), "%s/tsllm-XXXXXX", private_runtime_directory());
	if (!mkdtemp(proxy->directory)) {
		proxy->directory[0] = '\0';
		return uv_translate_sys_error(errno);
	}
	snprintf(proxy->path, sizeof(proxy->path), "%s/socks", proxy->directory);
	snprintf(proxy->proxy, sizeof(proxy->proxy), "socks5h://localhost%s", proxy->path);
	error = uv_pipe_bind(&proxy->listener, proxy->path);
	return error ? error : uv_listen((uv_stream_t *)&proxy->listener, PASSAGES_MAX, on_client);
}

struct socks_proxy *socks_proxy_open(
	uv_loop_t *loop, const char *tailscaled_socket, bool doubts, struct fault *fault)
{
	struct socks_proxy *proxy = mem_alloc(sizeof(*proxy));
	int error;

	signal(SIGPIPE, SIG_IGN); /* libuv writes to sockets whose other end may be closed */
	proxy->loop = loop;
	proxy->tailscaled = mem_copy(tailscaled_socket);
	proxy->doubts = doubts;
	proxy->has_listener = true;
	uv_pipe_init(loop, &proxy->listener, 0);
	proxy->listener.data = proxy;
	error = listen_privately(proxy);
	if (!error)
		return proxy;
	fault_say(fault, "no private socket in %s for the way through tailscaled: %s",
		private_runtime_directory(), uv_strerror(error));
	socks_proxy_close(proxy);
	return NULL;
}

const char *socks_proxy_url(const struct socks_proxy *proxy)
{
	return proxy->proxy;
}

void socks_proxy_close(struct socks_proxy *proxy)
{
	if (!proxy || proxy->is_closing)
		return;
	proxy->is_closing = true;
	if (proxy->directory[0]) {
		unlink(proxy->path);
		rmdir(proxy->directory);
	}
	for (struct passage *passage = proxy->passages; passage; passage = passage->next)
		passage_close(passage);
	uv_close((uv_handle_t *)&proxy->listener, on_listener_closed);
}
