/* A ring of samples. Statistics are computed on demand, from at most 64 values. */
#include "probes/model/series.h"

#include <math.h>
#include <stdlib.h>

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

void series_renew(struct series *series, struct when now)
{
	series->fresh_ms = now.mono_ms;
}

/* The index of the i-th oldest sample. */
static size_t nth(const struct series *series, size_t i)
{
	return (series->next + SERIES_MAX - series->count + i) % SERIES_MAX;
}

/* The fresh samples, oldest first. */
static size_t fresh(const struct series *series, float *values)
{
	size_t count = 0;

	for (size_t i = 0; i < series->count; i++)
		if (series->at_ms[nth(series, i)] >= series->fresh_ms)
			values[count++] = series->values[nth(series, i)];
	return count;
}

static int by_value(const void *a, const void *b)
{
	float x = *(const float *)a, y = *(const float *)b;

	return (x > y) - (x < y);
}

double series_percentile(const struct series *series, double share)
{
	float sorted[SERIES_MAX];
	size_t count = fresh(series, sorted), rank = (size_t)ceil(share * (double)count);

	if (!count)
		return NAN;
	qsort(sorted, count, sizeof(sorted[0]), by_value);
	return (double)sorted[rank ? rank - 1 : 0];
}

double series_jitter(const struct series *series)
{
	float values[SERIES_MAX];
	size_t count = fresh(series, values);
	double sum = 0;

	if (count < 2)
		return NAN;
	for (size_t i = 1; i < count; i++)
		sum += fabs((double)values[i] - (double)values[i - 1]);
	return sum / (double)(count - 1);
}

double series_age_ms(const struct series *series, struct when now)
{
	return series->count ? (double)(now.mono_ms - series->at_ms[nth(series, series->count - 1)]) : NAN;
}

double series_last(const struct series *series, struct when now, int64_t most_ms)
{
	size_t newest = nth(series, series->count ? series->count - 1 : 0);

	return series->count && now.mono_ms - series->at_ms[newest] <= most_ms ? (double)series->values[newest]
									       : NAN;
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

double series_rate(double before, double after, double seconds)
{
	return isnan(before) || isnan(after) || after < before || seconds <= 0 ? NAN
									       : (after - before) / seconds;
}

double series_growth(double *last, double value)
{
	double before = *last;

	if (isnan(value))
		return 0;
	*last = value;
	return value >= before ? value - before : value;
}
