/* The lines above the rows: who and how many, which path the bytes take, the tabs, and what is wrong with the
 * daemon. */
#ifndef TSLLM_VIEWS_HEADER_H
#define TSLLM_VIEWS_HEADER_H

#include "tui/term/canvas.h"
#include "tui/views/views.h"

#define HEADER_LINES 2

/* Where the counts of endpoints are in their line. */
struct header_spots {
	struct {
		int from, to;
		const char *state; /* its name, or the sign of several */
	} items[STATE_COUNT];
	size_t count;
};

/* Two lines from y: the sums, and the shares of traffic by path. spots NULL: what is printed needs no clock,
 * and nobody clicks on it. */
void header_draw(
	struct canvas *canvas, const struct snapshot *snapshot, int y, struct header_spots *spots);
/* The name of the state, or the sign, that is counted at x; "": none. */
const char *header_count_at(const struct header_spots *spots, int x);
/* "1 fault 7 ok": how many endpoints are in which state; "none" if there are none. */
void header_sums(const struct snapshot *snapshot, char *text, size_t size);
/* The same drawn, each in its colour; as signs ("✖1 ●7") without has_words. */
void header_counts(struct canvas *canvas, const struct snapshot *snapshot, int x, int y, bool has_words,
	struct header_spots *spots);
/* One line; the current view is in brackets. Returns the x after it. */
int header_draw_tabs(struct canvas *canvas, const struct view *current, int y);
/* The index of the view whose tab is at x, in a line of width cells; -1: none. */
int header_tab_at(const struct view *current, int width, int x);
/* The verdicts on the daemon and this host, at most room lines from y; those that are down are in full
 * colour. Returns how many lines it took. */
int header_draw_banner(struct canvas *canvas, const struct snapshot *snapshot, int y, int room);

#endif
