/* One call: its restrictions, and the bytes that it receives.
 *
 * All safety options are set here and nowhere else: no redirects, no proxy from the environment, no
 * protocols but HTTP, certificates verified against the URL's name, caps on headers and body. Curl never
 * resolves a name, for which it would start a thread: a call dials the address it is given, an IP literal,
 * or localhost, which curl knows without a resolver. */
#include "probes/io/http_call.h"

#include "probes/base/owner.h"
#include "probes/base/text.h"
#include "probes/io/secret.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#ifndef TSLLM_VERSION
#define TSLLM_VERSION "0"
#endif

#define CERTIFICATES "/etc/ssl/certs"
#define HEADER_LINES_MAX 200
#define CONNECTION_IDLE_S 60L
/* Size of curl's read buffer, of which each running call has one. Curl fills it up to a hundred times
 * before it returns to the loop. */
#define READ_BYTES 2048L
#define READ_SOCKET_BYTES 8192L /* of tailscaled, whose status may be 10 MB */

/* Returns 0, which ends the transfer, if the answer is over its cap, or enough of it came, or the call was
 * cancelled. */
static size_t take_body(char *bytes, size_t size, size_t count, void *data)
{
	struct http_call *call = data;
	size_t length = size * count;
	int taken = 0;

	if (call->is_cancelled)
		return 0;
	call->body_bytes += length;
	if (call->body_bytes > call->body_max)
		call->is_too_big = true;
	else if (!call->bytes)
		bytes_add(&call->body, bytes, length);
	else
		taken = call->bytes(call->data, bytes, length);
	call->is_too_big = call->is_too_big || taken < 0;
	call->is_enough = taken > 0;
	return call->is_too_big || call->is_enough || call->is_cancelled ? 0 : length;
}

/* A status line starts the headers over, because an interim answer (1xx) may have come before. The caps
 * count all of them. */
static void take_status_line(struct http_call *call, const char *line, size_t length)
{
	const char *space = memchr(line, ' ', length);

	call->header.length = 0;
	call->has_whole_header = false;
	call->answer.status = space ? atoi(space + 1) : 0;
}

static size_t take_header(char *line, size_t size, size_t count, void *data)
{
	struct http_call *call = data;
	size_t length = size * count, kept = length;

	call->header_bytes += length;
	if (++call->header_lines > HEADER_LINES_MAX || call->header_bytes > ANSWER_HEADERS_MAX) {
		call->is_too_big = true;
		return 0;
	}
	if (length > 5 && !memcmp(line, "HTTP/", 5)) {
		take_status_line(call, line, length);
		return length;
	}
	while (kept && (line[kept - 1] == '\n' || line[kept - 1] == '\r'))
		kept--;
	if (!kept) {
		call->has_whole_header = true;
		return length;
	}
	bytes_add(&call->header, line, kept);
	bytes_add(&call->header, "\n", 1);
	return length;
}

/* Curl loses the errno of a socket() that failed, and its own sockets would stay open in a child (no
 * SOCK_CLOEXEC). */
static curl_socket_t make_socket(void *data, curlsocktype purpose, struct curl_sockaddr *address)
{
	struct http_call *call = data;

	(void)purpose;
	call->has_dialed = true;
	call->socket = socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
	call->own_error = call->socket < 0 ? errno : 0;
	return call->socket < 0 ? CURL_SOCKET_BAD : call->socket;
}

/* Called before the first byte is sent. A reused connection was checked when it was new. */
static int look_at_peer(void *data, char *peer, char *local, int peer_port, int local_port)
{
	struct http_call *call = data;

	(void)peer;
	(void)local;
	(void)peer_port;
	if (call->connected)
		call->connected(call, local_port);
	call->is_foreign = call->doubts_socket && call->has_dialed && !owner_believes_peer(call->socket);
	return call->is_foreign ? CURL_PREREQFUNC_ABORT : CURL_PREREQFUNC_OK;
}

static int refuse_to_resolve(void *state, void *reserved, void *data)
{
	(void)state;
	(void)reserved;
	(void)data;
	return 1;
}

static bool is_address(const char *text)
{
	unsigned char binary[16];

	return inet_pton(AF_INET, text, binary) == 1 || inet_pton(AF_INET6, text, binary) == 1;
}

/* Whether curl can dial the URL's host without a resolver, and thus without a thread. */
static bool has_address(const char *url)
{
	CURLU *parts = curl_url();
	char *host = NULL;
	bool has = false;

	if (!curl_url_set(parts, CURLUPART_URL, url, 0) && !curl_url_get(parts, CURLUPART_HOST, &host, 0))
		has = host[0] == '[' || is_address(host) || text_equal_fold(host, "localhost");
	curl_free(host);
	curl_url_cleanup(parts);
	return has;
}

static void set_address(struct http_call *call, const char *address)
{
	char rule[80];

	snprintf(rule, sizeof(rule), strchr(address, ':') ? "::[%s]:" : "::%s:", address);
	call->dial = curl_slist_append(NULL, rule);
	curl_easy_setopt(call->easy, CURLOPT_CONNECT_TO, call->dial);
}

/* The name stays in the URL, for the Host header and TLS; only the address that is dialed differs. */
static void set_target(struct http_call *call, const struct http_request *request)
{
	CURL *easy = call->easy;

	curl_easy_setopt(easy, CURLOPT_URL, request->url);
	curl_easy_setopt(easy, CURLOPT_PROXY, request->proxy ? request->proxy : "");
	curl_easy_setopt(easy, CURLOPT_NOPROXY, "");
	if (request->unix_socket)
		curl_easy_setopt(easy, CURLOPT_UNIX_SOCKET_PATH, request->unix_socket);
	else if (request->address && is_address(request->address))
		set_address(call, request->address);
	else if (request->address || (!request->proxy && !has_address(request->url)))
		curl_easy_setopt(easy, CURLOPT_RESOLVER_START_FUNCTION, refuse_to_resolve);
}

static void add_header(struct http_call *call, const char *name, const char *value)
{
	size_t size = strlen(name) + strlen(value) + 1;
	char *line = mem_alloc(size);

	snprintf(line, size, "%s%s", name, value);
	call->headers = curl_slist_append(call->headers, line);
	free(line);
}

static void set_headers(struct http_call *call, const struct http_request *request)
{
	add_header(call, "Accept: ",
		request->wants_stream ? "text/event-stream, application/x-ndjson, application/json"
				      : "application/json");
	if (request->host_header)
		add_header(call, "Host: ", request->host_header);
	if (request->key)
		add_header(call, "Authorization: Bearer ", request->key);
	if (request->json) {
		add_header(call, "Content-Type: ", "application/json");
		curl_easy_setopt(call->easy, CURLOPT_COPYPOSTFIELDS, request->json);
	} else if (request->is_post) {
		add_header(call, "Content-Type:", "");
		curl_easy_setopt(call->easy, CURLOPT_POSTFIELDSIZE, 0L);
		curl_easy_setopt(call->easy, CURLOPT_POSTFIELDS, "");
	}
	curl_easy_setopt(call->easy, CURLOPT_HTTPHEADER, call->headers);
	curl_easy_setopt(call->easy, CURLOPT_USERAGENT, "tsllm-top/" TSLLM_VERSION);
}

static bool sends_request(const struct http_request *request)
{
	return !request->skips_verification && !request->only_connects;
}

/* Curl calls this when the way to the server is there, through a proxy too, and the handshake is next. */
static CURLcode begin_tls(CURL *easy, void *ssl_context, void *data)
{
	struct http_call *call = data;

	(void)easy;
	(void)ssl_context;
	call->has_begun_tls = true;
	return CURLE_OK;
}

/* That the server asks for a client's certificate is to be had only from what curl says of each TLS message. */
static int see_message(CURL *easy, curl_infotype kind, char *text, size_t length, void *data)
{
	struct http_call *call = data;
	char line[80];

	(void)easy;
	if (kind != CURLINFO_TEXT)
		return 0;
	snprintf(line, sizeof(line), "%.*s", (int)length, text);
	if (text_has_prefix(line, "TLSv") && strstr(line, "(IN), TLS handshake, Request CERT"))
		call->wants_certificate = true;
	return 0;
}

/* Handshakes are always full: a resumed session would hide a changed certificate. */
static void set_tls(CURL *easy, const struct http_request *request)
{
	long verifies = request->skips_verification || request->is_unverified ? 0 : 1;

	curl_easy_setopt(easy, CURLOPT_CAINFO, request->ca_file);
	curl_easy_setopt(easy, CURLOPT_CAPATH, request->ca_file ? NULL : CERTIFICATES);
	curl_easy_setopt(easy, CURLOPT_CERTINFO, 1L);
	curl_easy_setopt(easy, CURLOPT_SSL_SESSIONID_CACHE, 0L);
	curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, verifies);
	curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, verifies * 2);
	curl_easy_setopt(easy, CURLOPT_CONNECT_ONLY, (long)!sends_request(request));
}

static void set_limits(CURL *easy, const struct http_request *request)
{
	bool is_fresh = request->is_fresh || !sends_request(request);

	curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, (long)is_fresh);
	/* Packets show that an exchange is over when its connection ends. */
	curl_easy_setopt(easy, CURLOPT_FORBID_REUSE, (long)request->wants_stream);
	curl_easy_setopt(easy, CURLOPT_MAXAGE_CONN, CONNECTION_IDLE_S);
	curl_easy_setopt(easy, CURLOPT_BUFFERSIZE, request->unix_socket ? READ_SOCKET_BYTES : READ_BYTES);
	curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, request->connect_ms);
	curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, request->total_ms);
}

static void set_callbacks(struct http_call *call)
{
	CURL *easy = call->easy;

	curl_easy_setopt(easy, CURLOPT_PRIVATE, call);
	curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, call->error);
	curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take_body);
	curl_easy_setopt(easy, CURLOPT_WRITEDATA, call);
	curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, take_header);
	curl_easy_setopt(easy, CURLOPT_HEADERDATA, call);
	curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, make_socket);
	curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, call);
	curl_easy_setopt(easy, CURLOPT_VERBOSE, (long)call->is_https);
	curl_easy_setopt(easy, CURLOPT_DEBUGFUNCTION, see_message);
	curl_easy_setopt(easy, CURLOPT_DEBUGDATA, call);
	curl_easy_setopt(easy, CURLOPT_SSL_CTX_FUNCTION, begin_tls);
	curl_easy_setopt(easy, CURLOPT_SSL_CTX_DATA, call);
	curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, look_at_peer);
	curl_easy_setopt(easy, CURLOPT_PREREQDATA, call);
}

struct http_call *http_call_new(const struct http_request *request)
{
	struct http_call *call = mem_alloc(sizeof(*call));

	call->easy = curl_easy_init();
	call->body_max = request->body_max ? request->body_max : ANSWER_BODY_MAX;
	call->has_proxy = request->proxy;
	call->key = mem_copy(request->key ? request->key : "");
	call->is_https = text_has_prefix(request->url, "https:");
	answer_init(&call->answer);
	set_target(call, request);
	set_headers(call, request);
	set_tls(call->easy, request);
	set_limits(call->easy, request);
	set_callbacks(call);
	return call;
}

void http_call_doubt(struct http_call *call)
{
	call->doubts_socket = true;
}

static void hand_over(struct bytes *from, char **text, size_t *length)
{
	bytes_add(from, "", 0);
	free(*text);
	*text = from->text;
	*length = from->length;
	*from = (struct bytes){ NULL, 0, 0 };
}

/* In tls_text, too: curl's message repeats names from the certificate, which the server chooses. */
static void hide(struct answer *answer, const char *key)
{
	secret_hide(answer->headers, answer->headers_length, key);
	secret_hide(answer->body, answer->body_length, key);
	secret_hide(answer->tls_text, strlen(answer->tls_text), key);
}

void http_call_hand_over(struct http_call *call, const struct strings *keys)
{
	hand_over(&call->header, &call->answer.headers, &call->answer.headers_length);
	hand_over(&call->body, &call->answer.body, &call->answer.body_length);
	answer_unpack(&call->answer);
	if (!secret_is_plain(call->key)) /* else it is one of keys */
		hide(&call->answer, call->key);
	for (size_t i = 0; i < keys->count; i++)
		hide(&call->answer, keys->items[i]);
}

void http_call_free(struct http_call *call)
{
	curl_easy_cleanup(call->easy);
	curl_slist_free_all(call->headers);
	curl_slist_free_all(call->dial);
	memset(call->key, 0, strlen(call->key));
	free(call->key);
	free(call->header.text);
	free(call->body.text);
	answer_fini(&call->answer);
	free(call);
}
