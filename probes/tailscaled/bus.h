/* The IPN bus: tailscaled reports changes at once. What it reports is not read; any news is a reason to ask
 * for the status. */
#ifndef TSLLM_TAILSCALED_BUS_H
#define TSLLM_TAILSCALED_BUS_H

#include "probes/tailscaled/client.h"

struct bus {
	struct client *client;
	void (*news)(void *data);
	void (*ended)(void *data, bool was_open); /* was_open: the bus had answered; the daemon may be gone */
	void *data;
	struct http_call *call; /* NULL: not listening */
	int64_t due;            /* monotonic ms, when to listen again */
};

void bus_listen(struct bus *bus);
void bus_close(struct bus *bus);

#endif
