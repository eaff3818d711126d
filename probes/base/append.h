/* Opens a private file to append to. */
#ifndef TSLLM_BASE_APPEND_H
#define TSLLM_BASE_APPEND_H

struct fault;

/* A descriptor, or -1 and a fault. Creates the file with mode 0600. Refuses a symbolic link, a file that other
 * users may read or change, and one that belongs neither to this user nor to root. what: how a sentence calls the
 * file ("the log"). */
int append_open(const char *path, const char *what, struct fault *fault);

#endif
