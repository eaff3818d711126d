/* The parts of ledger_take(), and what they hand on. Private to probes/take. */
#ifndef TSLLM_TAKE_TAKE_H
#define TSLLM_TAKE_TAKE_H

#include "probes/verdicts/judge.h"

#define SPARK_PARTS 12
#define SPARK_SPAN_MS 120000

struct settling {
	struct ledger *ledger;
	struct snapshot *snapshot;
	struct arena *arena;
	struct when now;
	struct verdict_list verdicts;
	size_t *peer_rows; /* row in the snapshot of each of ledger->peers */
};

/* The verdicts pushed since first, put in order: worst first. */
struct span settle_span(struct settling *settling, size_t first);
/* The worst state that a verdict which counts makes, or base where none says more. */
enum state settle_state(const struct settling *settling, struct span span, enum state base);

/* Which peers serve: first of all, for every rule may ask. */
void settle_doors(struct ledger *ledger);
void settle_peers(struct settling *settling);
int settle_row_of_peer(const struct settling *settling, const struct known_peer *known); /* -1: none */
void settle_flows(struct settling *settling);
void settle_engine(const struct known_engine *engine, struct endpoint *row, struct when now);
void settle_anatomies(struct settling *settling); /* once both doors of an engine are settled */
void settle_endpoints(struct settling *settling);
void settle_offers(struct settling *settling); /* once both doors of an engine are settled */
/* The door through which its engine is asked: a mount that answers as its backend does, and has no key of its
 * own, is another door to the backend's engine. */
const struct known_endpoint *settle_asked(const struct ledger *ledger, const struct known_endpoint *door);
const struct known_endpoint *settle_backend(const struct ledger *ledger, const struct known_mount *mount);

#endif
