/* The parts of take_snapshot(), and what they hand on. Private to probes/take. */
#ifndef TSLLM_TAKE_TAKING_H
#define TSLLM_TAKE_TAKING_H

#include "probes/ledger/state.h"

#define SPARK_PARTS 12
#define SPARK_SPAN_MS 120000

struct taking {
	const struct ledger *ledger;
	struct snapshot *snapshot;
	struct arena *arena;
	struct when now;
	size_t *peer_rows; /* row in the snapshot of each of ledger->peers */
};

/* The row of a peer (or NULL); -1: it has none. */
int taking_row_of_peer(const struct taking *taking, const struct known_peer *known);

void settle_peers(struct taking *taking);
void settle_endpoints(struct taking *taking);
void settle_engine(const struct known_engine *engine, struct endpoint *row, struct when now);
void settle_flows(struct taking *taking);
void settle_anatomies(struct taking *taking); /* once both endpoints of an engine are there */
void settle_offers(struct taking *taking);    /* likewise */

#endif
