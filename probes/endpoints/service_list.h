/* The Tailscale Services that are known: those that the tailnet offers to this node, and those that it hosts.
 * A Service has an address of its own, never that of a node. Zeroed, the list is empty. */
#ifndef TSLLM_ENDPOINTS_SERVICE_LIST_H
#define TSLLM_ENDPOINTS_SERVICE_LIST_H

#include "probes/model/obs.h"

#include <stdbool.h>
#include <stddef.h>

struct service_list {
	struct {
		char *name, *address; /* "llm", without "svc:" */
		bool is_hosted;
	} * items;
	size_t count, room;
	char *node_id; /* of this machine, which they are offered to; NULL: not known yet */
};

/* Whether this machine has become another node, in another tailnet: nothing is offered to it then. "": unknown. */
bool service_list_changes_node(struct service_list *list, const char *node_id);

/* Replaces the offered ones, or the hosted ones. */
void service_list_see(
	struct service_list *list, bool is_hosted, const struct obs_service *services, size_t count);
/* By "svc:llm" or "llm"; "": unknown. */
const char *service_list_address(const struct service_list *list, const char *name);
bool service_list_has_address(const struct service_list *list, const char *address);
void service_list_fini(struct service_list *list);

#endif
