/* Every variable is always set, so that a script under `set -u` needs no defaults. */
#include "probes/report/alert_variables.h"

#include "probes/base/mem.h"

#include <stdio.h>

void alert_variables(const struct alert *alert, const char *host, int64_t now,
	void (*add)(void *data, const char *name, const char *value), void *data)
{
	char time[40], since[40], servers[16];
	const struct {
		const char *name, *value;
	} table[] = {
		{ ALERT_PREFIX "CODE", alert->code },
		{ ALERT_PREFIX "SEVERITY", severity_name(alert->severity) },
		{ ALERT_PREFIX "PREVIOUS_SEVERITY", severity_name(alert->previous) },
		{ ALERT_PREFIX "WHO", alert->who },
		{ ALERT_PREFIX "PEER", alert->machine },
		{ ALERT_PREFIX "URL", alert->url },
		{ ALERT_PREFIX "SENTENCE", alert->text },
		{ ALERT_PREFIX "RUN", alert->run },
		{ ALERT_PREFIX "RUN_ON", alert->run_on },
		{ ALERT_PREFIX "HINT", alert->hint },
		{ ALERT_PREFIX "SERVERS", servers },
		{ ALERT_PREFIX "SINCE", since },
		{ ALERT_PREFIX "TIME", time },
		{ ALERT_PREFIX "HOST", host },
	};

	when_format_local(now, time, sizeof(time));
	when_format_local(alert->since, since, sizeof(since));
	snprintf(servers, sizeof(servers), "%u", alert->servers);
	for (size_t i = 0; i < ARRAY_LEN(table); i++)
		add(data, table[i].name, table[i].value);
}
