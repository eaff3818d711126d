/* The hour before a moment, as a recording has it: what a live look is too short to have seen. */
#ifndef TSLLM_PROBES_PAST_HOUR_H
#define TSLLM_PROBES_PAST_HOUR_H

#include "probes/model/settings.h"
#include "probes/model/snapshot.h"

struct fault;

/* Each time that the recorded program was started, its events begin anew: a snapshot for the end of each of these
 * runs, in order of time. */
struct past_hour {
	struct snapshot **items;
	size_t count, room;
	int64_t from, until; /* wall ms: of this time there is a recording */
};

/* Of the recording that is replayed, or else of the directory that the dashboard records into. NULL: there is none
 * (the fault is ""), it cannot be read, or it has nothing of the hour before that time (wall ms). If it has, the fault
 * says which of its files are left out; "". */
struct past_hour *past_hour_new(const struct settings *settings, int64_t before, struct fault *fault);
void past_hour_free(struct past_hour *hour);

#endif
