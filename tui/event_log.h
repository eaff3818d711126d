/* Writes new events to the log and, if the configuration names one, to the event log: a file of dated lines,
 * which is rotated. */
#ifndef TSLLM_TUI_EVENT_LOG_H
#define TSLLM_TUI_EVENT_LOG_H

#include <stddef.h>

struct snapshot;
struct event_log;

/* A file that would become larger than this is renamed to FILE.1, FILE.1 to FILE.2, up to EVENT_LOG_KEPT. */
#define EVENT_LOG_MAX_BYTES 1000000
#define EVENT_LOG_KEPT 4

/* path: "" writes to the log only. say: is told why the file cannot be written, once until that changes. */
struct event_log *event_log_new(const char *path, void (*say)(void *data, const char *text), void *data);
/* Writes that the program ends. */
void event_log_free(struct event_log *log);
/* The events since the last call. Those that could not be written are tried again. */
void event_log_see(struct event_log *log, const struct snapshot *snapshot);

#endif
