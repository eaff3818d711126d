/* The addresses of the DERP servers: `GET /localapi/v0/derpmap` or `tailscale debug derp-map`.
 *
 * Format: tailcfg.DERPMap of tailscale.com, as of 1.102; `null` before there is one. */
#ifndef TSLLM_TAILSCALED_DERPMAP_H
#define TSLLM_TAILSCALED_DERPMAP_H

#include <stddef.h>

struct arena;
struct fault;

struct derp_node {
	const char *region;  /* code: "fra" */
	const char *address; /* "192.0.2.1:443", "[2001:db8::1]:443" */
};

struct derpmap {
	struct arena *arena;
	struct derp_node *nodes; /* one for each address */
	size_t node_count;
};

/* Leaves out nodes that have only a name, and those that do STUN only. NULL: not a DERP map. */
struct derpmap *derpmap_parse(const char *bytes, size_t length, struct fault *fault);
void derpmap_free(struct derpmap *map);

#endif
