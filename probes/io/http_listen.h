/* A small HTTP server on the loop, for programs on this machine: GET and HEAD of a few pages.
 *
 * Who asks cannot make it work: content is made once and shared by all who ask for it. Connections, headers and time
 * are limited, and a request whose Host is not ours is refused, because a web page could have sent it after its own
 * name was pointed at 127.0.0.1 (DNS rebinding). */
#ifndef TSLLM_IO_HTTP_LISTEN_H
#define TSLLM_IO_HTTP_LISTEN_H

#include <stdbool.h>
#include <stddef.h>

struct fault;
struct http_listen;
struct uv_loop_s;

#define HTTP_LISTEN_PAGES 8
#define HTTP_LISTEN_CONNECTIONS 32

struct http_page {
	const char *path, *type; /* "/metrics", "text/plain; …" */
};

struct http_listen_hooks {
	void *data;
	/* Whether that is a name or address of this machine, besides those of the loopback. */
	bool (*is_ours)(void *data, const char *host);
	/* Somebody waits for a page that has no content: http_listen_give() is expected, at once or later. */
	void (*wanted)(void *data, size_t page);
};

/* address: as listen_socket_open() takes it. pages: as long as it listens. */
struct http_listen *http_listen_open(struct uv_loop_s *loop, const char *address,
	const struct http_page *pages, size_t count, const struct http_listen_hooks *hooks,
	struct fault *fault);
/* Answers those who wait for the page. text: on the heap, is taken. is_kept: those who come later get it too. */
void http_listen_give(
	struct http_listen *listen, size_t page, unsigned status, char *text, size_t length, bool is_kept);
/* What was given is out of date: who comes later waits for new content. */
void http_listen_expire(struct http_listen *listen);
void http_listen_close(struct http_listen *listen);

#endif
