/* One pass over getifaddrs(), which lists each interface once without an address and once per address. */
#include "capture/interfaces.h"

#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

_Static_assert(INTERFACE_NAME_MAX == IF_NAMESIZE, "a name of the kernel's");

/* The kernel reads a name only up to its first colon. If there is an interface "dbus", the kernel takes
 * "dbus://x" for it, but libpcap takes it for a message bus; libpcap also looks after slashes. Real names
 * contain neither. */
bool interface_is_known(const char *name)
{
	return strcmp(name, "any") == 0 || (!strpbrk(name, ":/") && if_nametoindex(name) != 0);
}

/* An address may have a label such as "eth0:1", which is not an interface. Returns NULL if there is no room
 * for another interface. */
static struct interface *interface_of(struct interfaces *interfaces, const char *label)
{
	size_t length = strcspn(label, ":");
	struct interface *found;

	if (length >= INTERFACE_NAME_MAX)
		return NULL;
	for (size_t i = 0; i < interfaces->count; i++)
		if (strncmp(interfaces->items[i].name, label, length) == 0 &&
			!interfaces->items[i].name[length])
			return &interfaces->items[i];
	if (interfaces->count == INTERFACES_MAX)
		return NULL;
	found = &interfaces->items[interfaces->count++];
	memset(found, 0, sizeof(*found));
	memcpy(found->name, label, length);
	return found;
}

/* Returns false if it is not an IP address. */
static bool read_address(struct place *place, const struct sockaddr *address)
{
	memset(place, 0, sizeof(*place));
	if (!address || (address->sa_family != AF_INET && address->sa_family != AF_INET6))
		return false;
	place->is_v6 = address->sa_family == AF_INET6;
	if (place->is_v6)
		memcpy(place->ip, &((const struct sockaddr_in6 *)(const void *)address)->sin6_addr, 16);
	else
		memcpy(place->ip, &((const struct sockaddr_in *)(const void *)address)->sin_addr, 4);
	return true;
}

int interfaces_read(struct interfaces *interfaces, struct options *options)
{
	const unsigned up = IFF_UP | IFF_RUNNING;
	bool has_locals = options->local_count > 0;
	struct ifaddrs *all;

	interfaces->count = 0;
	if (getifaddrs(&all))
		return -1;
	for (const struct ifaddrs *one = all; one; one = one->ifa_next) {
		struct interface *found = interface_of(interfaces, one->ifa_name);
		struct place place;
		bool is_address = read_address(&place, one->ifa_addr);

		if (found) {
			found->is_loopback = one->ifa_flags & IFF_LOOPBACK;
			found->is_up = (one->ifa_flags & up) == up;
			found->has_address = found->has_address || is_address;
		}
		if (is_address && !has_locals && options->local_count < LOCALS_MAX)
			options->locals[options->local_count++] = place;
	}
	freeifaddrs(all);
	return 0;
}
