/* The lines above the rows: who and how many, which path the bytes take, the tabs, and what is wrong with the
 * daemon. */
#ifndef TSLLM_VIEWS_HEADER_H
#define TSLLM_VIEWS_HEADER_H

#include "tui/term/canvas.h"
#include "tui/views/counts.h"
#include "tui/views/views.h"

#define HEADER_LINES 2

/* Two lines from y: who and how many, and the shares of traffic by path. spots NULL: what is printed needs no clock,
 * and nobody clicks on it. */
void header_draw(
	struct canvas *canvas, const struct snapshot *snapshot, int y, struct counts_spots *spots);
/* One line; the current view is in brackets. Returns the x after it. */
int header_draw_tabs(struct canvas *canvas, const struct view *current, int y);
/* The index of the view whose tab is at x, in a line of width cells; -1: none. */
int header_tab_at(const struct view *current, int width, int x);
/* The verdicts on the daemon and this host, at most room lines from y; those that are down are in full
 * colour. Returns how many lines it took. */
int header_draw_banner(struct canvas *canvas, const struct snapshot *snapshot, int y, int room);

#endif
