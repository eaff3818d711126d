/* TCP inside the tunnel, and towards served backends on the loopback: who uses which service, how much, how
 * fast.
 *
 * A connection is followed for its exchanges; a flow is the sum of the connections between one machine and
 * one service. */
#ifndef TSLLM_CAPTURE_FLOWS_H
#define TSLLM_CAPTURE_FLOWS_H

#include "capture/exchange.h"
#include "capture/lines.h"
#include "capture/options.h"
#include "capture/table.h"
#include "capture/tcp.h"

#define CONNECTIONS_MAX 1024
#define FLOWS_MAX 512

/* Whether this machine sent a packet, got it, or talks to itself. */
enum direction { DIRECTION_OUT, DIRECTION_IN, DIRECTION_INSIDE };

struct pair {
	struct place one, other; /* in the order of their bytes */
};

/* Exchanges that were no stream, since they were told. */
struct tally {
	uint64_t exchanges, up_bytes, down_bytes;
	int64_t begun_us; /* the first of them */
};

struct connection {
	struct entry entry;
	struct pair pair;
	bool is_swapped; /* other is the client, one the server */
	bool is_known, is_closed, is_dirty;
	bool is_told, is_tls;         /* is_told: its first bytes said which */
	bool was_asked, was_answered; /* with data */
	int64_t opened_us;            /* our SYN, until it was answered; 0: none waits, -1: sent twice */
	unsigned said;                /* exchanges that were told since the last report */
	struct tcp_side up, down;
	struct exchange exchange;
	struct tally tally;
};

struct flow_key {
	struct place client, server; /* client without a port */
};

struct flow {
	struct entry entry;
	struct flow_key key;
	uint64_t connections, open, up_bytes, down_bytes, exchanges;
	uint64_t open_now; /* while they are counted */
	bool is_dirty;
};

struct flows {
	struct table connections, flows;
	const struct options *options;
	struct lines *lines;
};

int flows_init(struct flows *flows, const struct options *options, struct lines *lines);
void flows_fini(struct flows *flows);
void flows_see(struct flows *flows, const struct packet *packet, enum direction direction);
/* Prints what changed, and ends exchanges and connections that are over. */
void flows_report(struct flows *flows, int64_t now_us);

#endif
