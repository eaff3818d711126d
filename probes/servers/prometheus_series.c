#include "probes/servers/prometheus_series.h"

#include "probes/base/text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define SERIES_MAX 16384

static uint64_t hash(const char *text, size_t length)
{
	uint64_t sum = 14695981039346656037u;

	for (size_t i = 0; i < length; i++)
		sum = (sum ^ (unsigned char)text[i]) * 1099511628211u;
	return sum;
}

static bool is_named(const struct prometheus_label *label, const char *name)
{
	return label->name_length == strlen(name) && memcmp(label->name, name, label->name_length) == 0;
}

static bool is_rank(const struct prometheus_label *label)
{
	static const char suffix[] = "_rank";
	size_t length = sizeof(suffix) - 1;

	return label->name_length > length &&
	       memcmp(label->name + label->name_length - length, suffix, length) == 0;
}

void prometheus_series_add(struct prometheus_series *series, size_t row, const struct prometheus_line *line)
{
	struct prometheus_sample sample = { .row = row, .value = line->value, .line = *line };
	struct prometheus_label label = { 0 };

	while (prometheus_line_label(line, &label)) {
		bool is_engine = is_named(&label, "engine") || is_named(&label, "dp_rank");

		if (!label.value_length)
			continue; /* an empty label is none */
		if (is_named(&label, "priority")) {
			sample.part = hash(label.value, label.value_length) | 1;
			continue;
		}
		if (!is_engine && is_rank(&label)) {
			sample.is_copy = true;
			continue;
		}
		sample.key += hash(label.name, (size_t)(label.past - label.name));
		sample.labels++;
		if (is_engine) {
			sample.engine = label.value;
			sample.engine_length = label.value_length;
		}
	}
	series->is_over = series->samples.count == SERIES_MAX;
	if (!series->is_over)
		*VEC_PUSH(&series->samples) = sample;
}

static int compare(const void *a, const void *b)
{
	const struct prometheus_sample *one = a, *other = b;

	if (one->row != other->row)
		return one->row < other->row ? -1 : 1;
	if (one->key != other->key)
		return one->key < other->key ? -1 : 1;
	return one->part < other->part ? -1 : one->part > other->part;
}

static bool has_same_labels(const struct prometheus_sample *one, const struct prometheus_sample *other)
{
	return one->row == other->row && one->key == other->key;
}

/* ---- a sum beside its parts ---- */

static bool has_label(const struct prometheus_line *line, const struct prometheus_label *wanted)
{
	struct prometheus_label label = { 0 };

	while (prometheus_line_label(line, &label))
		if (label.value_length && label.name_length == wanted->name_length &&
			memcmp(label.name, wanted->name, label.name_length) == 0)
			return true;
	return false;
}

/* The sample with the labels of this one that the pattern has too; NULL: none. */
static struct prometheus_sample *whole_of(const struct prometheus_sample *part,
	const struct prometheus_sample *pattern, struct prometheus_sample *samples, size_t count)
{
	struct prometheus_sample key = { .row = part->row, .part = part->part }, *whole;
	struct prometheus_label label = { 0 };

	while (prometheus_line_label(&part->line, &label))
		if (label.value_length && has_label(&pattern->line, &label))
			key.key += hash(label.name, (size_t)(label.past - label.name));
	whole = bsearch(&key, samples, count, sizeof(key), compare);
	return whole && whole->labels == pattern->labels ? whole : NULL;
}

/* Of one row. A sum is only what its parts do add up to. */
static void mark_parts(struct prometheus_sample *samples, size_t count)
{
	const struct prometheus_sample *pattern = samples;
	struct prometheus_sample *whole;
	size_t most = samples->labels;

	for (size_t i = 1; i < count; i++) {
		pattern = samples[i].labels < pattern->labels ? &samples[i] : pattern;
		most = samples[i].labels > most ? samples[i].labels : most;
	}
	for (size_t i = 0; i < count && most > pattern->labels; i++)
		if (samples[i].labels > pattern->labels &&
			(whole = whole_of(&samples[i], pattern, samples, count)))
			whole->parts += samples[i].value;
	for (size_t i = 0; i < count && most > pattern->labels; i++)
		if (samples[i].labels > pattern->labels &&
			(whole = whole_of(&samples[i], pattern, samples, count)))
			samples[i].is_part = fabs(whole->parts - whole->value) <= fabs(whole->value) * 1e-6;
}

static void mark_all_parts(struct prometheus_series *series)
{
	struct prometheus_sample *samples = series->samples.items;

	for (size_t i = 0, end; i < series->samples.count; i = end) {
		for (end = i + 1; end < series->samples.count && samples[end].row == samples[i].row;)
			end++;
		mark_parts(&samples[i], end - i);
	}
}

void prometheus_series_merge(struct prometheus_series *series)
{
	struct prometheus_sample *samples = series->samples.items;
	size_t kept = 0;

	if (samples)
		qsort(samples, series->samples.count, sizeof(*samples), compare);
	for (size_t i = 0; i < series->samples.count; i++) {
		struct prometheus_sample *last = kept ? &samples[kept - 1] : NULL;

		if (!last || !has_same_labels(last, &samples[i])) {
			samples[kept++] = samples[i];
		} else if (last->part != samples[i].part) {
			if (last->part) /* a whole sorts before its parts */
				samples[kept++] = samples[i];
		} else if (samples[i].is_copy) {
			last->value = fmax(last->value, samples[i].value);
		} else {
			last->value += samples[i].value;
		}
	}
	series->samples.count = kept;
	mark_all_parts(series);
}

/* The room doubles when it is full, so it is a power of two. */
static struct obs_engine *add_engine(struct reading *reading)
{
	size_t count = reading->engine_count;
	struct obs_engine *engines = reading->engines;

	if ((count & (count - 1)) == 0) {
		engines = arena_alloc(reading->arena, (count ? 2 * count : 1) * sizeof(*engines));
		if (count)
			memcpy(engines, reading->engines, count * sizeof(*engines));
		reading->engines = engines;
	}
	return &engines[reading->engine_count++];
}

static struct obs_engine *engine_of(const struct prometheus_sample *sample, struct reading *reading)
{
	struct obs_engine *engine;

	for (size_t i = 0; i < reading->engine_count; i++)
		if (strlen(reading->engines[i].name) == sample->engine_length &&
			memcmp(reading->engines[i].name, sample->engine, sample->engine_length) == 0)
			return &reading->engines[i];
	if (reading->engine_count == ENGINES_MAX)
		return NULL;
	engine = add_engine(reading);
	*engine = (struct obs_engine){
		.name = text_keep_n(reading->arena, sample->engine, sample->engine_length),
		.running = NAN,
		.waiting = NAN,
		.progress = NAN,
	};
	return engine;
}

void prometheus_series_tell_engine(
	const struct prometheus_sample *sample, const struct metric *metric, struct reading *reading)
{
	static const struct {
		size_t from, to;
	} places[] = {
		{ offsetof(struct reading, figures.running), offsetof(struct obs_engine, running) },
		{ offsetof(struct reading, figures.waiting), offsetof(struct obs_engine, waiting) },
		{ offsetof(struct reading, progress), offsetof(struct obs_engine, progress) },
	};

	for (size_t i = 0; i < ARRAY_LEN(places) && sample->engine; i++) {
		struct obs_engine *engine =
			places[i].from == metric->place ? engine_of(sample, reading) : NULL;
		double *place = engine ? (double *)((char *)engine + places[i].to) : NULL;

		if (place)
			*place = isnan(*place) ? sample->value : *place + sample->value;
	}
}

void prometheus_series_fini(struct prometheus_series *series)
{
	free(series->samples.items);
}
