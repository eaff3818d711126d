#ifndef TSLLM_TEST_THREADS_HELP_H
#define TSLLM_TEST_THREADS_HELP_H

/* Threads that this process has besides those it began with: an emulator that runs it has one of its own. */
int threads_more(void);

#endif
