/* Which endpoints lead to the same engine. */
#ifndef TSLLM_TAKE_SAME_ENGINE_H
#define TSLLM_TAKE_SAME_ENGINE_H

#include "probes/model/snapshot.h"

/* Sets lead, worst and others of all endpoints. */
void take_same_engine(struct snapshot *snapshot);

#endif
