/* One pass over the bytes, without a copy: vLLM sends 54 kB for one model at every poll, and a server with
 * many models sends megabytes. Most lines are of no interest, so a line costs no more than the scan of its
 * name, and a name is compared only with those of the same length. */
#include "probes/servers/prometheus.h"

#include "probes/base/mem.h"

#include <assert.h>
#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define NAME_LENGTH_MAX 127
#define EXACT_DIGITS 15 /* whole numbers that a double holds exactly */

struct line {
	const char *name, *labels, *end; /* labels: after the brace, NULL: none */
	size_t name_length, labels_length;
	double value;
};

struct reader {
	const struct metric *metrics;
	size_t count, taken;
	size_t lengths[PROMETHEUS_METRICS_MAX];
	bool has_length[NAME_LENGTH_MAX + 1]; /* a wanted name is this long: most lines are skipped by this */
	struct obs_histogram *histograms[PROMETHEUS_METRICS_MAX]; /* in the reading's arena */
	struct reading *reading;
};

/* ---- numbers ---- */

/* "1520", "0.013953": exact if neither the digits nor the power of ten lose anything. NAN: not that plain. */
static double plain_number(const char *at, size_t length)
{
	static const double powers[] = { 1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12,
		1e13, 1e14, 1e15 };
	uint64_t digits = 0;
	size_t after = 0;
	bool has_point = false;

	if (length > EXACT_DIGITS)
		return NAN;
	for (size_t i = 0; i < length; i++) {
		if (at[i] == '.' && !has_point) {
			has_point = true;
			continue;
		}
		if (at[i] < '0' || at[i] > '9')
			return NAN;
		digits = digits * 10 + (uint64_t)(at[i] - '0');
		after += has_point;
	}
	return (double)digits / powers[after];
}

/* A plain decimal number of zero or more that fills all of at; NAN for anything else. */
static double number(const char *at, size_t length)
{
	char digits[40];
	char *stopped;
	double value;

	if (!length || length >= sizeof(digits) || !isdigit((unsigned char)at[0]))
		return NAN;
	value = plain_number(at, length);
	if (!isnan(value))
		return value;
	memcpy(digits, at, length);
	digits[length] = '\0';
	if (digits[strspn(digits, "0123456789.eE+-")])
		return NAN;
	value = strtod(digits, &stopped);
	return *stopped || !isfinite(value) ? NAN : value;
}

/* ---- a line ---- */

/* Past the closing brace of the labels, whose quoted values may hold braces and escaped quotes; NULL if they
 * do not end. */
static const char *after_labels(const char *at, const char *end)
{
	bool is_quoted = false;

	for (; at < end; at++) {
		if (is_quoted && *at == '\\')
			at++;
		else if (*at == '"')
			is_quoted = !is_quoted;
		else if (!is_quoted && *at == '}')
			return at + 1;
	}
	return NULL;
}

/* Past the value of a label that begins at its quote; NULL if it does not end. */
static const char *after_value(const char *at, const char *end)
{
	for (at++; at < end; at++) {
		if (*at == '\\')
			at++;
		else if (*at == '"')
			return at + 1;
	}
	return NULL;
}

/* The next `name="value"` of the labels, and its length; NULL if there are no more. */
static const char *next_label(const char **at, const char *end, size_t *length)
{
	const char *label, *quote, *past;

	while (*at < end && (**at == ' ' || **at == ','))
		(*at)++;
	label = *at;
	quote = memchr(label, '"', (size_t)(end - label));
	past = quote ? after_value(quote, end) : NULL;
	if (!past)
		return NULL;
	*length = (size_t)(past - label);
	*at = past;
	return label;
}

static bool has_label(const struct line *line, const char *wanted)
{
	const char *at = line->labels, *label;
	size_t length, wanted_length = strlen(wanted);

	while (at && (label = next_label(&at, line->labels + line->labels_length, &length)))
		if (length == wanted_length && memcmp(label, wanted, length) == 0)
			return true;
	return false;
}

/* The upper bound of a bucket, INFINITY for the last; NAN if there is none. */
static double bound_of(const struct line *line)
{
	const char *at = line->labels, *label;
	size_t length;

	while (at && (label = next_label(&at, line->labels + line->labels_length, &length))) {
		if (length < 5 || memcmp(label, "le=\"", 4) != 0)
			continue;
		if (length == 9 && memcmp(label + 4, "+Inf", 4) == 0)
			return INFINITY;
		return number(label + 4, length - 5);
	}
	return NAN;
}

/* A name ends at a brace or at white space; a comment has no name. */
static void take_name(struct line *line)
{
	const char *at = line->name;

	if (at < line->end && *at == '#')
		at = line->end;
	else
		while (at < line->end && (unsigned char)*at > ' ' && *at != '{')
			at++;
	line->name_length = (size_t)(at - line->name);
}

/* The rest of a line whose name is wanted: labels, value, maybe a timestamp. False if it is broken. */
static bool take_rest(struct line *line)
{
	const char *at = line->name + line->name_length;
	size_t length = 0;

	if (at < line->end && *at == '{') {
		line->labels = at + 1;
		at = after_labels(at, line->end);
		if (!at)
			return false;
		line->labels_length = (size_t)(at - 1 - line->labels);
	}
	while (at < line->end && (*at == ' ' || *at == '\t'))
		at++;
	while (at + length < line->end && !isspace((unsigned char)at[length]))
		length++;
	line->value = number(at, length);
	return !isnan(line->value);
}

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

static void add_bucket(struct reader *reader, size_t row, const struct line *line)
{
	struct obs_histogram **slot = &reader->histograms[row], *histogram;
	double bound = bound_of(line);
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

static void take_line(struct reader *reader, struct line *line)
{
	bool is_read = false;

	take_name(line);
	if (line->name_length > NAME_LENGTH_MAX || !reader->has_length[line->name_length])
		return;
	for (size_t row = 0; row < reader->count; row++) {
		const struct metric *metric = &reader->metrics[row];

		if (reader->lengths[row] != line->name_length ||
			memcmp(metric->name, line->name, line->name_length) != 0)
			continue;
		if (!is_read && !take_rest(line))
			return;
		is_read = true;
		if (metric->label && !has_label(line, metric->label))
			continue;
		if (metric->kind == METRIC_BUCKETS)
			add_bucket(reader, row, line);
		else
			add_figure(reader, metric, line->value);
		reader->taken++;
	}
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
		take_line(&reader, &(struct line){ .name = at, .end = end });
	}
	for (size_t row = 0; row < count; row++)
		if (metrics[row].kind == METRIC_BUCKETS && is_whole(reader.histograms[row]) &&
			!reading->timings[metrics[row].place])
			reading->timings[metrics[row].place] = reader.histograms[row];
	return reader.taken;
}
