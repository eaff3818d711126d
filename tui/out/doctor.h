/* The diagnosis as text: what users paste into bug reports. */
#ifndef TSLLM_OUT_DOCTOR_H
#define TSLLM_OUT_DOCTOR_H

#include "probes/report/diagnose.h"

struct print_to;

/* target NULL: the daemon, and every peer and endpoint. */
void doctor_print(
	const struct print_to *to, const struct snapshot *snapshot, const struct diagnosis_target *target);

#endif
