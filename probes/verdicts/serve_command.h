/* Fixes that mount something on this machine. */
#ifndef TSLLM_VERDICTS_SERVE_COMMAND_H
#define TSLLM_VERDICTS_SERVE_COMMAND_H

#include "probes/verdicts/rule.h"

/* Mounts another target in the place of the mount. If its server refuses the names under which serve passes
 * requests on, offers its port by address instead. */
extern const char serve_command_fix[], serve_command_by_address[];
void serve_command_choose(const struct evidence *evidence, const struct obs_mount *mount, const char *target,
	struct finding *finding);
/* The mount as it is, under the name that the machine has now. Removes what is mounted under a former one. */
extern const char serve_command_anew[];
void serve_command_choose_anew(const struct evidence *evidence, struct finding *finding);
/* Takes the mount off the internet. The row's own fix, serve_command_off, takes it off the tailnet too. */
extern const char serve_command_off[], serve_command_private[];
void serve_command_choose_private(const struct evidence *evidence, struct finding *finding);

#endif
