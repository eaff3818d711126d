/* What the files of the Prometheus text format share: a metric, and how one of its samples is written. */
#ifndef TSLLM_OUT_EXPOSITION_SAMPLE_H
#define TSLLM_OUT_EXPOSITION_SAMPLE_H

#include "probes/model/fields.h"
#include "tui/out/exposition_memory.h"
#include "tui/out/labels.h"

#include <stdio.h>

enum metric_type { METRIC_GAUGE, METRIC_COUNTER, METRIC_SUMMARY };

/* Of what a metric has samples. */
enum metric_subject { PER_SNAPSHOT, PER_PEER, PER_ENDPOINT, PER_ENGINE, PER_FLOW, PER_VERDICT };

struct exposition;

/* A figure of the tables of model/fields.h, and its quantile in a summary. */
struct metric_figure {
	const char *key, *quantile;
};

struct metric {
	const char *name;
	enum metric_type type;
	enum metric_subject subject;
	void (*write)(struct exposition *exposition, const struct metric *metric, size_t row);
	const char *help;
	const struct fields *fields; /* for metrics of figures */
	struct metric_figure figures[2];
};

struct exposition {
	FILE *file;
	const struct snapshot *snapshot;
	struct labels *labels;
	struct exposition_memory *memory, *own_memory; /* own: without one from before */
	const struct metric *announced;                /* the last one with a sample */
	size_t table, at, row;                         /* what comes next */
	size_t written;                                /* bytes */
};

/* Writes a sample, unless the value is unknown (NAN). Behind it: names and values of labels, NULL at the end. */
void exposition_put(struct exposition *exposition, const struct metric *metric, double value, ...);
/* The metric's figures in a row of its table of fields, in base units, with one label or two: other_name is
 * NULL if there is no second. */
void exposition_put_figures(struct exposition *exposition, const struct metric *metric, const void *row,
	const char *name, const char *label, const char *other_name, const char *other_label);

#endif
