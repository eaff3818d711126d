/* The way to tailscaled: its unix socket, or the CLI where the socket is not to be had. Private to the
 * tailnet source.
 *
 * One ask is one question; its bytes are fed to the asker as they come. The way is the first known socket that
 * is there, belongs to root or to us, and has not refused; a socket that does not open moves it on to the next
 * one, and at last to the CLI. It goes back as soon as an earlier socket is made anew, and tries all of them again
 * after half a minute. */
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
	struct socket_search search; /* where no socket was named */
	const char *socket;          /* in use, or tried now */
	bool uses_cli;
	int64_t retry_socket; /* monotonic ms */
	char tried[200];      /* what was tried, in words */
};

struct client_result {
	bool is_good;       /* a whole answer */
	bool was_refused;   /* the asker took no more of it: it knows why */
	bool is_closed;     /* nobody is at this door: client_next() and ask again */
	const char *socket; /* that was asked; NULL: the CLI was */
	int os_error;       /* of a closed door */
	int status;         /* of HTTP, 0: none */
	enum daemon_trouble trouble;
	char text[512]; /* of the trouble */
};

typedef int daemon_bytes_fn(void *data, const char *bytes, size_t length); /* -1 ends it */
typedef void daemon_done_fn(void *data, const struct client_result *result);

struct daemon_ask;

/* A command line of the CLI that asks the same daemon. */
struct client_command {
	const char *argv[8]; /* NULL-ended */
	char option[512];
};

void client_command(const struct client *way, const char *const *words, struct client_command *command);

/* path: of LocalAPI; words: of the CLI, NULL-ended. done is called once, from the loop; not after
 * client_cancel(). */
struct daemon_ask *client_start(struct client *way, const char *path, const char *const *words,
	daemon_bytes_fn *bytes, daemon_done_fn *done, void *data);
void client_cancel(struct daemon_ask *ask);
void client_next(struct client *way, const struct client_result *result);
void client_init(struct client *way, struct uv_loop_s *loop, struct http *http, const struct settings *settings);
const char *client_socket(const struct client *way); /* in use, or tried now */

#endif
