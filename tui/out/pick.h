/* --pick: where a model should be asked, for scripts and people. */
#ifndef TSLLM_OUT_PICK_H
#define TSLLM_OUT_PICK_H

#include "probes/model/snapshot.h"

#include <stdbool.h>
#include <stdio.h>

/* The base URL of the best place, a line on out; why it is that one (if wanted), or why there is none, on
 * errors. Returns the exit status: 0 picked, 2 nothing to pick, 3 cannot tell, for tailscaled does not say. */
int print_pick(FILE *out, FILE *errors, const struct snapshot *snapshot, const char *name, bool is_verbose);

#endif
