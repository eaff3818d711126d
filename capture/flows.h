/* TCP inside the tunnel, and to served backends on the loopback: who uses which service, how much, how fast.
 *
 * A connection is tracked for its exchanges; a flow is the sum of the connections between one machine and one
 * service. */
#ifndef TSLLM_CAPTURE_FLOWS_H
#define TSLLM_CAPTURE_FLOWS_H

#include "capture/exchange.h"
#include "capture/lines.h"
#include "capture/options.h"
#include "capture/table.h"
#include "capture/tcp.h"

#define CONNECTIONS_MAX 1024
#define FLOWS_MAX 512

/* Whether this machine sent the packet, received it, or talks to itself. */
enum direction { DIRECTION_OUT, DIRECTION_IN, DIRECTION_INSIDE };

struct pair {
	struct place one, other; /* in byte order */
};

/* Exchanges that were not streams, since the last time they were printed. */
struct tally {
	uint64_t exchanges, up_bytes, down_bytes;
	int64_t begun_us; /* of the first of them */
};

struct connection {
	struct entry entry;
	struct pair pair;
	bool is_swapped; /* other is the client, one the server */
	bool is_known, is_closed, is_dirty;
	bool is_tls_known, is_tls;    /* is_tls is valid once is_tls_known */
	bool was_asked, was_answered; /* each carried data */
	int64_t opened_us; /* our SYN, until it is answered; 0: none waiting, -1: sent twice, no sample */
	unsigned said;     /* exchanges printed since the last report */
	struct tcp_side up, down;
	struct exchange exchange;
	struct tally tally;
};

struct flow_key {
	struct place client, server; /* client has no port */
};

struct flow {
	struct entry entry;
	struct flow_key key;
	uint64_t connections, open, up_bytes, down_bytes, exchanges;
	uint64_t open_now; /* counter for the running report */
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
/* Prints what changed, and closes exchanges and connections that have timed out. */
void flows_report(struct flows *flows, int64_t now_us);

#endif
