/* The parts of take_snapshot(), and the state they share. Private to probes/take. */
#ifndef TSLLM_TAKE_BUILDER_H
#define TSLLM_TAKE_BUILDER_H

#include "probes/ledger/state.h"

struct builder {
	const struct ledger *ledger;
	struct snapshot *snapshot;
	struct arena *arena;
	struct when now;
	size_t *peer_rows; /* for each of ledger->peers, its row in the snapshot */
};

/* The row of a peer (which may be NULL); -1: none. */
int builder_row_of_peer(const struct builder *builder, const struct known_peer *known);

void take_peers(struct builder *builder);
void take_gpus(struct builder *builder, const struct known_peer *known, struct peer *row);
size_t take_gpus_most(const struct ledger *ledger); /* how many there may be in all */
void take_endpoints(struct builder *builder);
void take_engine(const struct known_engine *engine, struct endpoint *row, struct when now);
void take_guard(const struct known_endpoint *known, struct endpoint *row);
void take_canaries(struct builder *builder);
void take_exposure(struct builder *builder);
void take_flows(struct builder *builder);
void take_latencies(struct builder *builder); /* call when the endpoints of an engine are linked */
void take_offers(struct builder *builder);    /* likewise */

#endif
