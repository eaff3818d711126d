/* Reads small files whose paths come from the user.
 *
 * Such a path may name a pipe without a writer, a terminal, an endless device or a directory. None of them
 * may block the program or fill its memory. */
#ifndef TSLLM_BASE_FILE_H
#define TSLLM_BASE_FILE_H

#include <stddef.h>
#include <sys/stat.h>

struct fault;

/* How long file_read() waits for a pipe's writer. */
enum { FILE_NO_PIPE = 0, FILE_PIPE_MS = 1000 };

/* Returns the whole content on the heap, with a NUL after its *length bytes. Accepts regular files,
 * devices that end at once (/dev/null) and, if pipe_ms is not 0, pipes, for each part of which it waits up
 * to pipe_ms. On failure it returns NULL, why has the reason without the path ("larger than 64 kB"), and
 * errno is set. */
char *file_read(const char *path, size_t most, int pipe_ms, size_t *length, struct fault *why);
/* The same, and fills entry with the fstat() of the file that was read; st_size is the length of the
 * content. */
char *file_read_entry(const char *path, size_t most, int pipe_ms, struct stat *entry, struct fault *why);

#endif
