/* What the tables of rules say of a code, whatever its evidence. */
#ifndef TSLLM_VERDICTS_CODES_H
#define TSLLM_VERDICTS_CODES_H

#include "probes/model/snapshot.h"

#include <stdbool.h>

/* The layer and the severity of a code; of several rules with it, of the most severe. false: no rule has it. */
bool codes_find(const char *code, enum layer *layer, enum severity *severity);

#endif
