/* An alert as environment variables: a contract of the manual, as the codes are. */
#ifndef TSLLM_REPORT_ALERT_VARIABLES_H
#define TSLLM_REPORT_ALERT_VARIABLES_H

#include "probes/report/alarm.h"

#include <stddef.h>

#define ALERT_PREFIX "TSLLM_"

/* Calls add for each, "TSLLM_CODE" and its value; "" if it is not known. host: this machine's name; now: wall
 * ms. */
void alert_variables(const struct alert *alert, const char *host, int64_t now,
	void (*add)(void *data, const char *name, const char *value), void *data);

#endif
