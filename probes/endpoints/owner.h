/* Who an endpoint belongs to: matches the URLs of pins, mounts and services with the machines of a status.
 * Pure. */
#ifndef TSLLM_ENDPOINTS_OWNER_H
#define TSLLM_ENDPOINTS_OWNER_H

#include "probes/base/strings.h"
#include "probes/model/obs.h"

#include <stdbool.h>
#include <stddef.h>

/* The peer (or this node) that a URL's host names: by full name, by address, or by a short name, which means
 * a machine of this tailnet and never one shared in from another. hint: index of the last match, updated; may
 * be NULL. */
const struct obs_peer *owner_peer(const struct obs_status *status, const char *host, size_t *hint);
/* The address to dial: IPv4 if it has one. */
const char *owner_address(const struct obs_peer *peer);
/* Whether only this tailnet could resolve the name. */
bool owner_is_tailnet_name(const struct obs_status *status, const char *host);
/* Whether it is in 100.64.0.0/10 or fd7a:115c:a1e0::/48. Only a running tailnet can say who owns such an
 * address; without one, the local network decides where it leads. */
bool owner_is_tailnet_address(const char *host);

/* Who owns the host of a URL. */
enum owner {
	OWNER_LOOPBACK, /* this machine, whatever the tailnet says */
	OWNER_PEER,     /* a node of the running tailnet, or one still listed by a stopped tailnet */
	OWNER_ROUTED,   /* a tailnet address of a Service or reached through a subnet router */
	OWNER_NOBODY,   /* a name or address of the running tailnet that no node has */
	OWNER_UNKNOWN,  /* a short name or tailnet address while no tailnet runs: may be a stranger's */
	OWNER_OUTSIDE   /* a full name or an address outside the tailnet */
};

/* status: NULL if there is none yet. is_running: the status is of a tailnet that runs now. services:
 * addresses of Tailscale Services. peer: the owner if OWNER_PEER. hint: as for owner_peer(). */
enum owner owner_of_host(const struct obs_status *status, bool is_running, const struct strings *services,
	const char *host, const struct obs_peer **peer, size_t *hint);
/* Fills url (on the tailnet) and backend of every mount. Both are "" if it is not for HTTP, or if a TCP port
 * is not in ports (0-terminated). The strings are allocated in the serve's arena. */
void owner_fill_mounts(struct obs_serve *serve, const struct obs_status *status, const int *ports);

#endif
