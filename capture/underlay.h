/* Classifies a UDP payload of tailscaled.
 *
 * Pure. Checks in tailscaled's own order (wgengine/magicsock): STUN, Geneve of a peer relay around the rest,
 * disco, else WireGuard. Disco is encrypted, so its kinds are told apart by size: a ping is 124 bytes, a pong
 * 110 (disco/disco.go). WireGuard is recognised by its type and the sizes that the type allows. */
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
	UNDERLAY_DISCO, /* any other disco message */
	UNDERLAY_INITIATION,
	UNDERLAY_RESPONSE,
	UNDERLAY_COOKIE,
	UNDERLAY_DATA
};

struct underlay {
	enum underlay_kind kind;
	uint32_t vni;              /* session at a peer relay; 0: none */
	const uint8_t *disco_key;  /* sender's key; disco only */
	const uint8_t *stun_id;    /* STUN only */
	uint32_t sender, receiver; /* WireGuard indices, if the type has them */
	uint64_t mark;             /* nonce or counter: distinguishes packets of the same kind */
	bool is_joined;            /* merged by the kernel: longer than a single tunnel packet */
};

/* Returns false if it is not tailscaled's. */
bool underlay_read(struct underlay *underlay, const struct packet *packet);

#endif
