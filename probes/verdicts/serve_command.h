/* The command line that makes a mount of this machine. */
#ifndef TSLLM_VERDICTS_SERVE_COMMAND_H
#define TSLLM_VERDICTS_SERVE_COMMAND_H

#include "probes/model/obs.h"

#include <stddef.h>

/* Adds the command that mounts another target at the same place, under the name that the machine has now. Not for
 * SERVE_TUN. */
void serve_command(const struct obs_mount *mount, const char *target, char *text, size_t size);

#endif
