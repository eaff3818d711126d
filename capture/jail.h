/* Gives up every privilege for good: capabilities, new privileges, and all system calls except reading,
 * waiting, writing to standard output and error, and exiting. */
#ifndef TSLLM_CAPTURE_JAIL_H
#define TSLLM_CAPTURE_JAIL_H

#include <stddef.h>

/* Drops all capabilities for good. That is enough to open a file with only the user's own rights. Returns -1
 * and a sentence in trouble. */
int jail_drop_rights(char *trouble, size_t size);
/* Returns -1 and a sentence in trouble; the program must exit then. Afterwards, a system call that is not
 * allowed kills the process with SIGSYS. */
int jail_enter(char *trouble, size_t size);

#endif
