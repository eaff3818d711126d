/* Lines of tailscaled's log about TCP connections that a peer rejected. Pure.
 *
 *   open-conn-track: flow TCP 100.64.0.1:33330 > 100.64.0.2:443 rejected due to acl
 *   [RATELIMIT] format("open-conn-track: flow %v %v > %v rejected due to %v")
 *
 * tailscaled writes five of the former, then says that it limits them, and goes on once two more are allowed,
 * at one every five seconds (types/logger). */
#ifndef TSLLM_TAILSCALED_LOG_LINE_H
#define TSLLM_TAILSCALED_LOG_LINE_H

#include <stdbool.h>

enum log_line_kind {
	LOG_LINE_OTHER,
	LOG_LINE_ACL,     /* the tailnet policy does not allow it */
	LOG_LINE_SHIELDS, /* the peer accepts no connections at all */
	LOG_LINE_LIMITED  /* from now on, rejections are not logged for a while */
};

struct log_line {
	enum log_line_kind kind;
	char to[80]; /* "100.64.0.2:443", "[fd7a::2]:443"; "" unless a connection was rejected */
};

void log_line_read(struct log_line *line, const char *text);
/* Whether it is about a connection to that address; the port is 0: to any port. */
bool log_line_is_to(const struct log_line *line, const char *address, int port);

#endif
