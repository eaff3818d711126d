/* An address with a port: one end of a packet, and most of every key.
 *
 * Bytes that are not used are zero, so that places compare and hash as memory. */
#ifndef TSLLM_CAPTURE_PLACE_H
#define TSLLM_CAPTURE_PLACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PLACE_TEXT_MAX 56 /* "[ffff:…:ffff]:65535" and its end */

struct place {
	uint8_t ip[16]; /* IPv4 in the first four */
	uint16_t port;  /* host order; 0: none */
	uint8_t is_v6, unused;
};

bool place_equals(const struct place *one, const struct place *other);
bool place_is_same_host(const struct place *one, const struct place *other); /* whatever the ports */
struct place place_without_port(const struct place *place);
/* 100.64.0.0/10 and fd7a:115c:a1e0::/48: an address inside the tunnel. */
bool place_is_tailnet(const struct place *place);
bool place_is_loopback(const struct place *place);
/* Reads "10.0.0.1", "10.0.0.1:443", "fd7a::1", "[fd7a::1]:443". Returns -1 where it is none, or where it has
 * a port and wants_port is false, or the other way round. */
int place_parse(struct place *place, const char *text, bool wants_port);
/* Writes it as tailscaled does, without the port where that is 0. Returns text. */
const char *place_format(const struct place *place, char text[static PLACE_TEXT_MAX]);
/* A port in decimal, 1 to 65535; 0: it is none. */
uint16_t place_parse_port(const char *text);

#endif
