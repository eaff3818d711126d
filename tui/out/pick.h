/* --pick: where to send requests for a model, for scripts and users. */
#ifndef TSLLM_OUT_PICK_H
#define TSLLM_OUT_PICK_H

#include "probes/model/snapshot.h"

#include <stdbool.h>

struct print_to;

/* Prints the base URL of the best place, a line, on to->file; on to->errors why it was picked (if requested)
 * or why there is none. Returns the exit status: 0 picked, 2 nothing to pick, 3 unknown, because tailscaled
 * does not answer. */
int pick_print(
	const struct print_to *to, const struct snapshot *snapshot, const char *model, bool is_verbose);

#endif
