/* One direction of a TCP connection: which bytes are new, and how long their acknowledgement takes. */
#ifndef TSLLM_CAPTURE_TCP_H
#define TSLLM_CAPTURE_TCP_H

#include "capture/packet.h"

struct tcp_side {
	bool is_known;
	uint32_t next;  /* sequence number after the last byte seen */
	bool is_timed;  /* a segment is waiting for its acknowledgement */
	uint32_t timed; /* acknowledgement number that ends the wait */
	int64_t timed_us;
	bool has_least;
	int64_t least_us; /* fastest acknowledgement since the last tcp_take_least() */
};

/* A segment of this side. Returns how many of its bytes are new: none for a retransmission. A hole in the
 * capture counts as new, because those bytes were sent too. */
uint32_t tcp_send(struct tcp_side *side, const struct packet *packet);
/* A segment of the other side, which may acknowledge the timed segment. */
void tcp_acknowledge(struct tcp_side *side, const struct packet *packet);
/* The fastest acknowledgement of a timed segment since the last call, in us; -1: none. */
int64_t tcp_take_least(struct tcp_side *side);

#endif
