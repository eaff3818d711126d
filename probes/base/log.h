/* The log file: off until log_open(). */
#ifndef TSLLM_BASE_LOG_H
#define TSLLM_BASE_LOG_H

struct fault;

/* A new file is for its owner alone; one that others may read, a link and another user's file are refused. */
int log_open(const char *path, struct fault *fault);
/* Lines carry the wall clock and are cleaned; keys are never given to it. */
void log_line(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_close(void);

#endif
