/* How many engines are down, degraded, ok: the rows of Fleet, which have the exact states. */
#ifndef TSLLM_VIEWS_COUNTS_H
#define TSLLM_VIEWS_COUNTS_H

#include "probes/model/snapshot.h"
#include "tui/term/canvas.h"

#define COUNTS_MAX 5

/* Where each count is in its line. */
struct counts_spots {
	struct {
		int from, to;
		const char *name;
	} items[COUNTS_MAX];
	size_t count;
};

/* "down", "degraded", "ok", "offline", "unknown". */
const char *counts_name(enum state state);
/* "4 down 3 degraded 11 ok", the worst first; "none" if there are none. */
void counts_say(const struct snapshot *snapshot, char *text, size_t size);
/* The cells that counts_draw() takes. */
int counts_width(const struct snapshot *snapshot, bool has_words);
/* "✖ 4 down  ▲ 3 degraded", each in its colour; without words "✖ 4  ▲ 3". Spots may be NULL. */
void counts_draw(struct canvas *canvas, const struct snapshot *snapshot, int x, int y, bool has_words,
	struct counts_spots *spots);
/* The name of what is counted at x; "": nothing. */
const char *counts_at(const struct counts_spots *spots, int x);

#endif
