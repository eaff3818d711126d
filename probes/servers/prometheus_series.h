/* Adds up the series of a figure, each request counted once.
 *
 * SGLang repeats a figure for each rank that works on the same requests (tp_rank, pp_rank …), and with
 * priorities it prints the whole and its parts under one name. Data-parallel engines have requests of their
 * own: these are added up, and kept apart as well. Other exporters print a sum beside its parts, which have a
 * label more: an engine, a reason. */
#ifndef TSLLM_SERVERS_PROMETHEUS_SERIES_H
#define TSLLM_SERVERS_PROMETHEUS_SERIES_H

#include "probes/base/mem.h"
#include "probes/servers/prometheus.h"
#include "probes/servers/prometheus_line.h"

#include <stdint.h>

/* One series; after prometheus_series_merge() the sum of those that tell the same. */
struct prometheus_sample {
	size_t row;         /* of the table of metrics */
	uint64_t key;       /* of its labels without ranks and priority, in any order */
	uint64_t part;      /* of its priority; 0: the whole */
	bool is_copy;       /* it has a rank: other ranks tell the same */
	bool is_part;       /* it is in the sum of another sample */
	size_t labels;      /* how many are in the key */
	struct prometheus_line line;
	double parts;       /* what its parts add up to */
	const char *engine; /* value of the label that tells engines apart; NULL: none */
	size_t engine_length;
	double value;
};

struct prometheus_series {
	VEC(struct prometheus_sample) samples;
	bool is_over; /* too many: no sum of them would be true */
};

void prometheus_series_add(struct prometheus_series *series, size_t row, const struct prometheus_line *line);
/* Ranks become one, and parts whose whole is there are dropped. */
void prometheus_series_merge(struct prometheus_series *series);
/* Adds the sample to the reading's engines, as one of: running, waiting, progress. */
void prometheus_series_tell_engine(
	const struct prometheus_sample *sample, const struct metric *metric, struct reading *reading);
void prometheus_series_fini(struct prometheus_series *series);

#endif
