/* The IPN bus: tailscaled says at once when something changes. What it says is not read, only that it spoke: the
 * status is asked for then. */
#ifndef TSLLM_TAILSCALED_BUS_H
#define TSLLM_TAILSCALED_BUS_H

#include "probes/tailscaled/client.h"

struct bus {
	struct client *client;
	void (*news)(void *data);
	void (*ended)(void *data, bool was_open); /* was_open: it had answered; the daemon may be gone */
	void *data;
	struct http_call *call; /* NULL: not listening */
	int64_t due;            /* monotonic ms, when to listen again */
};

void bus_listen(struct bus *bus);
void bus_close(struct bus *bus);

#endif
