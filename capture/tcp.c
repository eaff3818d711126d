/* Sequence numbers are modulo 2^32. A retransmitted segment gives no round trip (Karn's algorithm). */
#include "capture/tcp.h"

#define HOLE_MAX (1 << 20) /* bytes; a larger jump means another connection */

uint32_t tcp_send(struct tcp_side *side, const struct packet *packet)
{
	uint32_t flags = (uint32_t) !!(packet->flags & TCP_SYN) + !!(packet->flags & TCP_FIN);
	uint32_t end = packet->seq + (uint32_t)packet->length + flags;
	int32_t news = (int32_t)(end - side->next);

	if (!side->is_known || packet->flags & TCP_SYN || news > HOLE_MAX || news < -HOLE_MAX) {
		side->is_known = true;
		side->next = end;
		side->is_timed = false;
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

void tcp_acknowledge(struct tcp_side *side, const struct packet *packet)
{
	int64_t us = packet->at_us - side->timed_us;

	if (!side->is_timed || !(packet->flags & TCP_ACK) || (int32_t)(packet->ack - side->timed) < 0)
		return;
	side->is_timed = false;
	if (us < 0 || (side->has_least && us >= side->least_us))
		return;
	side->has_least = true;
	side->least_us = us;
}

int64_t tcp_take_least(struct tcp_side *side)
{
	int64_t least_us = side->has_least ? side->least_us : -1;

	side->has_least = false;
	return least_us;
}
