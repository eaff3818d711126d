/* Answers for tests: recorded by real servers, or of our own making; examined, like those that http hands
 * over. */
#ifndef TSLLM_TESTS_PLAYED_H
#define TSLLM_TESTS_PLAYED_H

#include "probes/io/answer.h"

/* "SERVER/STATE/NAME" under tests/recordings, without ".http". The test fails where there is none. */
void played_load(struct answer *answer, const char *name);
bool played_exists(const char *name);
/* headers: lines, each with its \n. */
void played_make(struct answer *answer, int status, const char *headers, const char *body, size_t length);

#endif
