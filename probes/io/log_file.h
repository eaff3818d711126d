/* A log file that is read from its last lines on, and that may be cut or replaced meanwhile, as logrotate does. */
#ifndef TSLLM_IO_LOG_FILE_H
#define TSLLM_IO_LOG_FILE_H

#include <stdbool.h>
#include <stddef.h>

struct log_file;

/* lines: how many of its last ones are read first. NULL and errno: it cannot be opened, or is no file. */
struct log_file *log_file_open(const char *path, size_t lines);
void log_file_free(struct log_file *log_file);
/* Passes on what is new; the part that is too much for one time is left out, with a line that says so. Returns false
 * while there is nothing new. */
bool log_file_read(
	struct log_file *log_file, void (*bytes)(void *data, const char *bytes, size_t length), void *data);

#endif
