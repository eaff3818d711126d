/* tailscaled's own log, for those who may read it: it tells an ACL from a firewall, which both look like silence. */
#ifndef TSLLM_TAILSCALED_LOG_TAP_H
#define TSLLM_TAILSCALED_LOG_TAP_H

#include "probes/ledger/ledger.h"

struct http;
struct log_tap;

struct log_tap *log_tap_new(
	struct http *http, struct ledger *ledger, void (*changed)(void *data), void *data);
void log_tap_free(struct log_tap *log_tap);
/* Listens for a while whether connects to that address are rejected: then it is proven for the endpoint. socket:
 * tailscaled's; NULL: there is none. */
void log_tap_listen(
	struct log_tap *log_tap, const char *url, const char *address, int port, const char *socket);

#endif
