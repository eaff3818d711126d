/* One captured frame, down to its UDP or TCP payload.
 *
 * Pure: bytes in, a struct out that points into them. Every length is checked against what was captured and
 * against what the headers claim; a frame that does not add up is no packet. */
#ifndef TSLLM_CAPTURE_PACKET_H
#define TSLLM_CAPTURE_PACKET_H

#include "capture/place.h"

/* pcap's link types (https://www.tcpdump.org/linktypes.html) as this program knows them. */
enum link { LINK_NONE, LINK_NULL, LINK_LOOP, LINK_ETHERNET, LINK_RAW, LINK_SLL, LINK_SLL2 };

#define SNAPLEN 128 /* bytes of a frame that are looked at: link 20, IPv6 40, TCP with options 60 */

/* A frame as it was captured. */
struct frame {
	int64_t at_us; /* wall time */
	const uint8_t *bytes;
	size_t captured; /* bytes that are there, at most SNAPLEN */
	size_t length;   /* bytes that it had */
};

enum { TCP_FIN = 1, TCP_SYN = 2, TCP_RST = 4, TCP_ACK = 16 };

struct packet {
	int64_t at_us;
	bool is_tcp; /* else UDP */
	struct place from, to;
	const uint8_t *payload;
	size_t captured;   /* payload bytes that are there */
	size_t length;     /* payload bytes that it had: up to 64 kB where the kernel joined packets */
	uint32_t seq, ack; /* TCP */
	uint8_t flags;
};

bool packet_read(struct packet *packet, enum link link, const struct frame *frame);

#endif
