/* Writes small files of our own: whole or not at all. */
#ifndef TSLLM_BASE_FILE_SAVE_H
#define TSLLM_BASE_FILE_SAVE_H

#include <stddef.h>

struct fault;

/* Writes a new file, readable by this user only, syncs it and renames it over the old one: a reader never
 * sees half a file. Creates the directories. Returns -1 and a fault. */
int file_save(const char *path, const char *text, size_t length, struct fault *fault);

#endif
