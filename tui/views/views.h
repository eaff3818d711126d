/* A view: one const table that says what it shows. Adding one is one file, one row in tui/views/views.c
 * and one more in VIEW_COUNT.
 *
 * A view formats a snapshot, it computes nothing. Its rows are numbers from 0 to row_count; each has an id
 * that outlives the snapshot, which is what selection hangs on. A view without columns draws a page. */
#ifndef TSLLM_VIEWS_VIEWS_H
#define TSLLM_VIEWS_VIEWS_H

#include "probes/base/url.h"
#include "tui/table/columns.h"
#include "tui/table/page.h"

#define ID_MAX 640

struct view {
	const char *title;
	int key; /* '1' …; 0: opened from another view */
	const struct column *columns;
	size_t column_count;
	size_t sort; /* the column that orders it at first */
	int (*tie)(const struct snapshot *snapshot, size_t a,
		size_t b); /* between rows that are equal by the column */
	size_t (*row_count)(const struct snapshot *snapshot);
	bool (*is_shown)(const struct snapshot *snapshot, size_t row); /* NULL: every row */
	bool (*is_dim)(const struct snapshot *snapshot, size_t row);   /* NULL: none */
	bool (*is_last)(const struct snapshot *snapshot, size_t row);  /* kept below the others; NULL: none */
	/* The row's id: a text of the snapshot, or made in buffer. */
	const char *(*row_id)(const struct snapshot *snapshot, size_t row, char *buffer, size_t size);
	/* What Enter opens, and whose URL y copies; NULL: the row's id. */
	const char *(*target)(const struct snapshot *snapshot, size_t row, char *buffer, size_t size);
	/* What y copies instead; "" where there is nothing. NULL: the target's URL. */
	const char *(*copied)(const struct snapshot *snapshot, size_t row);
	/* One line above the rows, cut to its brief form where it is too long; false: none. NULL: never. */
	bool (*note)(const struct snapshot *snapshot, struct value *value);
	/* What stands in place of the rows; true: it wrote a page. NULL: never. */
	bool (*instead)(const struct snapshot *snapshot, struct page *page);
	/* The whole view where it has no columns. */
	void (*write)(const struct snapshot *snapshot, const char *target, struct page *page);
};

extern const struct view view_fleet, view_paths, view_models, view_serve, view_clients, view_events,
	view_detail, view_help;
#define VIEW_COUNT 6 /* of those with a key: what is kept of each is as long */
extern const struct view *const views[VIEW_COUNT + 1]; /* in order, NULL-ended */

/* ---- what several views say the same way ---- */

void value_say(struct value *value, enum role role, const char *text);
void value_state(struct value *value, enum state state); /* "● ok" */
/* The worst verdict → its fix; false where there is none that counts. Muted ones are said dimmed. */
bool value_why(struct value *value, const struct snapshot *snapshot, struct span verdicts);
/* Where nobody should be sent, what is wrong there; else what the choice costs, or what else is to be said.
 */
void value_offer(struct value *value, const struct snapshot *snapshot, const struct offer *offer);
void value_server(struct value *value, const struct endpoint *endpoint); /* "vLLM"; NULL: none */
void value_path(struct value *value, const struct path *path);           /* "DERP fra" */
void value_way(struct value *value, const struct peer *peer); /* the same, "local" on this machine */
/* The name of an endpoint's peer; outside the tailnet the host of its URL, which `url` then holds. */
const char *view_host(const struct snapshot *snapshot, const struct endpoint *endpoint, struct url *url);
void value_ago(struct value *value, const struct snapshot *snapshot, int64_t wall_ms); /* "3 min" */
void value_loss(struct value *value, double loss);                                     /* "0.4 %" */
/* "12 s capture", in brief "12 s": the last pong's age and who saw it. A fresh one is "now": it is renewed
 * all the time. */
void value_pong(struct value *value, const struct path *path);
void value_last_seen(struct value *value, const struct snapshot *snapshot, const struct peer *peer);
/* Empty and broken states that more than one view and output shows; false: nothing of the kind. */
bool view_says_trouble(const struct snapshot *snapshot, struct page *page);
/* The daemon's word is old or bad: what is shown is the last that was known. */
bool view_is_past(const struct snapshot *snapshot);

#endif
