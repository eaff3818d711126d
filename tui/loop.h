/* Start and end of a loop, the same for every mode. */
#ifndef TSLLM_TUI_LOOP_H
#define TSLLM_TUI_LOOP_H

#include <uv.h>

struct fault;

/* -1 and a fault: there are not enough descriptors. Needs 0 to 2 open. */
int loop_start(uv_loop_t *loop, struct fault *fault);
/* Call after everything was asked to stop: waits a moment (for a killed child, a name being resolved), closes
 * all remaining handles, then the loop. */
void loop_end(uv_loop_t *loop);

/* Runs it until loop_stop(), or until uv_stop() for a signal. */
void loop_run(struct uv_loop_s *loop);
void loop_stop(struct uv_loop_s *loop);

#endif
