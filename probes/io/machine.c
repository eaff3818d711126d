#include "probes/io/machine.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <uv.h>

void machine_addresses(struct strings *addresses)
{
	uv_interface_address_t *interfaces;
	int count = 0;
	char text[64];

	if (uv_interface_addresses(&interfaces, &count))
		return;
	for (int i = 0; i < count; i++)
		if ((interfaces[i].address.address4.sin_family == AF_INET
				    ? uv_ip4_name(&interfaces[i].address.address4, text, sizeof(text))
				    : uv_ip6_name(&interfaces[i].address.address6, text, sizeof(text))) == 0)
			strings_add(addresses, text);
	uv_free_interface_addresses(interfaces, count);
}

bool machine_beside_us(const char *name, char *path, size_t size)
{
	char self[PATH_MAX];
	size_t length = sizeof(self);
	const char *slash;
	int written;

	if (uv_exepath(self, &length) != 0)
		return false;
	slash = strrchr(self, '/');
	if (!slash)
		return false;
	written = snprintf(path, size, "%.*s/%s", (int)(slash - self), self, name);
	return written > 0 && (size_t)written < size && access(path, F_OK) == 0;
}
