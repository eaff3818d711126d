/* Creates directories for what this program writes. */
#ifndef TSLLM_BASE_DIRECTORY_H
#define TSLLM_BASE_DIRECTORY_H

struct fault;

/* The directory and those above it, if they are missing: for this user only. -1 and a fault: one of them cannot be
 * created. */
int directory_make(const char *path, struct fault *fault);
/* The same for the directories above a file. */
int directory_make_above(const char *file, struct fault *fault);

#endif
