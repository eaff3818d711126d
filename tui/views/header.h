/* The lines above the rows: who and how many, which way the bytes go, the tabs, and what is wrong with the
 * daemon. */
#ifndef TSLLM_VIEWS_HEADER_H
#define TSLLM_VIEWS_HEADER_H

#include "tui/term/canvas.h"
#include "tui/views/views.h"

#define HEADER_LINES 2

/* Two lines from y: the sums, and the shares of traffic by path. */
void header_draw(struct canvas *canvas, const struct snapshot *snapshot, int y);
/* "7 ok 1 fault": how many endpoints are in which state; "none" where there is none. */
void header_sums(const struct snapshot *snapshot, char *text, size_t size);
/* The same drawn, each in its colour; as signs ("✖1 ●7") where words have no room. */
void header_counts(struct canvas *canvas, const struct snapshot *snapshot, int x, int y, bool has_words);
/* One line; the view that is on stands in brackets. Returns the x after it. */
int header_draw_tabs(struct canvas *canvas, const struct view *current, int y);
/* Which view's tab is at x of a line of width cells; -1: none. */
int header_tab_at(const struct view *current, int width, int x);
/* The verdicts on the daemon and this host, at most room lines from y, the first in full colour where it is
 * serious. Returns how many lines it took. */
int header_draw_banner(struct canvas *canvas, const struct snapshot *snapshot, int y, int room);

#endif
