#include "probes/endpoints/service_list.h"

#include "probes/base/mem.h"
#include "probes/base/text.h"

#include <stdlib.h>
#include <string.h>

static const char *bare_name(const char *name)
{
	return name + (text_has_prefix(name, "svc:") ? 4 : 0);
}

static void drop(struct service_list *list, bool is_hosted)
{
	size_t kept = 0;

	for (size_t i = 0; i < list->count; i++) {
		if (list->items[i].is_hosted != is_hosted) {
			list->items[kept++] = list->items[i];
			continue;
		}
		free(list->items[i].name);
		free(list->items[i].address);
	}
	list->count = kept;
}

bool service_list_changes_node(struct service_list *list, const char *node_id)
{
	bool is_another = *node_id && list->node_id && strcmp(list->node_id, node_id) != 0;

	if (is_another)
		drop(list, false);
	if (*node_id)
		mem_replace(&list->node_id, node_id);
	return is_another;
}

void service_list_see(
	struct service_list *list, bool is_hosted, const struct obs_service *services, size_t count)
{
	drop(list, is_hosted);
	for (size_t i = 0; i < count; i++) {
		if (!*services[i].address)
			continue;
		VEC_PUSH(list)->name = mem_copy(bare_name(services[i].name));
		list->items[list->count - 1].address = mem_copy(services[i].address);
		list->items[list->count - 1].is_hosted = is_hosted;
	}
}

const char *service_list_address(const struct service_list *list, const char *name)
{
	for (size_t i = 0; i < list->count; i++)
		if (text_equal_fold(list->items[i].name, bare_name(name)))
			return list->items[i].address;
	return "";
}

bool service_list_has_address(const struct service_list *list, const char *address)
{
	for (size_t i = 0; i < list->count; i++)
		if (strcmp(list->items[i].address, address) == 0)
			return true;
	return false;
}

void service_list_fini(struct service_list *list)
{
	drop(list, false);
	drop(list, true);
	free(list->items);
	free(list->node_id);
	memset(list, 0, sizeof(*list));
}
