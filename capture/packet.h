/* One captured frame, parsed down to its UDP or TCP payload.
 *
 * Pure: takes bytes and returns a struct that points into them. Every length is checked against what was
 * captured and against what the headers claim; a frame whose lengths disagree is refused. */
#ifndef TSLLM_CAPTURE_PACKET_H
#define TSLLM_CAPTURE_PACKET_H

#include "capture/place.h"

/* The link types of pcap (https://www.tcpdump.org/linktypes.html) that this program knows. */
enum link { LINK_NONE, LINK_NULL, LINK_LOOP, LINK_ETHERNET, LINK_RAW, LINK_SLL, LINK_SLL2 };

#define SNAPLEN 128 /* bytes kept of a frame: link 20, IPv6 40, TCP with options 60 */

/* A frame as it was captured. */
struct frame {
	int64_t at_us; /* wall time */
	const uint8_t *bytes;
	size_t captured; /* bytes captured, at most SNAPLEN */
	size_t length;   /* bytes on the wire */
};

enum { TCP_FIN = 1, TCP_SYN = 2, TCP_RST = 4, TCP_ACK = 16 };

struct packet {
	int64_t at_us;
	bool is_tcp; /* else UDP */
	struct place from, to;
	const uint8_t *payload;
	size_t captured;   /* payload bytes captured */
	size_t length;     /* payload bytes on the wire: up to 64 kB if the kernel merged packets */
	uint32_t seq, ack; /* TCP only */
	uint8_t flags;
};

bool packet_read(struct packet *packet, enum link link, const struct frame *frame);

#endif
