/* Known errors in the logs of LLM servers: what a line means, and what to do. */
#ifndef TSLLM_REPORT_LOG_SIGNS_H
#define TSLLM_REPORT_LOG_SIGNS_H

#include "probes/model/states.h"

struct log_sign {
	const char *words, *also; /* both are in the line, in any case; also NULL: one is enough */
	enum severity severity;   /* INFO: what a healthy server may print, too */
	const char *text, *fix;   /* sentences; fix "": none */
};

/* The first that the line has; NULL: none. */
const struct log_sign *log_signs_find(const char *line);
/* All of them, the last one with words NULL. */
extern const struct log_sign log_signs[];

#endif
