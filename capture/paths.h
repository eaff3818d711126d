/* The UDP paths of tailscaled: bytes both ways, and round trips measured passively.
 *
 * A path is two addresses and the session at a peer relay. Pings and pongs, handshakes and STUN requests are
 * paired here; an answer that could belong to two requests gives no sample. */
#ifndef TSLLM_CAPTURE_PATHS_H
#define TSLLM_CAPTURE_PATHS_H

#include "capture/lines.h"
#include "capture/options.h"
#include "capture/table.h"
#include "capture/underlay.h"

#define PATHS_MAX 2048
#define PINGS_MAX 4 /* per path, waiting for their pongs */
#define STUN_MAX 16

struct ping {
	int64_t sent_us;
	bool is_missed; /* reported as late */
	bool is_shared; /* the next pong may answer another ping: no sample */
};

struct path_key {
	struct place local, remote;
	uint32_t vni;
};

struct path {
	struct entry entry;
	struct path_key key;
	uint8_t disco[DISCO_KEY_SIZE];
	bool has_disco, is_joined, is_dirty;
	bool was_sent, was_heard; /* any packet in that direction */
	uint64_t rx_bytes, tx_bytes, rx_packets, tx_packets;
	uint64_t pings, pongs, lost;
	struct ping waiting[PINGS_MAX]; /* our pings, oldest first */
	unsigned waiting_count;
	int64_t asked_us;     /* the peer's latest ping */
	unsigned asked_count; /* the peer's pings that wait for our pongs */
	bool asked_is_shared; /* several were waiting at once: no sample */
	int64_t heard_us;     /* last packet from the peer */
	int64_t typical_us;   /* smoothed round trip; 0: none yet */
	struct {
		uint32_t index;
		int64_t at_us;     /* 0: none is open */
	} initiated, responded;    /* handshakes */
	uint64_t rx_mark, tx_mark; /* identifies the last packet: a second one with the same mark is a copy */
};

struct stun_question {
	uint8_t id[STUN_ID_SIZE];
	struct path_key path; /* an answer may come from another address */
	int64_t sent_us;
};

struct paths {
	struct table table;
	struct lines *lines;
	struct stun_question stun[STUN_MAX];
	unsigned stun_next;
	int64_t due_us; /* when a ping may be late; INT64_MAX: none is waiting */
};

int paths_init(struct paths *paths, const struct options *options, struct lines *lines);
void paths_fini(struct paths *paths);
/* One packet of tailscaled. is_outgoing: the local end sent it. */
void paths_see(
	struct paths *paths, const struct packet *packet, const struct underlay *underlay, bool is_outgoing);
/* Reports pings that are late by now. Call it once due_us has come. */
void paths_pass_time(struct paths *paths, int64_t now_us);
/* The clock stepped: drops everything that waits for an answer, because its round trip would be wrong. */
void paths_forget_waiting(struct paths *paths);
/* Prints the totals that changed. */
void paths_report(struct paths *paths, int64_t now_us);

#endif
