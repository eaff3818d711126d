/* Addresses: parsed from arguments, formatted for lines. */
#include "capture/place.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

bool place_equals(const struct place *one, const struct place *other)
{
	return memcmp(one, other, sizeof(*one)) == 0;
}

bool place_is_same_host(const struct place *one, const struct place *other)
{
	return one->is_v6 == other->is_v6 && memcmp(one->ip, other->ip, sizeof(one->ip)) == 0;
}

struct place place_without_port(const struct place *place)
{
	struct place bare = *place;

	bare.port = 0;
	return bare;
}

bool place_is_tailnet(const struct place *place)
{
	static const uint8_t ula[] = { 0xfd, 0x7a, 0x11, 0x5c, 0xa1, 0xe0 };

	if (place->is_v6)
		return memcmp(place->ip, ula, sizeof(ula)) == 0;
	return place->ip[0] == 100 && (place->ip[1] & 0xc0) == 64;
}

bool place_is_loopback(const struct place *place)
{
	static const uint8_t one[16] = { [15] = 1 };

	return place->is_v6 ? memcmp(place->ip, one, sizeof(one)) == 0 : place->ip[0] == 127;
}

uint16_t place_parse_port(const char *text)
{
	unsigned port = 0;

	if (!*text || strlen(text) > 5)
		return 0;
	for (; *text; text++) {
		if (*text < '0' || *text > '9')
			return 0;
		port = port * 10 + (unsigned)(*text - '0');
	}
	return port > UINT16_MAX ? 0 : (uint16_t)port;
}

/* The colon before the port; NULL: the text has no port. */
static const char *find_port(const char *text)
{
	const char *colon = strrchr(text, ':');

	if (*text == '[')
		return colon && colon[-1] == ']' ? colon : NULL;
	return colon && strchr(text, ':') == colon ? colon : NULL;
}

int place_parse(struct place *place, const char *text, bool wants_port)
{
	const char *port = find_port(text);
	const char *end = port ? port : text + strlen(text);
	char ip[INET6_ADDRSTRLEN];
	size_t length;

	memset(place, 0, sizeof(*place));
	if (*text == '[') {
		text++;
		if (*--end != ']')
			return -1;
	}
	length = (size_t)(end - text);
	if (length >= sizeof(ip) || !!port != wants_port)
		return -1;
	memcpy(ip, text, length);
	ip[length] = '\0';
	place->is_v6 = strchr(ip, ':') != NULL;
	if (inet_pton(place->is_v6 ? AF_INET6 : AF_INET, ip, place->ip) != 1)
		return -1;
	if (port)
		place->port = place_parse_port(port + 1);
	return port && !place->port ? -1 : 0;
}

const char *place_format(const struct place *place, char text[static PLACE_TEXT_MAX])
{
	char ip[INET6_ADDRSTRLEN];

	inet_ntop(place->is_v6 ? AF_INET6 : AF_INET, place->ip, ip, sizeof(ip));
	if (!place->port)
		snprintf(text, PLACE_TEXT_MAX, "%s", ip);
	else if (place->is_v6)
		snprintf(text, PLACE_TEXT_MAX, "[%s]:%u", ip, place->port);
	else
		snprintf(text, PLACE_TEXT_MAX, "%s:%u", ip, place->port);
	return text;
}
