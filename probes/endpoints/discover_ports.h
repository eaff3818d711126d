/* Which ports discovery tries, in which order. Pure, and constant once made. */
#ifndef TSLLM_ENDPOINTS_DISCOVER_PORTS_H
#define TSLLM_ENDPOINTS_DISCOVER_PORTS_H

#include <stdbool.h>
#include <stddef.h>

#define DISCOVER_PORTS_MAX 64 /* bits of a mask */

/* One URL on every peer: a port and, for HTTPS, also the paths where servers are usually mounted. */
struct discover_base {
	int port;
	size_t at; /* index into discover_ports.ports */
	bool is_https;
	const char *path;
};

/* The first `usual` bases are probed in every round, of the others one. */
struct discover_ports {
	int ports[DISCOVER_PORTS_MAX + 1]; /* 0-terminated */
	size_t count, usual_count;
	struct discover_base bases[2 * DISCOVER_PORTS_MAX];
	size_t base_count, usual;
	char text[512]; /* the ports, separated by spaces */
};

/* chosen: the ports of the settings, all of them usual; empty: our own list. */
void discover_ports_init(struct discover_ports *ports, const int *chosen);
bool discover_ports_has(const struct discover_ports *ports, int port);

#endif
