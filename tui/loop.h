/* The end of a loop, the same for every mode. */
#ifndef TSLLM_TUI_LOOP_H
#define TSLLM_TUI_LOOP_H

#include <uv.h>

/* Call when everybody has been told to end: gives them a moment (a killed child, a name being resolved),
 * closes whatever handle is left, and the loop. */
void loop_end(uv_loop_t *loop);

#endif
