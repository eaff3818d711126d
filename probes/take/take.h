/* Taking a snapshot: what the ledger knows and judge() found, copied out. */
#ifndef TSLLM_TAKE_TAKE_H
#define TSLLM_TAKE_TAKE_H

#include "probes/model/snapshot.h"

struct ledger;

/* Does not change the ledger: two snapshots of the same moment are equal. */
struct snapshot *take_snapshot(const struct ledger *ledger, struct when now);

#endif
