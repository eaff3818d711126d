/* Services by name, each with its first address and its TCP ports ("443", "tcp:443"). */
#include "probes/tailscaled/services.h"

#include "probes/base/fault.h"
#include "probes/base/json.h"
#include "probes/base/mem.h"
#include "probes/base/text.h"

#include <string.h>

#define SERVICES_MAX 256

static int port_of(const struct json *value)
{
	const char *text = json_string(value);
	double number = json_value(value);
	int64_t port;

	if (number >= 1 && number <= 65535)
		return (int)number;
	port = text_number(text_has_prefix(text, "tcp:") ? text + 4 : text, 65535);
	return port > 0 ? (int)port : 0;
}

static void read_ports(struct obs_service *service, const struct json *ports)
{
	for (const struct json *item = json_first(ports); item; item = json_next(item)) {
		int port = port_of(item);

		if (port && service->port_count < ARRAY_LEN(service->ports))
			service->ports[service->port_count++] = port;
	}
}

/* IPv4 if it has one, as for peers. */
static const char *keep_address(struct arena *arena, const struct json *addresses)
{
	const struct json *first = json_first(addresses);

	for (const struct json *item = first; item; item = json_next(item))
		if (*json_string(item) && !strchr(json_string(item), ':'))
			return text_keep(arena, json_string(item));
	return text_keep(arena, json_string(first));
}

static void read_service(struct obs_service *service, const struct json *object, struct arena *arena)
{
	const char *name = json_text(object, "Name");

	service->name = text_keep(arena, *name ? name : json_key(object));
	service->address = keep_address(arena, json_member(object, "Addrs"));
	read_ports(service, json_member(object, "Ports"));
}

static size_t count_services(const struct json *tree)
{
	size_t count = 0;

	for (const struct json *item = json_first(tree); item && count < SERVICES_MAX; item = json_next(item))
		count += json_is_object(item);
	return count;
}

static struct obs_services *read_services(const struct json *tree)
{
	struct arena *arena = arena_new();
	struct obs_services *all = arena_alloc(arena, sizeof(*all));
	size_t count = count_services(tree);

	all->arena = arena;
	all->services = arena_alloc(arena, count * sizeof(*all->services));
	for (const struct json *item = json_first(tree); all->service_count < count; item = json_next(item))
		if (json_is_object(item))
			read_service(&all->services[all->service_count++], item, arena);
	return all;
}

struct obs_services *services_parse(const char *bytes, size_t length, struct fault *fault)
{
	struct json *tree = json_parse(bytes, length, fault);
	struct obs_services *services = NULL;

	if (tree && json_is_object(tree))
		services = read_services(tree);
	else if (tree)
		fault_say(fault, "JSON, but no map of services");
	json_free(tree);
	return services;
}

void services_read_hosted(struct obs_status *status, const struct json *capability)
{
	if (!json_first(capability) || status->hosted)
		return;
	status->hosted = arena_alloc(status->arena, SERVICES_MAX * sizeof(*status->hosted));
	for (const struct json *map = json_first(capability); map; map = json_next(map))
		for (const struct json *item = json_first(map); item && status->hosted_count < SERVICES_MAX;
			item = json_next(item))
			status->hosted[status->hosted_count++] = (struct obs_service){
				.name = text_keep(status->arena, json_key(item)),
				.address = keep_address(status->arena, item),
			};
}

void services_free(struct obs_services *services)
{
	if (services)
		arena_free(services->arena);
}
