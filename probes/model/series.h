/* The last samples of one figure, with their times: percentiles, jitter and sparklines come from it. */
#ifndef TSLLM_MODEL_SERIES_H
#define TSLLM_MODEL_SERIES_H

#include "probes/base/when.h"

#include <stddef.h>

#define SERIES_MAX 64

struct series {
	float values[SERIES_MAX];
	int64_t at_ms[SERIES_MAX]; /* monotonic */
	size_t count, next;
	int64_t fresh_ms; /* older samples are history: drawn, not counted */
};

void series_add(struct series *series, double value, struct when now);
/* What was measured before says nothing of now: another path. */
void series_renew(struct series *series, struct when now);
/* The value that a share of the samples (0..1) does not exceed; NAN where there is none. */
double series_percentile(const struct series *series, double share);
/* Mean difference between neighbours; NAN below two samples. */
double series_jitter(const struct series *series);
double series_age_ms(const struct series *series, struct when now);
/* Means of count equal parts of the last span_ms, oldest first; NAN where a part holds no sample. */
void series_spark(const struct series *series, struct when now, int64_t span_ms, float *parts, size_t count);

/* How fast a counter rose, a second; NAN where it was reset. */
double series_rate(double before, double after, double seconds);
/* By how much a counter grew since it was told last; one that fell began anew, an unknown one did not grow. */
double series_growth(double *told, double value);

#endif
