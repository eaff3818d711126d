/* Random observations, of all kinds, made from the table of what is recorded. */
#ifndef TSLLM_TESTS_RANDOM_OBSERVATION_H
#define TSLLM_TESTS_RANDOM_OBSERVATION_H

#include "probes/base/mem.h"
#include "probes/recording/kinds.h"

#include <stdint.h>

uint32_t random_next(uint64_t *seed);
/* Changes about one in `of` members of a row of that kind, which was initialised with the arena. */
void random_change(size_t kind, void *row, struct arena *arena, uint64_t *seed, unsigned of);

#endif
