/* Requests to tailscaled: through its unix socket, or through the CLI if no socket can be used. Private to
 * the tailnet source.
 *
 * An ask is one request, whose bytes are passed on as they arrive. The socket in use is the first known one
 * that exists, belongs to root or to us, and has not refused. If it cannot be opened, the next one is tried,
 * and after the last the CLI. An earlier socket is used again as soon as it is recreated, and all of them are
 * tried again after 30 s. */
#ifndef TSLLM_TAILSCALED_CLIENT_H
#define TSLLM_TAILSCALED_CLIENT_H

#include "probes/io/http.h"
#include "probes/model/obs.h"
#include "probes/model/settings.h"
#include "probes/tailscaled/socket_search.h"

#include <stdbool.h>
#include <stddef.h>

struct uv_loop_s;

struct client {
	struct uv_loop_s *loop;
	struct http *http;
	const struct settings *settings;
	struct socket_search search; /* used if no socket was named */
	const char *socket;          /* in use, or being tried */
	bool uses_cli;
	int64_t retry_socket; /* monotonic ms */
	char tried[200];      /* what was tried, as a part of a sentence */
};

struct client_result {
	bool is_good;       /* the answer is whole */
	bool was_refused;   /* the caller rejected the bytes, and knows why */
	bool is_closed;     /* nobody listens on the socket: call client_next() and ask again */
	const char *socket; /* that was used; NULL: the CLI was */
	int os_error;       /* of a socket that is closed */
	int status;         /* of HTTP; 0: none */
	enum daemon_trouble trouble;
	char text[512]; /* the trouble, in words */
};

typedef int daemon_bytes_fn(void *data, const char *bytes, size_t length); /* -1 ends it */
typedef void daemon_done_fn(void *data, const struct client_result *result);

struct daemon_ask;

/* A command line of the CLI for the same daemon. */
struct client_command {
	const char *argv[8]; /* NULL-ended */
	char option[512];
};

void client_command(const struct client *way, const char *const *words, struct client_command *command);

/* path: of LocalAPI; words: of the CLI, NULL-ended. done is called once, from the loop, and never after
 * client_cancel(). */
struct daemon_ask *client_start(struct client *way, const char *path, const char *const *words,
	daemon_bytes_fn *bytes, daemon_done_fn *done, void *data);
void client_cancel(struct daemon_ask *ask);
void client_next(struct client *way, const struct client_result *result);
void client_init(
	struct client *way, struct uv_loop_s *loop, struct http *http, const struct settings *settings);
const char *client_socket(const struct client *way); /* in use, or being tried */

#endif
