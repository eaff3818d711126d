/* Which door belongs to whom: URLs of pins, mounts and services, matched with the machines of a status. Pure. */
#ifndef TSLLM_ENDPOINTS_OWNER_H
#define TSLLM_ENDPOINTS_OWNER_H

#include "probes/base/strings.h"
#include "probes/model/obs.h"

#include <stdbool.h>
#include <stddef.h>

/* The peer (or this node) that a URL's host names: full name, address, or a short name, which means a machine
 * of this tailnet and never one that another tailnet shares with it. hint: where it was last time, kept up;
 * NULL: none. */
const struct obs_peer *owner_peer(const struct obs_status *status, const char *host, size_t *hint);
/* The address to dial it at: IPv4 where it has one. */
const char *owner_address(const struct obs_peer *peer);
/* A name that only this tailnet could know. */
bool owner_is_tailnet_name(const struct obs_status *status, const char *host);
/* 100.64.0.0/10 and fd7a:115c:a1e0::/48: whose such an address is, only a running tailnet can say; without one
 * the network that this machine is in decides where it leads. */
bool owner_is_tailnet_address(const char *host);

/* Whose the host of a URL is. */
enum owner {
	OWNER_LOOPBACK, /* this machine, whatever a tailnet says */
	OWNER_PEER,     /* a node of the running tailnet, or one that a tailnet at rest still lists */
	OWNER_ROUTED,   /* a tailnet address that leads to a Service or through a subnet router */
	OWNER_NOBODY,   /* a name or an address of the running tailnet that is nobody's */
	OWNER_UNTOLD,   /* a short name or a tailnet address while no tailnet runs: it may be a stranger's */
	OWNER_OUTSIDE   /* a full name or an address that is no tailnet's business */
};

/* status: NULL: none yet. is_running: it is of a tailnet that runs now. services: addresses of Tailscale
 * Services. peer: whose it is, of OWNER_PEER. hint: as for owner_peer(). */
enum owner owner_of_host(const struct obs_status *status, bool is_running, const struct strings *services,
	const char *host, const struct obs_peer **peer, size_t *hint);
/* Fills url and backend of every mount: its door on the tailnet and the one behind it. "" where it is not for
 * HTTP, or where a TCP port is not one of ports (0-ended). The texts live in the serve's arena. */
void owner_fill_mounts(struct obs_serve *serve, const struct obs_status *status, const int *ports);

#endif
