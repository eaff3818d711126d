/* Gives up every right for good: capabilities, new privileges, and all system calls but reading, waiting,
 * writing to standard output and error, and ending. */
#ifndef TSLLM_CAPTURE_JAIL_H
#define TSLLM_CAPTURE_JAIL_H

#include <stddef.h>

/* Every capability, for good: all that a program has to give up to open a file as its user would. Returns -1
 * and a sentence in trouble. */
int jail_drop_rights(char *trouble, size_t size);
/* Returns -1 and a sentence in trouble; the program must not go on then. A call that is not allowed ends the
 * process by SIGSYS. */
int jail_enter(char *trouble, size_t size);

#endif
