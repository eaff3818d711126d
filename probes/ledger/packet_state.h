/* What the ledger remembers of packets: paths, and who uses which service. Private to probes/ledger.
 *
 * The helper's totals begin anew with it, so what is kept here is what they grew by. Every table is bounded,
 * with room for all that the helper keeps: what is nobody's makes way first, then what was not seen for
 * longest. What made way while the helper goes on counting it would be counted twice. */
#ifndef TSLLM_LEDGER_PACKET_STATE_H
#define TSLLM_LEDGER_PACKET_STATE_H

#include "probes/base/when.h"
#include "probes/model/obs.h"
#include "probes/model/sniffed.h"

#include <stdbool.h>
#include <stdint.h>

#define LINK_DERP (-1) /* in the place of a vni: a TCP connection to a DERP server */

/* One UDP path of tailscaled's, or one connection to a DERP server. */
struct known_link {
	char local[56], remote[56];
	int64_t vni;
	char disco[65];
	char *peer_id; /* owned; "" while it is nobody's */
	struct when seen;
	double rx_bytes, tx_bytes, pongs, lost; /* of the helper that runs */
	double unclaimed_rx, unclaimed_tx;      /* bytes that no peer was given yet */
	int64_t missed_us;                      /* a ping that is still missed; 0: none */
	struct when ponged;
	size_t next; /* of those with a far end of the same hash: its number and one; 0: none */
};

/* Pings on a peer's current path since some moment. */
struct ping_count {
	struct when since;
	double pongs, lost;
};

#define GROWTH_MAX 32

/* What packets told of one peer; made when they first do. */
struct packet_state {
	char disco[65]; /* the key that it signs with */
	double rx_bytes[TRAFFIC_PATHS], tx_bytes[TRAFFIC_PATHS];
	double fresh_rx, fresh_tx; /* of those, since the last status */
	struct {
		int64_t at_us;
		double bytes; /* rx and tx, all in all */
	} growth[GROWTH_MAX];
	size_t growth_count, growth_next;
	char remote[56]; /* the path that the pings are counted on */
	int64_t vni;
	/* As counted when the window of loss began, when the next one begins, and now. */
	struct ping_count older, middle, newer;
};

/* One client's use of one service, by addresses; on the loopback by the peer that was told from its bytes. */
struct known_flow {
	char client[48], server[48];
	int port;
	bool is_outgoing, is_loopback;
	char *peer_id; /* owned; "": nobody's, or not known yet */
	struct when since, last;
	struct when reported; /* the last line of totals */
	int64_t reported_us;
	double connections, open, up_bytes, down_bytes, exchanges; /* of all runs of the helper */
	double run_connections, run_up, run_down, run_exchanges;   /* its totals in this one */
	double up_per_s, down_per_s;
	double foreign; /* exchanges, open ones too, that are not this program's own */
	struct when exchanged;
	bool is_open; /* the latest exchange goes on */
	bool is_estimated;
	double ttfb_ms, ttft_ms, ttft_max_ms, tokens_per_s; /* of the latest that tells them */
};

#endif
