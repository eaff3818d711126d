/* HTTP on the loop: the only file that knows libcurl.
 *
 * Calls run side by side on one libuv loop, in one thread; connections are kept alive and reused per host.
 * Bodies, headers and time are capped, redirects are never followed, proxies of the environment are ignored,
 * and a key goes to the host that it is given for and nowhere else, and is taken out of whatever is answered
 * from then on. HTTPS is verified, and keeps its name while an address is dialed. */
#ifndef TSLLM_IO_HTTP_H
#define TSLLM_IO_HTTP_H

#include "probes/io/answer.h"

#include <uv.h>

struct http;
struct http_call;

struct http_request {
	const char *url;     /* scheme://name[:port]/path */
	const char *address; /* the IP to dial instead of resolving the name; NULL: the URL's host is an IP */
	const char *unix_socket;   /* speak over this socket instead; NULL: TCP */
	const char *host_header;   /* NULL: from the URL */
	const char *key;           /* sent as "Authorization: Bearer …"; NULL: none */
	const char *proxy;         /* "socks5h://host:port" or "socks5h://localhost/unix/path"; NULL: none */
	const char *ca_file;       /* NULL: the system's directory of certificates (CAPATH only) */
	bool is_post;              /* an empty POST (LocalAPI ping) */
	bool is_fresh;             /* no reused connection */
	bool skips_verification;   /* only to read a certificate's dates: sends nothing */
	long connect_ms, total_ms; /* deadlines; total_ms 0: none (a stream) */
	size_t body_max;           /* 0: ANSWER_BODY_MAX */
};

/* The answer is complete and examined; it lives for the call only. */
typedef void http_done_fn(void *data, const struct answer *answer);
/* Bytes of a body as they come; -1 ends the call (outcome OUTCOME_TOO_BIG). With it set, answer.body stays
 * empty. */
typedef int http_bytes_fn(void *data, const char *bytes, size_t length);

struct http *http_new(uv_loop_t *loop);
/* From now on whoever answers at a unix socket must be root or our own user; else the call is refused
 * (EPERM). */
void http_doubt_sockets(struct http *http);
void http_free(struct http *http); /* ends every call without calling back */
/* done is called exactly once, from the loop, never from within http_get(); not after http_cancel(). */
struct http_call *http_get(struct http *http, const struct http_request *request, http_bytes_fn *bytes,
	http_done_fn *done, void *data);
/* used: is told the local port of each TCP connection over which a request went. NULL: nobody is. */
void http_on_port(struct http *http, void (*used)(void *data, int port), void *data);
void http_cancel(struct http_call *call);
size_t http_in_flight(const struct http *http);

#endif
