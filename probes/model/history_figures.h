/* Which figures history keeps: the rows of the tables in fields.c that have a title for a plot. */
#ifndef TSLLM_MODEL_HISTORY_FIGURES_H
#define TSLLM_MODEL_HISTORY_FIGURES_H

#include "probes/model/fields.h"
#include "probes/model/ring.h"

#define HISTORY_FIGURES_MAX 12 /* of one kind of row */

enum history_kind {
	HISTORY_TAILNET, /* one row: the bytes of this node by kind of path */
	HISTORY_PEER,
	HISTORY_ENDPOINT,
	HISTORY_KINDS
};

struct history_figure {
	const struct field *field;
	const struct rhythm *rhythm;
	size_t base; /* where the field's struct begins in the row: in a struct peer, struct endpoint … */
};

struct history_figures {
	struct history_figure items[HISTORY_FIGURES_MAX];
	size_t count;
};

/* Bytes per second, both directions together by kind of path. */
struct history_traffic {
	double rx_per_s, tx_per_s, by_path[TRAFFIC_PATHS];
};

/* The figures of a kind, in order of their ranks. */
void history_figures_list(enum history_kind kind, struct history_figures *figures);
double history_figures_value(const struct history_figure *figure, const void *row);
struct history_traffic history_figures_traffic(const struct traffic *traffic);

#endif
