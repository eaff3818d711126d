#include "probes/base/cidr.h"

#include "probes/base/text.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

static bool is_in_prefix(const unsigned char *address, const unsigned char *prefix, int bits)
{
	int whole = bits / 8, rest = bits % 8;

	return memcmp(address, prefix, (size_t)whole) == 0 &&
	       (!rest || (address[whole] ^ prefix[whole]) >> (8 - rest) == 0);
}

bool cidr_holds(const char *cidr, const char *address)
{
	unsigned char bytes[16], prefix[16];
	char base[64];
	const char *slash = strchr(cidr, '/');
	int family = strchr(address, ':') ? AF_INET6 : AF_INET, most = family == AF_INET6 ? 128 : 32, bits;

	if (!slash || (size_t)(slash - cidr) >= sizeof(base))
		return false;
	snprintf(base, sizeof(base), "%.*s", (int)(slash - cidr), cidr);
	bits = (int)text_number(slash + 1, most);
	return bits > 0 && inet_pton(family, base, prefix) == 1 && inet_pton(family, address, bytes) == 1 &&
	       is_in_prefix(bytes, prefix, bits);
}

bool cidrs_hold(const char *const *cidrs, const char *address)
{
	for (; *cidrs; cidrs++)
		if (cidr_holds(*cidrs, address))
			return true;
	return false;
}
