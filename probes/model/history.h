/* The last 24 hours of the figures, for plots and sparklines.
 *
 * Each snapshot is taken in once. History is kept for endpoints, for their peers, and for rows that were
 * looked at; a figure takes memory when it is first known. At HISTORY_MOST bytes the row that was not looked
 * at for longest, and has no endpoint, is dropped, and history_is_full() says so.
 *
 * History has a time of its own: it is the wall clock at the start, goes on with the monotonic clock, and
 * skips what the machine slept. It never goes back; if the clock does (a replay), history starts anew. What an earlier
 * run of the program recorded is taken in at the times when it was seen. */
#ifndef TSLLM_MODEL_HISTORY_H
#define TSLLM_MODEL_HISTORY_H

#include "probes/base/mem.h"
#include "probes/model/history_figures.h"

#define HISTORY_MOST (32 * 1024 * 1024)
#define HISTORY_MARKS_MAX 48 /* of one row */

/* A change of state: of an endpoint or, for a peer, of its path. */
struct history_mark {
	int64_t at; /* in history's time */
	enum history_kind kind;
	int value; /* enum state of an endpoint, enum path_kind of a peer */
};

struct history_row {
	enum history_kind kind;
	char *id;    /* URL of an endpoint, id of a peer */
	size_t at;   /* its last index in a snapshot */
	size_t fed;  /* number of the snapshot that last had it */
	int64_t used;
	struct ring rings[HISTORY_FIGURES_MAX];       /* one for each figure of its kind */
	struct history_mark marks[HISTORY_MARKS_MAX]; /* the last ones, in order of time */
	size_t mark_count;
	int value;      /* the last known state or kind of path */
	int past_value; /* the same of what was recorded earlier */
};

struct history {
	struct history_figures figures[HISTORY_KINDS];
	VEC(struct history_row *) rows;
	size_t bytes, most;
	bool is_full;
	char *looked_at; /* id of the row that is looked at */
	size_t taken; /* snapshots */
	size_t next;  /* where the next row that is searched probably is */
	struct when last;
	int64_t now;     /* its time at last */
	int64_t at;      /* of the snapshot that is taken in */
	bool is_past;    /* it was recorded earlier */
	bool has_booted; /* the next snapshot is of another boot of the machine */
};

struct history *history_new(void);
void history_free(struct history *history);
void history_take(struct history *history, const struct snapshot *snapshot);
/* A snapshot of what was recorded before this start, at a time of history's that is over. */
void history_take_past(struct history *history, const struct snapshot *snapshot, int64_t at);
/* The next snapshot is of another boot of the machine: of the clocks, only the wall clock goes on. */
void history_change_boot(struct history *history);
/* The row with that id (URL, peer id or name) is looked at, until another one is; "": none. */
void history_look_at(struct history *history, const char *id);
/* Whether a row was dropped, or not kept, because there was no room. */
bool history_is_full(const struct history *history);
/* Its time at a moment, which may be a little earlier than the last snapshot. */
int64_t history_time(const struct history *history, struct when moment);
/* NULL: there is none. */
const struct history_row *history_row(const struct history *history, enum history_kind kind, const char *id);

#endif
