/* An IP address with a port: one end of a packet, and part of most keys.
 *
 * Unused bytes are zero, so that places can be compared and hashed as memory. */
#ifndef TSLLM_CAPTURE_PLACE_H
#define TSLLM_CAPTURE_PLACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PLACE_TEXT_MAX 56 /* "[ffff:…:ffff]:65535" and the final zero */

struct place {
	uint8_t ip[16]; /* IPv4 in the first four bytes */
	uint16_t port;  /* host order; 0: none */
	uint8_t is_v6, unused;
};

bool place_equals(const struct place *one, const struct place *other);
bool place_is_same_host(const struct place *one, const struct place *other); /* ignores the ports */
struct place place_without_port(const struct place *place);
/* Whether the address is inside the tunnel: 100.64.0.0/10 or fd7a:115c:a1e0::/48. */
bool place_is_tailnet(const struct place *place);
bool place_is_loopback(const struct place *place);
/* Parses "10.0.0.1", "10.0.0.1:443", "fd7a::1", "[fd7a::1]:443". Returns -1 if it is not an address, or if a
 * port is there without wants_port or missing with it. */
int place_parse(struct place *place, const char *text, bool wants_port);
/* Formats it as tailscaled does, without the port if that is 0. Returns text. */
const char *place_format(const struct place *place, char text[static PLACE_TEXT_MAX]);
/* A decimal port, 1 to 65535; 0: not a port. */
uint16_t place_parse_port(const char *text);

#endif
