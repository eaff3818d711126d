/* What must hold of everything that the capture helper prints. */
#ifndef TSLLM_TESTS_FUZZ_LINES_H
#define TSLLM_TESTS_FUZZ_LINES_H

#include "capture/lines.h"

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Aborts where what was gathered is not lines of the protocol: printable, ended, and not too long. */
void fuzz_check_lines(const struct lines *lines);

#endif
