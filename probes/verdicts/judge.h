/* Judging: what the rules say now, written into the ledger with the states and events that follow from it. */
#ifndef TSLLM_VERDICTS_JUDGE_H
#define TSLLM_VERDICTS_JUDGE_H

#include "probes/base/when.h"

struct ledger;

/* Call before taking a snapshot: snapshots show the latest judgement. */
void judge(struct ledger *ledger, struct when now);

#endif
