/* The ladder as text: what a person pastes into a bug report. */
#ifndef TSLLM_OUT_DOCTOR_H
#define TSLLM_OUT_DOCTOR_H

#include "probes/report/diagnose.h"

#include <stdio.h>

struct doctor {
	const struct snapshot *snapshot;
	const struct diagnosis_target *target; /* NULL: the daemon, and every peer and door */
	int width;
	bool has_colour, is_ascii;
};

void doctor_print(FILE *file, const struct doctor *doctor);

#endif
