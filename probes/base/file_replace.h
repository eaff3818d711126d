/* Writes a file whole: readers see the old content or the new one, never a part. */
#ifndef TSLLM_BASE_FILE_REPLACE_H
#define TSLLM_BASE_FILE_REPLACE_H

#include <stdbool.h>
#include <stdio.h>
#include <sys/types.h>

struct fault;

#define FILE_REPLACE_PATH 1024 /* bytes */

struct file_replace {
	FILE *file;
	char path[FILE_REPLACE_PATH], fresh[FILE_REPLACE_PATH + 32];
};

/* Opens a new file beside path, with these rights as far as the umask lets them, or with those of them that the file
 * has which is replaced. -1 and a fault: it cannot be created, or path is something else than a regular file. */
int file_replace_begin(struct file_replace *replace, const char *path, mode_t rights, struct fault *fault);
/* Puts the new file in the place of the old one. On failure (-1 and a fault) the old one is left as it was. */
int file_replace_end(struct file_replace *replace, bool is_synced, struct fault *fault);
/* Drops the new file instead. */
void file_replace_drop(struct file_replace *replace);

#endif
