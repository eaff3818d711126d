/* The body of a canary's request, in each API. */
#ifndef TSLLM_ENDPOINTS_CANARY_BODY_H
#define TSLLM_ENDPOINTS_CANARY_BODY_H

#include "probes/model/canary.h"

#include <stdint.h>

/* seed: two requests with the same prompt may be answered from a cache of prompts. The caller frees it. */
char *canary_body(const struct canary_plan *plan, uint64_t seed);

#endif
