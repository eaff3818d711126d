/* --doctor with --audit: the text of a bug report. Both in a row, then the events of the last hour, what was looked
 * with, what was sent, and what is not in it. */
#ifndef TSLLM_OUT_REPORT_H
#define TSLLM_OUT_REPORT_H

#include "probes/report/audit.h"
#include "probes/report/diagnose.h"

struct print_to;

struct report {
	const struct diagnosis_target *target; /* NULL: everything */
	const struct audit *audit;
	const struct snapshot *const *runs; /* with the events of the last hour, in order of time */
	size_t run_count;
	int64_t from, until;   /* wall ms: of that time there is a recording; 0: none */
	const char *missing;   /* why there is none, or what is left out of it; "": it is just not recorded */
	const char *libraries, *system;
	const char *pseudonyms; /* what was replaced, "3 machines, 1 user"; NULL: nothing */
};

void report_print(const struct print_to *to, const struct snapshot *snapshot, const struct report *report);
void report_print_json(
	const struct print_to *to, const struct snapshot *snapshot, const struct report *report);

#endif
