/* One direction of a TCP connection: which bytes are new, and how long their acknowledgement takes. */
#ifndef TSLLM_CAPTURE_TCP_H
#define TSLLM_CAPTURE_TCP_H

#include "capture/packet.h"

struct tcp_side {
	bool is_known;
	uint32_t next;  /* the sequence number that follows what was seen */
	bool is_timed;  /* a segment waits for its acknowledgement */
	uint32_t timed; /* the number that acknowledges it */
	int64_t timed_us;
	bool has_least;
	int64_t least_us; /* the quickest acknowledgement that nobody took yet */
};

/* A segment of this side; returns how many of its bytes were not seen before. A copy has none; a hole in what
 * was captured counts, for its bytes went that way too. */
uint32_t tcp_send(struct tcp_side *side, const struct packet *packet);
/* A segment of the other side, which may acknowledge the timed one. */
void tcp_acknowledge(struct tcp_side *side, const struct packet *packet);
/* The least of the microseconds from a timed segment to its acknowledgement, since it was taken last; -1:
 * none. */
int64_t tcp_take_least(struct tcp_side *side);

#endif
