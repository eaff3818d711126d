/* Whether a file is its user's alone: for what holds secrets, and for what tells the program what to do. */
#ifndef TSLLM_BASE_PRIVATE_H
#define TSLLM_BASE_PRIVATE_H

#include <sys/stat.h>

struct fault;

/* The rights of others that matter: to keep a secret, and to keep what is believed. */
#define PRIVATE_SECRET (S_IRWXG | S_IRWXO)
#define PRIVATE_TRUSTED (S_IWGRP | S_IWOTH)

/* -1 and a fault, with the mode and the command that fixes it, where others have one of these rights. what:
 * the file's name for a sentence ("the log"); path: for the command. */
int private_check_mode(
	const struct stat *entry, mode_t rights, const char *what, const char *path, struct fault *fault);
/* -1 and a fault where it belongs neither to this user nor to root. */
int private_check_owner(const struct stat *entry, const char *what, struct fault *fault);
/* Where this user's sockets go: $XDG_RUNTIME_DIR, else /tmp. Its name needs no escapes in a URL. */
const char *private_runtime_directory(void);

#endif
