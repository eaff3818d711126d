/* Who an endpoint belongs to: matches the URLs of pins, mounts and services with the machines of a status.
 * Pure. */
#ifndef TSLLM_ENDPOINTS_OWNER_H
#define TSLLM_ENDPOINTS_OWNER_H

#include "probes/endpoints/service_list.h"
#include "probes/io/listeners.h"
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
 * all that are known. peer: the owner if OWNER_PEER. hint: as for owner_peer(). */
enum owner owner_of_host(const struct obs_status *status, bool is_running,
	const struct service_list *services, const char *host, const struct obs_peer **peer, size_t *hint);
/* The address of a name of the tailnet that is no node's, as far as tailscaled tells it: of an extra record, a
 * Service, or a host behind a 4via6 subnet router. A record may lead anywhere. */
bool owner_find_address(const struct obs_status *status, const struct service_list *services,
	const char *host, char *address, size_t size);

/* Whether a subnet router of the tailnet leads to that address. */
bool owner_is_routed(const struct obs_status *status, const char *address);

struct mount_facts {
	const int *ports; /* where a TCP forward may lead to an LLM server; 0-terminated */
	const struct listeners *listeners;
};

/* Fills url (on the tailnet), backend and is_port_taken of every mount. Both URLs are "" if it is not for HTTP,
 * or if a TCP forward leads to none of the ports. The strings are allocated in the serve's arena. */
void owner_fill_mounts(
	struct obs_serve *serve, const struct obs_status *status, const struct mount_facts *facts);

#endif
