/* Endpoints that are known without probing: pinned by the user, or found by this run or an earlier one.
 *
 * Each status locates them again: at a peer of the tailnet, on this machine, or outside, where a name is
 * resolved and the result kept for a minute.
 *
 * Security: the location decides whether the endpoint's key may be sent there. Over TLS always; over plain
 * HTTP only to this machine, to a peer that the URL names, and outside the tailnet if its [endpoint] says
 * so. */
#ifndef TSLLM_ENDPOINTS_REGISTRY_H
#define TSLLM_ENDPOINTS_REGISTRY_H

#include "probes/endpoints/pool.h"
#include "probes/endpoints/service_list.h"
#include "probes/ledger/ledger.h"
#include "probes/model/settings.h"

struct uv_loop_s;

struct registry;

struct registry *registry_new(struct uv_loop_s *loop, const struct settings *settings, struct ledger *ledger,
	struct pool *pool, const struct service_list *services, void (*changed)(void *data), void *data);
void registry_free(struct registry *registry);
/* has_services: the list of Services is complete. Until then, a name that nobody has may be one of theirs. */
void registry_place(struct registry *registry, bool has_services, struct when now);
void registry_found(
	struct registry *registry, const char *url, const char *family); /* remembers and locates it */
void registry_give_up(
	struct registry *registry, const char *url); /* something else is at that URL now: forgets it */
size_t registry_resolving(const struct registry *registry);

#endif
