/* --pick: where to send requests for a model, for scripts and users. */
#ifndef TSLLM_OUT_PICK_H
#define TSLLM_OUT_PICK_H

#include "probes/report/pick.h"

#include <stdbool.h>

struct print_to;

/* Prints the base URL of the best place, a line, on to->file; on to->errors why it was picked (if requested)
 * or why there is none. Returns the exit status: 0 picked, 2 nothing to pick, 3 unknown, because tailscaled
 * does not answer. */
int pick_print(
	const struct print_to *to, const struct snapshot *snapshot, const char *model, bool is_verbose);
/* For options that choose as --pick does: prints why there is nothing, and the fault of tailscaled if that is
 * why. Both return the exit status. */
int pick_print_why_not(const struct print_to *to, const struct snapshot *snapshot, const struct pick *pick,
	const char *model, const char *option);
int pick_status(const struct print_to *to, const struct snapshot *snapshot);

#endif
