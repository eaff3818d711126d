/* Classifies by size and first bytes. */
#include "capture/underlay.h"

#include <string.h>

#define GENEVE_HEADER 8
#define GENEVE_DISCO 0x7a11
#define GENEVE_WIREGUARD 0x7a12
#define DISCO_HEADER 62                       /* magic 6, sender's key 32, nonce 24 */
#define DISCO_NEEDED (6 + DISCO_KEY_SIZE + 8) /* captures may hold no more of it than this */
#define PING_LENGTH 124
#define PONG_LENGTH 110
#define INITIATION_LENGTH 148
#define RESPONSE_LENGTH 92
#define COOKIE_LENGTH 64
#define DATA_LENGTH_MIN 32
#define SINGLE_LENGTH_MAX 1500 /* an MTU of 1280 makes 1312; a larger one was set by hand */

/* The payload, without a Geneve header if there is one. */
struct body {
	const uint8_t *bytes;
	size_t captured, length;
};

static uint32_t le32(const uint8_t *bytes)
{
	return (uint32_t)bytes[3] << 24 | (uint32_t)bytes[2] << 16 | (uint32_t)bytes[1] << 8 | bytes[0];
}

static uint64_t first_eight(const uint8_t *bytes)
{
	uint64_t number;

	memcpy(&number, bytes, sizeof(number));
	return number;
}

static bool is_stun(const struct body *body)
{
	static const uint8_t cookie[] = { 0x21, 0x12, 0xa4, 0x42 };

	return body->captured >= 20 && body->bytes[0] <= 1 && body->bytes[1] == 1 &&
	       memcmp(body->bytes + 4, cookie, sizeof(cookie)) == 0;
}

/* Removes the Geneve header of a peer relay, whose VNI is the session. Returns the protocol inside it; 0: no
 * such header. */
static unsigned take_geneve_off(struct underlay *underlay, struct body *body)
{
	const uint8_t *head = body->bytes;
	unsigned type;

	if (body->captured < GENEVE_HEADER || head[0] & 0xc0 || head[1] & 0x3f || head[7])
		return 0;
	type = (unsigned)(head[2] << 8 | head[3]);
	if (type != GENEVE_DISCO && type != GENEVE_WIREGUARD)
		return 0;
	underlay->vni = (uint32_t)head[4] << 16 | (uint32_t)head[5] << 8 | head[6];
	body->bytes += GENEVE_HEADER;
	body->captured -= GENEVE_HEADER;
	body->length -= GENEVE_HEADER;
	return type;
}

static bool is_disco(const struct body *body)
{
	static const uint8_t magic[] = { 0x54, 0x53, 0xf0, 0x9f, 0x92, 0xac };

	return body->captured >= DISCO_NEEDED && body->length >= DISCO_HEADER &&
	       memcmp(body->bytes, magic, sizeof(magic)) == 0;
}

static enum underlay_kind read_disco(struct underlay *underlay, const struct body *body)
{
	underlay->disco_key = body->bytes + 6;
	underlay->mark = first_eight(body->bytes + 6 + DISCO_KEY_SIZE);
	return body->length == PING_LENGTH   ? UNDERLAY_PING
	       : body->length == PONG_LENGTH ? UNDERLAY_PONG
					     : UNDERLAY_DISCO;
}

/* A merged packet may end with a shorter one of another kind: with a pong if it is at most SINGLE_LENGTH_MAX
 * long, with anything if it is longer. */
static bool is_data_length(const struct body *body, bool is_joined)
{
	size_t tail = body->length > PONG_LENGTH ? (body->length - PONG_LENGTH) % 16 : 1;

	return body->length >= DATA_LENGTH_MIN && (is_joined || body->length % 16 == 0 || !tail);
}

static enum underlay_kind read_wireguard(struct underlay *underlay, const struct body *body)
{
	const uint8_t *bytes = body->bytes;

	if (body->captured < 16 || bytes[1] || bytes[2] || bytes[3])
		return UNDERLAY_FOREIGN;
	underlay->sender = le32(bytes + 4);
	underlay->receiver = underlay->sender;
	underlay->mark = first_eight(bytes + 8);
	switch (bytes[0]) {
	case 1:
		return body->length == INITIATION_LENGTH ? UNDERLAY_INITIATION : UNDERLAY_FOREIGN;
	case 2:
		underlay->receiver = le32(bytes + 8);
		return body->length == RESPONSE_LENGTH ? UNDERLAY_RESPONSE : UNDERLAY_FOREIGN;
	case 3:
		return body->length == COOKIE_LENGTH ? UNDERLAY_COOKIE : UNDERLAY_FOREIGN;
	case 4:
		return is_data_length(body, underlay->is_joined) ? UNDERLAY_DATA : UNDERLAY_FOREIGN;
	default:
		return UNDERLAY_FOREIGN;
	}
}

bool underlay_read(struct underlay *underlay, const struct packet *packet)
{
	struct body body = { packet->payload, packet->captured, packet->length };
	unsigned wrapped;

	memset(underlay, 0, sizeof(*underlay));
	underlay->is_joined = body.length > SINGLE_LENGTH_MAX;
	if (is_stun(&body)) {
		underlay->kind = body.bytes[0] ? UNDERLAY_STUN_RESPONSE : UNDERLAY_STUN_REQUEST;
		underlay->stun_id = body.bytes + 8;
		return true;
	}
	wrapped = take_geneve_off(underlay, &body);
	if (wrapped && (wrapped == GENEVE_DISCO) != is_disco(&body))
		return false;
	underlay->kind = is_disco(&body) ? read_disco(underlay, &body) : read_wireguard(underlay, &body);
	return underlay->kind != UNDERLAY_FOREIGN;
}
