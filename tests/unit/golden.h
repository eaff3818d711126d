/* What was printed, held against tests/golden. `make golden` (TSLLM_GOLDEN=write) writes it anew. */
#ifndef TSLLM_TESTS_GOLDEN_H
#define TSLLM_TESTS_GOLDEN_H

#include <stddef.h>

void assert_golden(const char *name, const char *text, size_t length);

#endif
