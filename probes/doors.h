/* Which door belongs to whom: URLs of pins, mounts and services, matched with the machines of a status. Pure.
 */
#ifndef TSLLM_PROBES_DOORS_H
#define TSLLM_PROBES_DOORS_H

#include "probes/model/obs.h"

#include <stdbool.h>
#include <stddef.h>

/* The peer (or this node) that a URL's host names: full name, short name or address. hint: where it was last
 * time, kept up; NULL: none. */
const struct obs_peer *doors_peer(const struct obs_status *status, const char *host, size_t *hint);
/* The address to dial it at: IPv4 where it has one. */
const char *doors_address(const struct obs_peer *peer);
/* A name that only this tailnet could know. */
bool doors_is_tailnet_name(const struct obs_status *status, const char *host);
/* Fills url and backend of every mount: its door on the tailnet and the one behind it. "" where it is not for
 * HTTP, or where a TCP port is not one of ports (0-ended). The texts live in the serve's arena. */
void doors_of_mounts(struct obs_serve *serve, const struct obs_status *status, const int *ports);

#endif
