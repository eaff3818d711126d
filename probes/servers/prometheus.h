/* Reads Prometheus text, which engines print at /metrics: figures and histograms by name, in one pass.
 *
 * A family has a table of the metrics that it wants and of the members that they go to; the rest is skipped.
 * Samples of one name are added up over all label sets (several engines, several models), but ranks and parts
 * of what is there already are not counted twice (prometheus_series.h). A name may have an underscore for a
 * colon. Values that are not plain numbers of zero or more are left out. A histogram that is not whole (bounds that rise to +Inf, counts
 * that never fall) is dropped entirely: what is not reported stays unknown. No memory is allocated for a
 * line. */
#ifndef TSLLM_SERVERS_PROMETHEUS_H
#define TSLLM_SERVERS_PROMETHEUS_H

#include "probes/io/answer.h"

#define PROMETHEUS_METRICS_MAX 32 /* rows of one table */

enum metric_kind {
	METRIC_SUM,    /* added up */
	METRIC_MOST,   /* the greatest value: a share, a start time */
	METRIC_BUCKETS /* a histogram: the name ends in _bucket */
};

struct metric {
	const char *name;
	enum metric_kind kind;
	size_t place; /* offsetof() of a double in struct reading; for METRIC_BUCKETS an enum timing */
	/* `err="overloaded"`: only samples with this label; `!a="b"`: only those without; NULL: all. */
	const char *label;
};

/* Fills in the reading. A metric that is missing leaves its member unchanged; of two whole histograms for one
 * timing, the row that comes first in the table wins. Returns how many samples were taken. */
size_t prometheus_read(
	const struct answer *answer, const struct metric *metrics, size_t count, struct reading *reading);

#endif
