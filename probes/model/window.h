/* A histogram of an engine, over the last two minutes.
 *
 * An engine counts from its start; the difference between two polls is what happened between them. The
 * differences of about two minutes are kept, and percentiles are computed from their sum. If a histogram
 * falls or its bounds change, another process answers, and everything before is dropped. */
#ifndef TSLLM_MODEL_WINDOW_H
#define TSLLM_MODEL_WINDOW_H

#include "probes/base/when.h"
#include "probes/model/obs.h"

#define WINDOW_MS 120000
#define WINDOW_SLOTS 12
#define WINDOW_FEWEST 5 /* fewest samples for a percentile */

struct window {
	struct obs_histogram last; /* count 0: none yet */
	struct {
		int64_t from_ms, to_ms; /* monotonic */
		float counts[HISTOGRAM_BUCKETS];
	} slots[WINDOW_SLOTS];
	size_t newest; /* index into slots */
	int64_t last_ms;
};

void window_add(struct window *window, const struct obs_histogram *histogram, struct when now);
void window_forget(struct window *window); /* everything, as another process answers */
/* How many samples the window holds. */
double window_samples(const struct window *window, struct when now);
/* Seconds that a share of the samples (0..1) does not exceed, interpolated within a bucket. Beyond the
 * last finite bound it is that bound: the true value is at least that. NAN below WINDOW_FEWEST samples;
 * window may be NULL. */
double window_percentile(const struct window *window, double share, struct when now);

#endif
