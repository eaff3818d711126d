/* Gives up every right for good: capabilities, new privileges, and all system calls but reading, waiting,
 * writing and ending. */
#ifndef TSLLM_CAPTURE_JAIL_H
#define TSLLM_CAPTURE_JAIL_H

#include <stddef.h>

/* Returns -1 and a sentence in trouble; the program must not go on then. A call that is not allowed ends the
 * process by SIGSYS. */
int jail_enter(char *trouble, size_t size);

#endif
