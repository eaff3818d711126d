/* --pick: where a model should be asked, for scripts and people. */
#ifndef TSLLM_OUT_PICK_H
#define TSLLM_OUT_PICK_H

#include "probes/model/snapshot.h"

#include <stdbool.h>

struct print_to;

/* The base URL of the best place, a line on to->file; why it is that one (if wanted), or why there is none, on
 * to->errors. Returns the exit status: 0 picked, 2 nothing to pick, 3 cannot tell, for tailscaled does not say.
 */
int pick_print(
	const struct print_to *to, const struct snapshot *snapshot, const char *model, bool is_verbose);

#endif
