/* TCP connections to DERP servers: byte counts (TLS included) and the round trip between this machine and the
 * server, which is only our half of the path to a peer. */
#ifndef TSLLM_CAPTURE_DERP_H
#define TSLLM_CAPTURE_DERP_H

#include "capture/lines.h"
#include "capture/options.h"
#include "capture/table.h"
#include "capture/tcp.h"

#define DERP_CONNECTIONS_MAX 64

struct derp_key {
	struct place local, remote;
};

struct derp_connection {
	struct entry entry;
	struct derp_key key;
	struct tcp_side tx, rx;
	uint64_t rx_bytes, tx_bytes;
	bool is_dirty;
};

struct derp {
	struct place servers[DERP_SERVERS_MAX];
	size_t server_count;
	struct table connections;
	struct lines *lines;
};

int derp_init(struct derp *derp, const struct options *options, struct lines *lines);
void derp_fini(struct derp *derp);
/* Returns false if the packet is not from or to a DERP server. */
bool derp_see(struct derp *derp, const struct packet *packet);
void derp_report(struct derp *derp, int64_t now_us);

#endif
