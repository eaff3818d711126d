/* The latest samples of one figure with their times, for percentiles, jitter and sparklines. */
#ifndef TSLLM_MODEL_SERIES_H
#define TSLLM_MODEL_SERIES_H

#include "probes/base/when.h"

#include <stddef.h>

#define SERIES_MAX 64

struct series {
	float values[SERIES_MAX];
	int64_t at_ms[SERIES_MAX]; /* monotonic */
	size_t count, next;
	int64_t fresh_ms; /* older samples are drawn, but not counted in statistics */
};

void series_add(struct series *series, double value, struct when now);
/* The path changed: earlier samples are no longer counted in statistics. */
void series_renew(struct series *series, struct when now);
/* The value that a share of the samples (0..1) does not exceed; NAN: no samples. */
double series_percentile(const struct series *series, double share);
/* Mean difference of successive samples; NAN below two samples. */
double series_jitter(const struct series *series);
/* The latest sample, if it is no older than that; otherwise NAN. */
double series_last(const struct series *series, struct when now, int64_t most_ms);
double series_age_ms(const struct series *series, struct when now);
/* Means of count equal parts of the last span_ms, oldest first; NAN for a part without samples. */
void series_spark(const struct series *series, struct when now, int64_t span_ms, float *parts, size_t count);

/* Increase of a counter per second; NAN if it was reset. */
double series_rate(double before, double after, double seconds);
/* Growth of a counter since *last, which is set to value. A counter that fell has restarted from 0; an
 * unknown value counts as no growth. */
double series_growth(double *last, double value);

#endif
