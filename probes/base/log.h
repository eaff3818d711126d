/* The log file: off until log_open(). */
#ifndef TSLLM_BASE_LOG_H
#define TSLLM_BASE_LOG_H

struct fault;

/* Creates the file with mode 0600. Refuses a symbolic link, a file that other users may read or change,
 * and one that belongs neither to this user nor to root. */
int log_open(const char *path, struct fault *fault);
/* Adds a time stamp (wall clock) and cleans the text. Never pass an API key to it. */
void log_line(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_close(void);

#endif
