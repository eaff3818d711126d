/* tailscaled's own log, if we may read it: it shows whether an ACL or a firewall drops a connect, which look
 * alike from outside. */
#ifndef TSLLM_TAILSCALED_LOG_TAP_H
#define TSLLM_TAILSCALED_LOG_TAP_H

#include "probes/ledger/ledger.h"

struct http;
struct log_tap;

struct log_tap *log_tap_new(
	struct http *http, struct ledger *ledger, void (*changed)(void *data), void *data);
void log_tap_free(struct log_tap *log_tap);
/* Listens for 20 s for rejected connects to that address; a rejection is recorded as proof for the endpoint.
 * socket: tailscaled's; NULL: none. */
void log_tap_listen(
	struct log_tap *log_tap, const char *url, const char *address, int port, const char *socket);

#endif
