/* Link, IP, transport: each step removes its header from what is left of the frame, or fails. */
#include "capture/packet.h"

#include <string.h>

#define ETHERTYPE_IPV4 0x0800
#define ETHERTYPE_IPV6 0x86dd
#define ETHERTYPE_VLAN 0x8100
#define ETHERTYPE_QINQ 0x88a8
#define PROTOCOL_TCP 6
#define PROTOCOL_UDP 17
#define TAGS_MAX 2

/* What is left of a frame. */
struct rest {
	const uint8_t *bytes;
	size_t captured, length;
	bool is_fragment; /* first fragment: the rest of the datagram is in others */
};

static uint16_t u16(const uint8_t *bytes)
{
	return (uint16_t)(bytes[0] << 8 | bytes[1]);
}

static uint32_t u32(const uint8_t *bytes)
{
	return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

static bool take_off(struct rest *rest, size_t count)
{
	if (rest->captured < count || rest->length < count)
		return false;
	rest->bytes += count;
	rest->captured -= count;
	rest->length -= count;
	return true;
}

/* Drops padding after the content, whose length the header states. */
static bool cut_to(struct rest *rest, size_t length)
{
	if (length > rest->length)
		return false;
	rest->length = length;
	if (rest->captured > length)
		rest->captured = length;
	return true;
}

/* Removes the link header and returns the EtherType; 0: not IP. */
static uint16_t read_ethernet(struct rest *rest)
{
	uint16_t type;

	if (!take_off(rest, 14))
		return 0;
	type = u16(rest->bytes - 2);
	for (int tags = 0; tags < TAGS_MAX && (type == ETHERTYPE_VLAN || type == ETHERTYPE_QINQ); tags++) {
		if (!take_off(rest, 4))
			return 0;
		type = u16(rest->bytes - 2);
	}
	return type;
}

/* Cooked captures: the EtherType is in bytes 14 and 15 of SLL, in the first two of SLL2. */
static uint16_t read_cooked(struct rest *rest, size_t header, size_t type_at)
{
	const uint8_t *start = rest->bytes;

	return take_off(rest, header) ? u16(start + type_at) : 0;
}

/* Raw IP, and BSD loopback after its four bytes of address family: the IP version decides. */
static uint16_t read_version(struct rest *rest, size_t header)
{
	if (!take_off(rest, header) || !rest->captured)
		return 0;
	return rest->bytes[0] >> 4 == 4 ? ETHERTYPE_IPV4 : rest->bytes[0] >> 4 == 6 ? ETHERTYPE_IPV6 : 0;
}

static uint16_t read_link(struct rest *rest, enum link link)
{
	switch (link) {
	case LINK_NONE:
		return 0;
	case LINK_NULL:
	case LINK_LOOP:
		return read_version(rest, 4);
	case LINK_ETHERNET:
		return read_ethernet(rest);
	case LINK_RAW:
		return read_version(rest, 0);
	case LINK_SLL:
		return read_cooked(rest, 16, 14);
	case LINK_SLL2:
		return read_cooked(rest, 20, 0);
	}
	return 0;
}

static int read_ipv4(struct packet *packet, struct rest *rest)
{
	const uint8_t *ip = rest->bytes;
	size_t header, total;

	if (rest->captured < 20 || ip[0] >> 4 != 4)
		return -1;
	header = (size_t)(ip[0] & 15) * 4;
	total = u16(ip + 2) ? u16(ip + 2) : rest->length; /* 0: merged beyond 64 kB */
	if (header < 20 || total < header || u16(ip + 6) & 0x1fff || !cut_to(rest, total) ||
		!take_off(rest, header))
		return -1;
	rest->is_fragment = ip[6] & 0x20;
	memcpy(packet->from.ip, ip + 12, 4);
	memcpy(packet->to.ip, ip + 16, 4);
	return ip[9];
}

static int read_ipv6(struct packet *packet, struct rest *rest)
{
	const uint8_t *ip = rest->bytes;

	if (rest->captured < 40 || ip[0] >> 4 != 6 || !take_off(rest, 40))
		return -1;
	if (u16(ip + 4) && !cut_to(rest, u16(ip + 4)))
		return -1;
	memcpy(packet->from.ip, ip + 8, 16);
	memcpy(packet->to.ip, ip + 24, 16);
	packet->from.is_v6 = packet->to.is_v6 = 1;
	return ip[6];
}

static bool read_udp(struct rest *rest)
{
	size_t length;

	if (rest->captured < 8)
		return false;
	length = u16(rest->bytes + 4);
	if (rest->is_fragment && length > rest->length)
		rest->length = length;
	if (length < 8 || length > rest->length)
		return false;
	return cut_to(rest, length) && take_off(rest, 8);
}

static bool read_tcp(struct packet *packet, struct rest *rest)
{
	const uint8_t *tcp = rest->bytes;
	size_t header;

	if (rest->captured < 20)
		return false;
	header = (size_t)(tcp[12] >> 4) * 4;
	packet->is_tcp = true;
	packet->seq = u32(tcp + 4);
	packet->ack = u32(tcp + 8);
	packet->flags = tcp[13];
	if (header < 20 || header > rest->length)
		return false;
	if (rest->captured < header) { /* options were truncated, and the payload with them */
		rest->length -= header;
		rest->captured = 0;
		return true;
	}
	return take_off(rest, header);
}

bool packet_read(struct packet *packet, enum link link, const struct frame *frame)
{
	struct rest rest = { frame->bytes, frame->captured, frame->length, false };
	uint16_t type;
	int protocol;

	if (rest.captured > rest.length)
		return false;
	memset(packet, 0, sizeof(*packet));
	packet->at_us = frame->at_us;
	type = read_link(&rest, link);
	if (type == ETHERTYPE_IPV4)
		protocol = read_ipv4(packet, &rest);
	else if (type == ETHERTYPE_IPV6)
		protocol = read_ipv6(packet, &rest);
	else
		return false;
	if ((protocol != PROTOCOL_UDP && protocol != PROTOCOL_TCP) || rest.captured < 4)
		return false;
	packet->from.port = u16(rest.bytes);
	packet->to.port = u16(rest.bytes + 2);
	if (!(protocol == PROTOCOL_UDP ? read_udp(&rest) : read_tcp(packet, &rest)))
		return false;
	packet->payload = rest.bytes;
	packet->captured = rest.captured;
	packet->length = rest.length;
	return true;
}
