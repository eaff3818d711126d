/* Regions and their nodes, flattened to addresses. */
#include "probes/tailscaled/derpmap.h"

#include "probes/base/fault.h"
#include "probes/base/json.h"
#include "probes/base/mem.h"
#include "probes/base/text.h"
#include "probes/base/url.h"

#include <stdio.h>
#include <string.h>

#define NODES_MAX 1024
#define USUAL_PORT 443

static void add_address(struct derpmap *map, const char *region, const char *ip, int port)
{
	if (!url_host_is_address(ip) || map->node_count == NODES_MAX)
		return; /* "" or "none" */
	map->nodes[map->node_count++] = (struct derp_node){
		.region = text_keep(map->arena, region),
		.address = strchr(ip, ':') ? arena_printf(map->arena, "[%s]:%d", ip, port)
					   : arena_printf(map->arena, "%s:%d", ip, port),
	};
}

static void add_node(struct derpmap *map, const char *region, const struct json *node)
{
	double port = json_number(node, "DERPPort");
	int at = port >= 1 && port <= 65535 ? (int)port : USUAL_PORT;

	if (json_true(node, "STUNOnly"))
		return;
	add_address(map, region, json_text(node, "IPv4"), at);
	add_address(map, region, json_text(node, "IPv6"), at);
}

struct derpmap *derpmap_parse(const char *bytes, size_t length, struct fault *fault)
{
	struct json *tree = json_parse(bytes, length, fault);
	const struct json *regions = tree ? json_member(tree, "Regions") : NULL;
	struct derpmap *map;
	struct arena *arena;

	if (!tree || (!json_is_object(tree) && !json_is_null(tree))) {
		if (tree)
			fault_say(fault, "JSON that is no DERP map");
		json_free(tree);
		return NULL;
	}
	arena = arena_new();
	map = arena_alloc(arena, sizeof(*map));
	map->arena = arena;
	map->nodes = arena_alloc(arena, NODES_MAX * sizeof(*map->nodes));
	for (const struct json *region = json_first(regions); region; region = json_next(region))
		for (const struct json *node = json_first(json_member(region, "Nodes")); node;
			node = json_next(node))
			add_node(map, json_text(region, "RegionCode"), node);
	json_free(tree);
	return map;
}

void derpmap_free(struct derpmap *map)
{
	if (map)
		arena_free(map->arena);
}
