#include "probes/tailscaled/bus.h"

#include "probes/base/when.h"

#include <string.h>

#define RETRY_MS 5000
#define CONNECT_MS 5000
/* Initial state, health, peer changes, no netmap, peer patches. */
#define MASK "45186"

/* Each line is a piece of news. */
static int hear(void *data, const char *bytes, size_t length)
{
	struct bus *bus = data;

	if (memchr(bytes, '\n', length))
		bus->news(bus->data);
	return 0;
}

static void done(void *data, const struct answer *answer)
{
	struct bus *bus = data;

	bus->call = NULL;
	bus->due = when_now().mono_ms + RETRY_MS;
	bus->ended(bus->data, answer->status == 200);
}

void bus_listen(struct bus *bus)
{
	const struct http_request request = {
		.url = "http://local-tailscaled.sock/localapi/v0/watch-ipn-bus?mask=" MASK,
		.unix_socket = client_socket(bus->client),
		.connect_ms = CONNECT_MS,
		.body_max = SIZE_MAX,
	};

	bus->call = http_get(bus->client->http, &request, hear, done, bus);
}

void bus_close(struct bus *bus)
{
	if (bus->call)
		http_cancel(bus->call);
	bus->call = NULL;
}
