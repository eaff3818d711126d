/* An event as one line of the event log. */
#ifndef TSLLM_REPORT_EVENT_LINE_H
#define TSLLM_REPORT_EVENT_LINE_H

#include "probes/model/snapshot.h"

#define EVENT_LINE_MAX 2048

/* Six fields with tabs between them: local time with its offset, severity, code, machine, URL, sentence; "-" is a
 * field that is empty. No newline at the end. Returns to (size EVENT_LINE_MAX). */
const char *event_line(const struct event *event, char *to);

#endif
