/* The parts of take_snapshot(), and what they hand on. Private to probes/take. */
#ifndef TSLLM_TAKE_BUILDER_H
#define TSLLM_TAKE_BUILDER_H

#include "probes/ledger/state.h"

#define SPARK_PARTS 12
#define SPARK_SPAN_MS 120000

struct builder {
	const struct ledger *ledger;
	struct snapshot *snapshot;
	struct arena *arena;
	struct when now;
	size_t *peer_rows; /* row in the snapshot of each of ledger->peers */
};

/* The row of a peer (or NULL); -1: it has none. */
int builder_row_of_peer(const struct builder *builder, const struct known_peer *known);

void take_peers(struct builder *builder);
void take_endpoints(struct builder *builder);
void take_engine(const struct known_engine *engine, struct endpoint *row, struct when now);
void take_flows(struct builder *builder);
void take_latencies(struct builder *builder); /* once both endpoints of an engine are there */
void take_offers(struct builder *builder);    /* likewise */

#endif
