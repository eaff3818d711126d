/* A ring of samples. Everything asked of it is computed from at most 64 values when it is asked. */
#include "probes/model/series.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

void series_add(struct series *series, double value, struct when now)
{
	if (isnan(value))
		return;
	series->values[series->next] = (float)value;
	series->at_ms[series->next] = now.mono_ms;
	series->next = (series->next + 1) % SERIES_MAX;
	if (series->count < SERIES_MAX)
		series->count++;
}

void series_clear(struct series *series)
{
	series->count = series->next = 0;
}

static int by_value(const void *a, const void *b)
{
	float x = *(const float *)a, y = *(const float *)b;

	return (x > y) - (x < y);
}

double series_percentile(const struct series *series, double share)
{
	float sorted[SERIES_MAX];
	size_t rank;

	if (!series->count)
		return NAN;
	memcpy(sorted, series->values, series->count * sizeof(sorted[0]));
	qsort(sorted, series->count, sizeof(sorted[0]), by_value);
	rank = (size_t)ceil(share * (double)series->count);
	return (double)sorted[rank ? rank - 1 : 0];
}

/* The index of the i-th oldest sample. */
static size_t nth(const struct series *series, size_t i)
{
	return (series->next + SERIES_MAX - series->count + i) % SERIES_MAX;
}

double series_jitter(const struct series *series)
{
	double sum = 0;

	if (series->count < 2)
		return NAN;
	for (size_t i = 1; i < series->count; i++)
		sum += fabs((double)series->values[nth(series, i)] - (double)series->values[nth(series, i - 1)]);
	return sum / (double)(series->count - 1);
}

double series_age_ms(const struct series *series, struct when now)
{
	return series->count ? (double)(now.mono_ms - series->at_ms[nth(series, series->count - 1)]) : NAN;
}

void series_spark(const struct series *series, struct when now, int64_t span_ms, float *parts, size_t count)
{
	int64_t from = now.mono_ms - span_ms;

	for (size_t part = 0; part < count; part++) {
		int64_t first = from + span_ms * (int64_t)part / (int64_t)count;
		int64_t past = from + span_ms * (int64_t)(part + 1) / (int64_t)count;
		double sum = 0;
		size_t samples = 0;

		for (size_t i = 0; i < series->count; i++) {
			if (series->at_ms[i] <= first || series->at_ms[i] > past)
				continue;
			sum += (double)series->values[i];
			samples++;
		}
		parts[part] = samples ? (float)(sum / (double)samples) : NAN;
	}
}
