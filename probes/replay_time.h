/* Times of a replay: as the user types them, as they are said, and of the periods in the lines. */
#ifndef TSLLM_PROBES_REPLAY_TIME_H
#define TSLLM_PROBES_REPLAY_TIME_H

#include "probes/base/when.h"

#define REPLAY_TIME_MAX 40

/* "2026-11-23T10:00:00Z", "2026-11-23 10:00:00" and "10:00:00" or "10:00" in local time. A time without a date is
 * the last one before `last`, or the first after `first` if that would be before it. Wall ms; 0: unknown or "". */
int64_t replay_time_find(const char *text, int64_t first, int64_t last);
bool replay_time_is_valid(const char *text);
/* In local time: "2026-11-23 10:00:00". */
const char *replay_time_say(int64_t wall_ms, char *text, size_t size);
/* When the period ends that begins at text; false: it is not whole. The text ends with a NUL. */
bool replay_time_of_end(const char *text, const char *end, struct when *when);
/* The same, and moves text to the period after it. */
bool replay_time_after(const char **text, const char *end, struct when *when);

#endif
