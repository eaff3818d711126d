/* Sequence numbers, modulo 2^32. A segment that was sent twice times nothing (Karn's rule). */
#include "capture/tcp.h"

#define HOLE_MAX (1 << 20) /* more is another connection */

uint32_t tcp_send(struct tcp_side *side, const struct packet *packet)
{
	uint32_t flags = (uint32_t) !!(packet->flags & TCP_SYN) + !!(packet->flags & TCP_FIN);
	uint32_t end = packet->seq + (uint32_t)packet->length + flags;
	int32_t news = (int32_t)(end - side->next);

	if (!side->is_known || packet->flags & TCP_SYN || news > HOLE_MAX || news < -HOLE_MAX) {
		*side = (struct tcp_side){ .is_known = true, .next = end };
		news = (int32_t)(packet->length + flags);
	}
	if (news <= 0) {
		if (packet->length)
			side->is_timed = false;
		return 0;
	}
	side->next = end;
	if (packet->length && !side->is_timed) {
		side->is_timed = true;
		side->timed = end;
		side->timed_us = packet->at_us;
	}
	news -= (int32_t)flags;
	return news > 0 ? (uint32_t)news : 0;
}

int64_t tcp_acknowledge(struct tcp_side *side, const struct packet *packet)
{
	if (!side->is_timed || !(packet->flags & TCP_ACK) || (int32_t)(packet->ack - side->timed) < 0)
		return -1;
	side->is_timed = false;
	return packet->at_us >= side->timed_us ? packet->at_us - side->timed_us : -1;
}
