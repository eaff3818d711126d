/* Does what the configuration wants to be done when something breaks or is well again: bell, notification,
 * command. Never for a recording. */
#ifndef TSLLM_TUI_ALARMS_H
#define TSLLM_TUI_ALARMS_H

#include "probes/model/settings.h"

struct uv_loop_s;
struct snapshot;
struct alarms;

struct alarm_hooks {
	void (*send)(void *data, const char *bytes); /* to the terminal */
	void (*say)(void *data, const char *text);   /* to the user: why the command does not run */
	void *data;
};

/* NULL if the configuration wants nothing. */
struct alarms *alarms_new(
	struct uv_loop_s *loop, const struct settings *settings, const struct alarm_hooks *hooks);
void alarms_free(struct alarms *alarms);
void alarms_see(struct alarms *alarms, const struct snapshot *snapshot); /* alarms may be NULL */

#endif
