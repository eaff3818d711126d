/* A recorded answer from tests/recordings, whole. */
#ifndef TSLLM_TESTS_RECORDING_H
#define TSLLM_TESTS_RECORDING_H

#include <stddef.h>

/* Heap, NUL-terminated; the test fails where the file is not there. path is from the root of the checkout. */
char *recording_read(const char *path, size_t *length);

#endif
