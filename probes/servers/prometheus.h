/* Prometheus text, as engines print it at /metrics: figures and histograms by name, in one pass.
 *
 * A family has a table of the metrics that it wants and where they go; everything else is skipped. Samples of
 * one name are added up over all label sets (several engines, several models). What is no plain number of
 * zero or more is left out, and a histogram that is not whole (bounds that rise to +Inf, counts that never
 * fall) is not taken at all: untold stays unknown. Nothing is allocated for a line. */
#ifndef TSLLM_SERVERS_PROMETHEUS_H
#define TSLLM_SERVERS_PROMETHEUS_H

#include "probes/io/answer.h"

#define PROMETHEUS_METRICS_MAX 32 /* rows of one table */

enum metric_kind {
	METRIC_SUM,    /* added up */
	METRIC_MOST,   /* the greatest of them: a share, a start time */
	METRIC_BUCKETS /* a histogram: the name ends in _bucket */
};

struct metric {
	const char *name;
	enum metric_kind kind;
	size_t place;      /* offsetof() a double in struct reading; of METRIC_BUCKETS its enum timing */
	const char *label; /* `err="overloaded"`: only samples with this label; NULL: all */
};

/* Fills the reading; a metric that is not there leaves its place as it was, and of two histograms with one
 * place the row that comes first in the table wins. Returns how many samples were taken. */
size_t prometheus_read(
	const struct answer *answer, const struct metric *metrics, size_t count, struct reading *reading);

#endif
