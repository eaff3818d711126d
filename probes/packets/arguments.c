/* Three kinds of argument, each from its own source. Their order changes only if the sources change, because
 * a new order would restart the helper. */
#include "probes/packets/arguments.h"

#include "probes/base/text.h"
#include "probes/base/url.h"

#include <stdio.h>
#include <string.h>

/* Limits of tsllm-capture. */
#define UDP_PORTS_MAX 8
#define DERP_MAX 64
#define SERVED_MAX 16
#define REGIONS_MAX 64

static void add_region(struct strings *regions, const char *region)
{
	if (*region && regions->count < REGIONS_MAX && !strings_has(regions, region))
		strings_add(regions, region);
}

void arguments_add_regions(struct strings *regions, const struct obs_status *status)
{
	const char *latest = "";

	if (status->has_self)
		add_region(regions, status->self.home_derp);
	for (size_t i = 0; i < status->peer_count; i++) {
		const char *region = status->peers[i].home_derp;

		if (strcmp(region, latest) != 0)
			add_region(regions, region);
		latest = region;
	}
}

bool arguments_lack_region(const struct strings *regions, const struct derpmap *derpmap)
{
	for (size_t i = 0; i < regions->count; i++) {
		size_t node = 0;

		while (derpmap && node < derpmap->node_count &&
			strcmp(derpmap->nodes[node].region, regions->items[i]) != 0)
			node++;
		if (!derpmap || node == derpmap->node_count)
			return true;
	}
	return false;
}

/* ---- arguments ---- */

/* Adds each value only once; IPv4 and IPv6 often have the same ports. */
static bool add_argument(struct strings *arguments, const char *option, const char *value)
{
	for (size_t i = 0; i + 1 < arguments->count; i += 2)
		if (strcmp(arguments->items[i], option) == 0 && strcmp(arguments->items[i + 1], value) == 0)
			return false;
	strings_add(arguments, option);
	strings_add(arguments, value);
	return true;
}

/* "10.0.0.1:41641" or "[fd00::1]:41641". Returns NULL if it is neither. */
static const char *split_port(const char *address, char *host, size_t size)
{
	const char *colon = strrchr(address, ':');
	bool has_bracket = *address == '[';

	if (!colon || text_number(colon + 1, 65535) < 1)
		return NULL;
	snprintf(host, size, "%.*s", (int)(colon - address) - 2 * has_bracket, address + has_bracket);
	return colon + 1;
}

static void add_udp_ports(const struct arguments_basis *basis, struct strings *arguments)
{
	const char *const *own = basis->status->own_addresses;
	char host[64];
	size_t count = 0;

	for (; *own && count < UDP_PORTS_MAX; own++) {
		const char *port = split_port(*own, host, sizeof(host));

		if (port && strings_has(basis->addresses, host))
			count += add_argument(arguments, "-u", port);
	}
}

static void add_derp_servers(const struct arguments_basis *basis, struct strings *arguments)
{
	size_t count = 0;

	for (size_t i = 0; basis->derpmap && i < basis->regions->count; i++)
		for (size_t k = 0; k < basis->derpmap->node_count && count < DERP_MAX; k++)
			if (strcmp(basis->derpmap->nodes[k].region, basis->regions->items[i]) == 0)
				count += add_argument(arguments, "-d", basis->derpmap->nodes[k].address);
}

/* The port on this machine's loopback that a serve target leads to; 0: not on the loopback. */
static int loopback_port(const char *target)
{
	const char *scheme = strstr(target, "://"), *place = scheme ? scheme + 3 : target;
	size_t length = strcspn(place, "/");
	char whole[300], host[280];
	const char *port;

	snprintf(whole, sizeof(whole), "%.*s", (int)(length < 250 ? length : 250), place);
	port = split_port(whole, host, sizeof(host));
	if (port)
		return url_host_is_loopback(host) ? (int)text_number(port, 65535) : 0;
	if (!scheme || !url_host_is_loopback(whole))
		return 0;
	return text_has_prefix(target, "https") ? 443 : 80;
}

static void add_served_ports(const struct arguments_basis *basis, struct strings *arguments)
{
	size_t count = 0;
	char text[8];

	for (size_t i = 0; basis->serve && i < basis->serve->mount_count && count < SERVED_MAX; i++) {
		int port = loopback_port(basis->serve->mounts[i].target);

		snprintf(text, sizeof(text), "%d", port);
		if (port)
			count += add_argument(arguments, "-s", text);
	}
}

void arguments_make(const struct arguments_basis *basis, struct strings *arguments)
{
	add_udp_ports(basis, arguments);
	add_derp_servers(basis, arguments);
	add_served_ports(basis, arguments);
}
