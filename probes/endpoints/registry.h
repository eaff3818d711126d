/* Doors that need no knocking: those the user pinned, and those that this run or an earlier one found.
 *
 * Each status places them anew: at a peer of the tailnet, on this machine, or outside, where a name is
 * resolved once and kept for a minute. Where a door is decides whether its key may be sent there: over TLS always,
 * over plain HTTP only to this machine, to a peer that the URL names, and outside the tailnet where its [endpoint]
 * says so. */
#ifndef TSLLM_ENDPOINTS_REGISTRY_H
#define TSLLM_ENDPOINTS_REGISTRY_H

#include "probes/ledger/ledger.h"
#include "probes/model/settings.h"
#include "probes/endpoints/pool.h"

struct uv_loop_s;


struct known;

struct known *known_new(struct uv_loop_s *loop, const struct settings *settings, struct ledger *ledger,
	struct watch *watch, void (*changed)(void *data), void *data);
void known_free(struct known *known);
void known_place(struct known *known, struct when now);
void known_see_services(struct known *known, const struct obs_services *services, struct when now);
void known_found(struct known *known, const char *url, const char *family); /* remembers and places it */
void known_give_up(struct known *known, const char *url); /* something else lives there now: forgets it */
size_t known_resolving(const struct known *known);

#endif
