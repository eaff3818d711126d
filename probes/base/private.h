/* Checks that other users can't read a file with secrets, or change a file that the program acts on. */
#ifndef TSLLM_BASE_PRIVATE_H
#define TSLLM_BASE_PRIVATE_H

#include <sys/stat.h>

struct fault;

/* Permissions that group and others must not have: any on a secret file, write on a trusted one. */
#define PRIVATE_SECRET (S_IRWXG | S_IRWXO)
#define PRIVATE_TRUSTED (S_IWGRP | S_IWOTH)

/* -1 and a fault, with the mode and the command that fixes it, if group or others have any of these
 * rights. what: how a sentence calls the file ("the log"); path: for the command. */
int private_check_mode(
	const struct stat *entry, mode_t rights, const char *what, const char *path, struct fault *fault);
/* -1 and a fault if the file belongs neither to this user nor to root. */
int private_check_owner(const struct stat *entry, const char *what, struct fault *fault);
/* The directory for this user's sockets: $XDG_RUNTIME_DIR, else /tmp. Its name needs no escapes in a URL. */
const char *private_runtime_directory(void);

#endif
