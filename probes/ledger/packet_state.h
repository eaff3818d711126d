/* What the ledger keeps from captured packets: paths, and who uses which service.
 *
 * The helper's totals restart with the helper, so what is kept here is their growth. Every table is
 * bounded, with room for all that the helper keeps: an entry that is dropped while the helper still counts
 * it would be counted twice. Entries without a peer are dropped first, then the ones not seen for longest. */
#ifndef TSLLM_LEDGER_PACKET_STATE_H
#define TSLLM_LEDGER_PACKET_STATE_H

#include "probes/base/when.h"
#include "probes/model/obs.h"
#include "probes/model/series.h"
#include "probes/model/sniffed.h"

#include <stdbool.h>
#include <stdint.h>

#define LINK_DERP (-1) /* instead of a vni: a TCP connection to a DERP server */

/* One UDP path of tailscaled, or one connection to a DERP server. */
struct known_link {
	char local[56], remote[56];
	int64_t vni;
	char disco[65];
	char *peer_id; /* owned; "": no peer known yet */
	struct when seen;
	double rx_bytes, tx_bytes, pongs, lost; /* totals of the running helper */
	double unclaimed_rx, unclaimed_tx;      /* bytes not yet added to a peer */
	int64_t missed_us;                      /* when a ping was missed and nothing came since; 0: none */
	struct when ponged;
	size_t next; /* in the chain of far ends with the same hash: index plus one; 0: none */
};

/* The ping counters of a peer's current path, as read at since. */
struct ping_count {
	struct when since;
	double pongs, lost;
};

#define GROWTH_MAX 32

/* What packets show about one peer; allocated with the first of them. */
struct packet_state {
	char disco[65]; /* the disco key it signs with */
	double rx_bytes[TRAFFIC_PATHS], tx_bytes[TRAFFIC_PATHS];
	double fresh_rx, fresh_tx; /* the part of them since the last status */
	struct {
		int64_t at_us;
		double bytes; /* rx and tx of its UDP paths together */
	} growth[GROWTH_MAX];
	size_t growth_count, growth_next;
	char remote[56]; /* the path whose pings are counted */
	int64_t vni;
	/* At the start of the loss window, at the start of the next one, and now. */
	struct ping_count older, middle, newer;
};

/* One client's use of one service, by addresses; on the loopback by the peer inferred from its bytes. */
struct known_flow {
	char client[48], server[48];
	int port;
	bool is_outgoing, is_loopback;
	char *peer_id; /* owned; "": no peer, or not known yet */
	struct when since, last;
	struct when reported; /* when the last totals came */
	int64_t reported_us;
	double connections, open, up_bytes, down_bytes, exchanges; /* over all runs of the helper */
	double run_connections, run_up, run_down, run_exchanges;   /* the helper's totals in this run */
	double up_per_s, down_per_s;
	double foreign; /* exchanges that are not this program's own, open ones included */
	struct when exchanged;
	bool is_open;  /* the latest exchange has not ended */
	bool is_noted; /* its client is no new one any more */
	bool is_estimated;
	double ttfb_ms, ttft_ms, ttft_max_ms, tokens_per_s; /* of the latest exchange that has them */
	struct series *ttft; /* owned; ttft_ms of the latest ones that are over; NULL: none yet */
};

#endif
