/* What a UDP payload of tailscaled's is.
 *
 * Pure. In tailscaled's own order (wgengine/magicsock): STUN, Geneve of a peer relay around what follows,
 * disco, else WireGuard. Kinds of disco are told by their sizes, for their content is sealed: a ping is 124
 * bytes, a pong 110 (disco/disco.go). WireGuard is told by its type and the sizes that the type allows. */
#ifndef TSLLM_CAPTURE_UNDERLAY_H
#define TSLLM_CAPTURE_UNDERLAY_H

#include "capture/packet.h"

#define DISCO_KEY_SIZE 32
#define STUN_ID_SIZE 12

enum underlay_kind {
	UNDERLAY_FOREIGN,
	UNDERLAY_STUN_REQUEST,
	UNDERLAY_STUN_RESPONSE,
	UNDERLAY_PING,
	UNDERLAY_PONG,
	UNDERLAY_DISCO, /* another kind of disco */
	UNDERLAY_INITIATION,
	UNDERLAY_RESPONSE,
	UNDERLAY_COOKIE,
	UNDERLAY_DATA
};

struct underlay {
	enum underlay_kind kind;
	uint32_t vni;              /* session at a peer relay; 0: none */
	const uint8_t *disco_key;  /* who sends; disco only */
	const uint8_t *stun_id;    /* STUN only */
	uint32_t sender, receiver; /* indices of WireGuard, where its type has them */
	uint64_t mark;             /* tells a packet from the next one of its kind: nonce or counter */
	bool is_joined;            /* longer than one packet of the tunnel can be */
};

/* false: it is not tailscaled's. */
bool underlay_read(struct underlay *underlay, const struct packet *packet);

#endif
