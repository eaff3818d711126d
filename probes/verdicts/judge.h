/* Judging: what the rules say now, written into the ledger with the states and events that follow from it. */
#ifndef TSLLM_VERDICTS_JUDGE_H
#define TSLLM_VERDICTS_JUDGE_H

#include "probes/base/when.h"

struct ledger;

/* Once a moment, before a snapshot is taken: what is taken until the next judgement shows this one. */
void judge(struct ledger *ledger, struct when now);

#endif
