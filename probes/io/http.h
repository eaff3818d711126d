/* HTTP on the loop. Callers need not know libcurl.
 *
 * Calls run concurrently on one libuv loop, in one thread; connections are kept alive and reused per host.
 * Bodies, headers and time are capped, redirects are never followed, and proxies of the environment are
 * ignored. A key is sent only to the host that it is given for, and is hidden in all answers from then on.
 * HTTPS is verified against the name in the URL, even though an address is dialed. */
#ifndef TSLLM_IO_HTTP_H
#define TSLLM_IO_HTTP_H

#include "probes/io/answer.h"

#include <uv.h>

struct http;
struct http_call;

struct http_request {
	const char *url;     /* scheme://name[:port]/path */
	const char *address; /* the IP to dial instead of resolving the name; NULL: the URL's host is an IP */
	const char *unix_socket; /* connect to this socket instead; NULL: TCP */
	const char *host_header; /* NULL: from the URL */
	const char *key;         /* sent as "Authorization: Bearer …"; NULL: none */
	const char *proxy;       /* "socks5h://host:port" or "socks5h://localhost/unix/path"; NULL: none */
	const char *ca_file;     /* NULL: the system's directory of certificates (CAPATH only) */
	bool is_post;            /* an empty POST (LocalAPI ping) */
	const char *json;        /* POST this body; NULL: none */
	bool wants_stream;       /* events as they come, not one JSON document */
	bool is_fresh;           /* do not reuse a connection */
	bool is_unverified;      /* any certificate will do: only for a host on this machine, without a key */
	bool skips_verification; /* only to read a certificate's dates: no request is sent */
	bool only_connects;      /* TCP, and TLS for https: no request is sent, the status stays 0 */
	long connect_ms, total_ms; /* deadlines; total_ms 0: none (a stream) */
	size_t body_max;           /* 0: ANSWER_BODY_MAX */
};

/* The answer is complete and examined, and valid only during the call. */
typedef void http_done_fn(void *data, const struct answer *answer);
/* Gets the bytes of a body as they arrive; return -1 to end the call (OUTCOME_TOO_BIG), or 1 if nothing of use follows
 * (it ends as answered). If it is set,
 * answer.body stays empty. */
typedef int http_bytes_fn(void *data, const char *bytes, size_t length);

struct http *http_new(uv_loop_t *loop);
/* From now on, the process at the other end of a unix socket must run as root or as our own user;
 * otherwise the call is refused (EPERM) before anything is sent. */
void http_doubt_sockets(struct http *http);
void http_free(struct http *http); /* ends every call without calling done */
/* done is called exactly once, from the loop, never from within http_get(); not after http_cancel(). */
struct http_call *http_get(struct http *http, const struct http_request *request, http_bytes_fn *bytes,
	http_done_fn *done, void *data);
/* used is called with the local port of each TCP connection that carried a request, and for a stream also before
 * it does; NULL: not called. */
void http_on_port(struct http *http, void (*used)(void *data, int port), void *data);
void http_cancel(struct http_call *call);
/* What is known of a call that goes on: status, times, bytes, local port. The rest stays as it is. */
void http_look(const struct http_call *call, struct answer *answer);
/* Overwrites all keys that were sent so far. For text from bytes(), which are as they came. */
void http_hide_keys(const struct http *http, char *text, size_t length);
size_t http_in_flight(const struct http *http);
/* Adds the versions of the libraries that requests are made with: "libcurl/7.88.1 OpenSSL/3.0.17 … libuv/1.44.2". */
void http_libraries(char *to, size_t size);

#endif
