/* What a histogram of an engine says of the last two minutes.
 *
 * An engine counts since its start; the difference between two polls is what happened between them. The
 * differences of about two minutes are kept, and percentiles are taken over their sum. A histogram that fell,
 * or has other bounds than before, is another process: everything before is forgotten. */
#ifndef TSLLM_MODEL_WINDOW_H
#define TSLLM_MODEL_WINDOW_H

#include "probes/base/when.h"
#include "probes/model/obs.h"

#define WINDOW_MS 120000
#define WINDOW_SLOTS 12
#define WINDOW_FEWEST 5 /* samples that say something */

struct window {
	struct obs_histogram last; /* count 0: none yet */
	struct {
		int64_t from_ms, to_ms; /* monotonic */
		float counts[HISTOGRAM_BUCKETS];
	} slots[WINDOW_SLOTS];
	size_t newest; /* of the slots */
	int64_t last_ms;
};

void window_add(struct window *window, const struct obs_histogram *histogram, struct when now);
void window_forget(struct window *window); /* everything: another process answers */
/* How many samples the window holds. */
double window_samples(const struct window *window, struct when now);
/* Seconds that a share of them (0..1) does not exceed, interpolated inside its bucket; beyond the last finite
 * bound that bound, which is a floor. NAN below WINDOW_FEWEST samples; window may be NULL. */
double window_percentile(const struct window *window, double share, struct when now);

#endif
