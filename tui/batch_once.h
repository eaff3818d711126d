/* What is printed once, when all that was asked has answered or time is up. */
#ifndef TSLLM_TUI_BATCH_ONCE_H
#define TSLLM_TUI_BATCH_ONCE_H

struct batch;

/* Returns the exit status. */
int batch_once_print(struct batch *batch);

#endif
