/* The start and the end of a loop, the same for every mode. */
#ifndef TSLLM_TUI_LOOP_H
#define TSLLM_TUI_LOOP_H

#include <uv.h>

struct fault;

/* -1 and a fault: the loop cannot work, because there are not enough descriptors. Needs 0 to 2 open. */
int loop_start(uv_loop_t *loop, struct fault *fault);
/* Call when everybody has been told to end: gives them a moment (a killed child, a name being resolved),
 * closes whatever handle is left, and the loop. */
void loop_end(uv_loop_t *loop);

#endif
