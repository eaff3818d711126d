/* The UDP paths of tailscaled: bytes both ways, and the round trips that they show by themselves.
 *
 * A path is two places and the session at a peer relay. Pings and pongs, handshakes and STUN questions are
 * paired here; a sample that could belong to two questions is none. */
#ifndef TSLLM_CAPTURE_PATHS_H
#define TSLLM_CAPTURE_PATHS_H

#include "capture/lines.h"
#include "capture/options.h"
#include "capture/table.h"
#include "capture/underlay.h"

#define PATHS_MAX 2048
#define PINGS_MAX 4 /* of one path, waiting for their pongs */
#define STUN_MAX 16

struct ping {
	int64_t sent_us;
	bool is_missed; /* said so */
	bool is_shared; /* the next pong may be another's: no sample */
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
	bool was_sent, was_heard; /* anything, that way */
	uint64_t rx_bytes, tx_bytes, rx_packets, tx_packets;
	uint64_t pings, pongs, lost;
	struct ping waiting[PINGS_MAX]; /* ours, oldest first */
	unsigned waiting_count;
	int64_t asked_us;     /* its latest ping */
	unsigned asked_count; /* of its pings wait for our pongs */
	bool asked_is_shared; /* there were several at once */
	int64_t heard_us;     /* the last packet from there */
	int64_t typical_us;   /* a round trip, smoothed; 0: none yet */
	struct {
		uint32_t index;
		int64_t at_us;     /* 0: none is open */
	} initiated, responded;    /* handshakes */
	uint64_t rx_mark, tx_mark; /* of the last packet: the same again is a copy */
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
	int64_t due_us; /* when a ping may be late; INT64_MAX: none waits */
};

int paths_init(struct paths *paths, const struct options *options, struct lines *lines);
void paths_fini(struct paths *paths);
/* One packet of tailscaled's; is_outgoing: local sent it. */
void paths_see(
	struct paths *paths, const struct packet *packet, const struct underlay *underlay, bool is_outgoing);
/* Says which pings are late by now. To be called once due_us has come. */
void paths_pass_time(struct paths *paths, int64_t now_us);
/* The clock stepped: what waits for an answer waits in vain. */
void paths_forget_waiting(struct paths *paths);
/* Prints the totals that changed. */
void paths_report(struct paths *paths, int64_t now_us);

#endif
