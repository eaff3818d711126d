/* Small files that somebody named, read whole.
 *
 * A name may lead to anything: a pipe that nobody writes to, a terminal, a device without an end, a folder.
 * None of them holds the program up or fills its memory. */
#ifndef TSLLM_BASE_FILE_H
#define TSLLM_BASE_FILE_H

#include <stddef.h>

struct fault;

/* How long file_read() waits for a pipe's writer. */
enum { FILE_NO_PIPE = 0, FILE_PIPE_MS = 1000 };

/* The whole file: a regular one, a device that ends at once like /dev/null, or a pipe, each step of which may
 * take pipe_ms. On the heap, with a NUL behind its *length bytes. NULL: why holds the reason without the path
 * ("it is larger than 64 kB"), and errno is ENOENT or ENOTDIR where there is no such file. */
char *file_read(const char *path, size_t most, int pipe_ms, size_t *length, struct fault *why);

#endif
