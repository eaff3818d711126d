/* tailscaled's own log, if we may read it: it shows whether an ACL or a firewall drops a connect, which look
 * alike from outside. */
#ifndef TSLLM_TAILSCALED_LOG_TAP_H
#define TSLLM_TAILSCALED_LOG_TAP_H

#include "probes/ledger/ledger.h"

struct http;
struct log_tap;

struct log_tap_hooks {
	void *data;
	void (*changed)(void *data); /* the ledger has a new proof */
	/* tailscaled limits the line that would prove something about this endpoint: ask it again then. */
	void (*again)(void *data, const char *url, int64_t in_ms);
};

struct log_tap *log_tap_new(struct http *http, struct ledger *ledger, const struct log_tap_hooks *hooks);
void log_tap_free(struct log_tap *log_tap);
/* The endpoint is silent: listens for 20 s for rejected connects to that address, and looks at those of the
 * last seconds. A rejection is recorded as proof for the endpoint. socket: tailscaled's; NULL: none. */
void log_tap_listen(
	struct log_tap *log_tap, const char *url, const char *address, int port, const char *socket);
/* A limited line is awaited for some silent endpoint: connects that others may reject would use it up. */
bool log_tap_waits(const struct log_tap *log_tap);

#endif
