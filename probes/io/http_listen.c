/* libmicrohttpd without a thread of its own: its epoll descriptor is watched by the loop, and a timer calls it when a
 * connection's time is over.
 *
 * A connection has TURN_MS for each request, from its start or the end of the last one to the end of the answer: a
 * client that sends or reads a byte now and then must not hold one of the few connections for ever. A request with a
 * body is refused and its connection closed, so that nobody disagrees about where the next one begins. */
#include "probes/io/http_listen.h"

#include "probes/base/fault.h"
#include "probes/base/mem.h"
#include "probes/base/text.h"
#include "probes/base/url.h"
#include "probes/io/listen_socket.h"
#include "probes/io/timer.h"

#include <errno.h>
#include <microhttpd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <uv.h>

#define HEADERS_MAX 8192 /* bytes of a connection's memory */
#define IDLE_S 10
#define TURN_MS 30000
#define CHECK_MS 5000

/* What a page holds; shared by whoever keeps or sends it. */
struct content {
	struct MHD_Response *response;
	unsigned status;
	size_t uses;
};

struct client {
	struct MHD_Connection *connection; /* NULL: this place is free */
	int fd;
	uint64_t since;          /* when its turn began */
	int waits_for;           /* page; -1: none */
	struct content *content; /* what it waited for; NULL: none yet */
};

struct http_listen {
	uv_loop_t *loop;
	uv_poll_t *poll;
	struct timer *timeout, *check;
	struct MHD_Daemon *daemon;
	char *address;
	const struct http_page *pages;
	size_t count;
	struct http_listen_hooks hooks;
	struct content *kept[HTTP_LISTEN_PAGES]; /* NULL: none */
	bool wanted[HTTP_LISTEN_PAGES];          /* to be told when libmicrohttpd has returned */
	struct client clients[HTTP_LISTEN_CONNECTIONS];
	size_t client_count;
	bool has_place; /* one was closed: libmicrohttpd accepts again when it is called the next time */
};

/* ---- the loop ---- */

static void run(struct http_listen *listen)
{
	MHD_UNSIGNED_LONG_LONG wait;

	listen->has_place = false;
	MHD_run(listen->daemon);
	if (listen->has_place)
		timer_start(listen->timeout, 0);
	else if (MHD_get_timeout(listen->daemon, &wait) == MHD_YES)
		timer_start(listen->timeout, (int64_t)wait);
	else
		timer_stop(listen->timeout);
	for (size_t i = 0; i < listen->count; i++) {
		bool is_wanted = listen->wanted[i];

		listen->wanted[i] = false;
		if (is_wanted)
			listen->hooks.wanted(listen->hooks.data, i);
	}
}

static void on_event(uv_poll_t *poll, int status, int events)
{
	(void)status, (void)events;
	run(poll->data);
}

static void on_timeout(void *data)
{
	run(data);
}

/* Ends those whose turn takes too long. */
static void on_check(void *data)
{
	struct http_listen *listen = data;
	uint64_t now = uv_now(listen->loop);

	for (size_t i = 0; i < HTTP_LISTEN_CONNECTIONS; i++)
		if (listen->clients[i].connection && now - listen->clients[i].since > TURN_MS)
			shutdown(listen->clients[i].fd, SHUT_RDWR);
	if (listen->client_count)
		timer_start(listen->check, CHECK_MS);
}

/* ---- content ---- */

static struct content *use(struct content *content)
{
	content->uses++;
	return content;
}

static void release(struct content **content)
{
	if (*content && !--(*content)->uses) {
		MHD_destroy_response((*content)->response);
		free(*content);
	}
	*content = NULL;
}

/* ---- clients ---- */

static struct client *client_of(struct http_listen *listen, const struct MHD_Connection *connection)
{
	for (size_t i = 0; i < HTTP_LISTEN_CONNECTIONS; i++)
		if (listen->clients[i].connection == connection)
			return &listen->clients[i];
	return NULL;
}

static int descriptor_of(struct MHD_Connection *connection)
{
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);

	return info ? info->connect_fd : -1;
}

static void on_connection(void *data, struct MHD_Connection *connection, void **context,
	enum MHD_ConnectionNotificationCode code)
{
	struct http_listen *listen = data;
	struct client *client = client_of(listen, code == MHD_CONNECTION_NOTIFY_STARTED ? NULL : connection);

	(void)context;
	if (!client)
		return;
	if (code == MHD_CONNECTION_NOTIFY_CLOSED) {
		client->connection = NULL;
		release(&client->content);
		listen->client_count--;
		listen->has_place = true;
		return;
	}
	*client = (struct client){ connection, descriptor_of(connection), uv_now(listen->loop), -1, NULL };
	if (!listen->client_count++)
		timer_start(listen->check, CHECK_MS);
}

static void on_completed(
	void *data, struct MHD_Connection *connection, void **context, enum MHD_RequestTerminationCode code)
{
	struct http_listen *listen = data;
	struct client *client = client_of(listen, connection);

	(void)context, (void)code;
	if (client)
		client->since = uv_now(listen->loop);
}

/* ---- requests ---- */

static enum MHD_Result refuse(struct MHD_Connection *connection, unsigned status, const char *text)
{
	struct MHD_Response *response = MHD_create_response_from_buffer(
		strlen(text), (void *)(uintptr_t)text, MHD_RESPMEM_PERSISTENT);
	enum MHD_Result result;

	MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, "text/plain; charset=utf-8");
	MHD_add_response_header(response, MHD_HTTP_HEADER_CONNECTION, "close");
	if (status == MHD_HTTP_METHOD_NOT_ALLOWED)
		MHD_add_response_header(response, MHD_HTTP_HEADER_ALLOW, "GET, HEAD");
	result = MHD_queue_response(connection, status, response);
	MHD_destroy_response(response);
	return result;
}

struct headers {
	const char *host;
	size_t hosts;
	bool is_odd; /* one has a blank in its name: others may read "Content-Length :" as a length */
};

static enum MHD_Result see_header(void *data, enum MHD_ValueKind kind, const char *name, const char *value)
{
	struct headers *headers = data;

	(void)kind;
	headers->is_odd = headers->is_odd || name[strcspn(name, " \t")];
	if (text_equal_fold(name, MHD_HTTP_HEADER_HOST)) {
		headers->host = value ? value : "";
		headers->hosts++;
	}
	return MHD_YES;
}

static bool is_our_host(const struct http_listen *listen, const struct headers *headers)
{
	char text[300];
	struct url url;

	text_set(text, sizeof(text), "http://%s", headers->host);
	return headers->hosts == 1 && url_split(&url, text) == 0 && !*url.path &&
	       (url_host_is_loopback(url.host) || listen->hooks.is_ours(listen->hooks.data, url.host));
}

static bool has_body(struct MHD_Connection *connection)
{
	return MHD_lookup_connection_value(connection, MHD_HEADER_KIND, MHD_HTTP_HEADER_CONTENT_LENGTH) ||
	       MHD_lookup_connection_value(connection, MHD_HEADER_KIND, MHD_HTTP_HEADER_TRANSFER_ENCODING);
}

static enum MHD_Result send_content(
	struct MHD_Connection *connection, struct client *client, struct content *content)
{
	enum MHD_Result result = MHD_queue_response(connection, content->status, content->response);

	release(&client->content);
	return result;
}

static enum MHD_Result answer(struct http_listen *listen, struct MHD_Connection *connection, const char *path)
{
	struct client *client = client_of(listen, connection);
	size_t page = 0;

	while (page < listen->count && strcmp(listen->pages[page].path, path) != 0)
		page++;
	if (page == listen->count || !client)
		return refuse(connection, MHD_HTTP_NOT_FOUND,
			"There are /metrics, /snapshot.json, /sd and /healthz here.\n");
	if (client->content || listen->kept[page])
		return send_content(
			connection, client, client->content ? client->content : listen->kept[page]);
	client->waits_for = (int)page;
	MHD_suspend_connection(connection);
	listen->wanted[page] = true;
	return MHD_YES;
}

/* It is called when the headers have come, and again when all has. */
static enum MHD_Result on_request(void *data, struct MHD_Connection *connection, const char *path,
	const char *method, const char *version, const char *upload, size_t *upload_size, void **context)
{
	static char has_headers;
	struct headers headers = { .host = "" };

	(void)version, (void)upload;
	*upload_size = 0;
	if (*context)
		return answer(data, connection, path);
	*context = &has_headers;
	if (strcmp(method, MHD_HTTP_METHOD_GET) != 0 && strcmp(method, MHD_HTTP_METHOD_HEAD) != 0)
		return refuse(connection, MHD_HTTP_METHOD_NOT_ALLOWED, "Only GET and HEAD.\n");
	MHD_get_connection_values(connection, MHD_HEADER_KIND, see_header, &headers);
	if (headers.is_odd || has_body(connection))
		return refuse(connection, MHD_HTTP_BAD_REQUEST, "No request here has a body.\n");
	if (!is_our_host(data, &headers))
		return refuse(connection, MHD_HTTP_FORBIDDEN, "That is no name of this machine.\n");
	return MHD_YES;
}

void http_listen_give(
	struct http_listen *listen, size_t page, unsigned status, char *text, size_t length, bool is_kept)
{
	struct content *content = mem_alloc(sizeof(*content)), *mine = use(content);

	content->response = MHD_create_response_from_buffer_with_free_callback_cls(length, text, free, text);
	content->status = status;
	MHD_add_response_header(content->response, MHD_HTTP_HEADER_CONTENT_TYPE, listen->pages[page].type);
	MHD_add_response_header(content->response, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store");
	MHD_add_response_header(content->response, "X-Content-Type-Options", "nosniff");
	for (size_t i = 0; i < HTTP_LISTEN_CONNECTIONS; i++) {
		struct client *client = &listen->clients[i];

		if (!client->connection || client->waits_for != (int)page)
			continue;
		client->waits_for = -1;
		client->content = use(content);
		MHD_resume_connection(client->connection);
	}
	timer_start(listen->timeout, 0);
	if (is_kept) {
		release(&listen->kept[page]);
		listen->kept[page] = use(content);
	}
	release(&mine);
}

void http_listen_expire(struct http_listen *listen)
{
	for (size_t i = 0; i < listen->count; i++)
		release(&listen->kept[i]);
}

/* ---- start and end ---- */

static bool start(struct http_listen *listen, int fd)
{
	unsigned flags = MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME;

	listen->daemon = MHD_start_daemon(flags, 0, NULL, NULL, on_request, listen, MHD_OPTION_LISTEN_SOCKET,
		fd, MHD_OPTION_CONNECTION_LIMIT, (unsigned)HTTP_LISTEN_CONNECTIONS,
		MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)HEADERS_MAX, MHD_OPTION_CONNECTION_TIMEOUT,
		(unsigned)IDLE_S, MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_SIGPIPE_HANDLED_BY_APP, 1,
		MHD_OPTION_NOTIFY_CONNECTION, on_connection, listen, MHD_OPTION_NOTIFY_COMPLETED,
		on_completed, listen, MHD_OPTION_END);
	return listen->daemon;
}

struct http_listen *http_listen_open(struct uv_loop_s *loop, const char *address,
	const struct http_page *pages, size_t count, const struct http_listen_hooks *hooks,
	struct fault *fault)
{
	int fd = listen_socket_open(address, fault);
	struct http_listen *listen;

	if (fd < 0)
		return NULL;
	listen = mem_alloc(sizeof(*listen));
	*listen = (struct http_listen){
		.loop = loop, .address = mem_copy(address), .pages = pages, .count = count, .hooks = *hooks
	};
	if (!start(listen, fd)) {
		fault_say(fault, "cannot listen at '%s': libmicrohttpd does not start", address);
		close(fd);
		listen_socket_remove(address);
		free(listen->address);
		free(listen);
		return NULL;
	}
	listen->timeout = timer_new(loop, on_timeout, listen);
	listen->check = timer_new(loop, on_check, listen);
	listen->poll = mem_alloc(sizeof(*listen->poll));
	uv_poll_init(
		loop, listen->poll, MHD_get_daemon_info(listen->daemon, MHD_DAEMON_INFO_EPOLL_FD)->epoll_fd);
	listen->poll->data = listen;
	uv_poll_start(listen->poll, UV_READABLE, on_event);
	return listen;
}

static void free_handle(uv_handle_t *handle)
{
	free(handle);
}

void http_listen_close(struct http_listen *listen)
{
	if (!listen)
		return;
	uv_poll_stop(listen->poll);
	uv_close((uv_handle_t *)listen->poll, free_handle);
	for (size_t i = 0; i < HTTP_LISTEN_CONNECTIONS; i++)
		if (listen->clients[i].connection && listen->clients[i].waits_for >= 0)
			MHD_resume_connection(listen->clients[i].connection);
	MHD_stop_daemon(listen->daemon);
	for (size_t i = 0; i < listen->count; i++)
		release(&listen->kept[i]);
	listen_socket_remove(listen->address);
	timer_free(listen->timeout);
	timer_free(listen->check);
	free(listen->address);
	free(listen);
}
