/* Models that are not in GPU memory, or not all of them. */
#ifndef TSLLM_VERDICTS_SPILL_H
#define TSLLM_VERDICTS_SPILL_H

#include "probes/verdicts/rule.h"

/* The engine says so itself. */
bool spill_is_told(const struct evidence *evidence, struct finding *finding);
/* It says nothing of the kind, but the GPUs of its machine have too little memory in use. */
bool spill_is_hidden(const struct evidence *evidence, struct finding *finding);

#endif
