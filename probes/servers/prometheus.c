/* One pass over the bytes, without a copy: vLLM sends 54 kB for one model at every poll, and a server with
 * many models sends megabytes. Most lines are of no interest, so a line costs no more than the scan of its
 * name, and a name is compared only with those of the same length. */
#include "probes/servers/prometheus.h"

#include "probes/base/mem.h"
#include "probes/servers/prometheus_line.h"
#include "probes/servers/prometheus_series.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#define NAME_LENGTH_MAX 127

struct reader {
	const struct metric *metrics;
	size_t count, taken;
	size_t lengths[PROMETHEUS_METRICS_MAX];
	bool has_length[NAME_LENGTH_MAX + 1]; /* a wanted name is this long: most lines are skipped by this */
	const char *spelled[PROMETHEUS_METRICS_MAX]; /* the name as it was met first; NULL: not yet */
	struct obs_histogram *histograms[PROMETHEUS_METRICS_MAX]; /* in the reading's arena */
	struct prometheus_series series;
	struct reading *reading;
};

/* ---- wanted metrics ---- */

/* Whether bucket i has that bound, after inserting it if needed; false if there is no room. */
static bool has_bucket(struct obs_histogram *histogram, size_t i, double bound)
{
	size_t above = histogram->count - i;

	if (above && histogram->bounds[i] <= bound)
		return true;
	if (histogram->count == HISTOGRAM_BUCKETS)
		return false;
	memmove(&histogram->bounds[i + 1], &histogram->bounds[i], above * sizeof(histogram->bounds[0]));
	memmove(&histogram->counts[i + 1], &histogram->counts[i], above * sizeof(histogram->counts[0]));
	histogram->bounds[i] = bound;
	histogram->counts[i] = 0;
	histogram->count++;
	return true;
}

static void add_bucket(struct reader *reader, size_t row, const struct prometheus_line *line)
{
	struct obs_histogram **slot = &reader->histograms[row], *histogram;
	double bound = prometheus_line_bound(line);
	size_t i = 0;

	if (!*slot)
		*slot = arena_alloc(reader->reading->arena, sizeof(**slot));
	histogram = *slot;
	while (i < histogram->count && histogram->bounds[i] < bound)
		i++;
	if (isnan(bound) || !has_bucket(histogram, i, bound))
		histogram->is_broken = true;
	else
		histogram->counts[i] += line->value;
}

static void add_figure(struct reader *reader, const struct metric *metric, double value)
{
	double *place = (double *)((char *)reader->reading + metric->place);

	if (isnan(*place))
		*place = value;
	else if (metric->kind == METRIC_SUM)
		*place += value;
	else if (value > *place)
		*place = value;
}

/* Some collectors write an underscore for the colon in names. If both spellings are there, the first met
 * counts: the other tells the same. */
static bool is_name(struct reader *reader, size_t row, const struct prometheus_line *line)
{
	const char *wanted = reader->metrics[row].name, *name = line->name;

	if (reader->lengths[row] != line->name_length)
		return false;
	if (reader->spelled[row])
		return memcmp(reader->spelled[row], name, line->name_length) == 0;
	for (size_t i = 0; i < line->name_length; i++)
		if (wanted[i] != name[i] && !(wanted[i] == ':' && name[i] == '_'))
			return false;
	return true;
}

static bool has_wanted_label(const struct prometheus_line *line, const char *label)
{
	if (!label)
		return true;
	return label[0] == '!' ? !prometheus_line_has(line, label + 1) : prometheus_line_has(line, label);
}

static void take_line(struct reader *reader, struct prometheus_line *line)
{
	bool is_read = false;

	prometheus_line_name(line);
	if (line->name_length > NAME_LENGTH_MAX || !reader->has_length[line->name_length])
		return;
	for (size_t row = 0; row < reader->count; row++) {
		const struct metric *metric = &reader->metrics[row];

		if (!is_name(reader, row, line))
			continue;
		if (!is_read && !prometheus_line_rest(line))
			return;
		is_read = true;
		if (!has_wanted_label(line, metric->label))
			continue;
		reader->spelled[row] = line->name;
		if (metric->kind == METRIC_BUCKETS)
			add_bucket(reader, row, line);
		else if (metric->kind == METRIC_SUM)
			prometheus_series_add(&reader->series, row, line);
		else
			add_figure(reader, metric, line->value);
		reader->taken++;
	}
}

static void add_up(struct reader *reader)
{
	struct prometheus_series *series = &reader->series;

	prometheus_series_merge(series);
	for (size_t i = 0; i < series->samples.count && !series->is_over; i++) {
		const struct prometheus_sample *sample = &series->samples.items[i];
		const struct metric *metric = &reader->metrics[sample->row];

		if (!sample->is_part)
			add_figure(reader, metric, sample->value);
		prometheus_series_tell_engine(sample, metric, reader->reading);
	}
	prometheus_series_fini(series);
}

/* Counts are cumulative: each bucket includes those below it, and the last, +Inf, includes all. */
static bool is_whole(const struct obs_histogram *histogram)
{
	if (!histogram || histogram->is_broken || histogram->count < 2 ||
		!isinf(histogram->bounds[histogram->count - 1]))
		return false;
	for (size_t i = 1; i < histogram->count; i++)
		if (histogram->counts[i] < histogram->counts[i - 1])
			return false;
	return true;
}

size_t prometheus_read(
	const struct answer *answer, const struct metric *metrics, size_t count, struct reading *reading)
{
	const char *at = answer->body, *stop = answer->body + answer->body_length, *end;
	struct reader reader = { .metrics = metrics, .count = count, .reading = reading };

	assert(count <= PROMETHEUS_METRICS_MAX);
	for (size_t row = 0; row < count; row++) {
		reader.lengths[row] = strlen(metrics[row].name);
		assert(reader.lengths[row] <= NAME_LENGTH_MAX);
		reader.has_length[reader.lengths[row]] = true;
	}
	for (; at < stop; at = end + 1) {
		end = memchr(at, '\n', (size_t)(stop - at));
		end = end ? end : stop;
		take_line(&reader, &(struct prometheus_line){ .name = at, .end = end });
	}
	add_up(&reader);
	for (size_t row = 0; row < count; row++)
		if (metrics[row].kind == METRIC_BUCKETS && is_whole(reader.histograms[row]) &&
			!reading->timings[metrics[row].place])
			reading->timings[metrics[row].place] = reader.histograms[row];
	return reader.taken;
}
