/* Plots of the figures of a row, for the History view and for panels. */
#ifndef TSLLM_VIEWS_PLOTS_H
#define TSLLM_VIEWS_PLOTS_H

#include "probes/model/history_columns.h"
#include "tui/table/plot.h"
#include "tui/table/view.h"

#define PLOTS_MOST (2 * HISTORY_FIGURES_MAX)

/* The figures of the row that is looked at, in order; 0: there is no history of it. */
size_t plots_list(const struct snapshot *snapshot, const struct look *look, struct history_series *series);
/* Draws one with its changes of state. With a title buffer (a panel with a frame) the title is written there
 * ("RTT ms") and not drawn. */
void plots_draw(struct canvas *canvas, struct box box, const struct snapshot *snapshot, const struct look *look,
	const struct history_series *series, char *title, size_t size);

#endif
