/* Where snapshots come from: the live source, or a recording that is replayed. Either may be recorded. */
#ifndef TSLLM_PROBES_SOURCE_H
#define TSLLM_PROBES_SOURCE_H

#include "probes/base/when.h"
#include "probes/model/settings.h"
#include "probes/model/snapshot.h"

struct canary_plan;
struct fault;
struct history;
struct source;
struct uv_loop_s;

/* How long before the moment that was asked for a replay begins. */
#define SOURCE_LEAD_MS 600000

enum source_use {
	SOURCE_SCREEN, /* it goes on, and can be steered; see source_lead() */
	SOURCE_EACH,   /* one snapshot each period */
	SOURCE_ONCE,   /* one snapshot, when it is complete */
	SOURCE_PICTURE /* the same; see source_lead() */
};

/* Opens what the settings ask for: a recording that is replayed, or one that is written to. note: what the user should
 * know before it begins. NULL and a fault: it cannot be replayed, or not be recorded. */
struct source *source_new(
	const struct settings *settings, enum source_use use, struct fault *note, struct fault *fault);
/* Begins, once. changed: a snapshot is worth taking; it may be called many times before. */
void source_start(struct source *source, struct uv_loop_s *loop, const struct settings *settings,
	void (*changed)(void *data), void *data);
void source_free(struct source *source);
/* Takes what passes in a replay into that history, and reads back what was recorded before this start. */
void source_keep(struct source *source, struct history *history);
/* Reads back for a few milliseconds, once the history has begun. False: there is no more. note: what could not be
 * read; "". */
bool source_read_back(struct source *source, struct fault *note);
struct snapshot *source_take(struct source *source);
void source_ask_now(struct source *source);                     /* a replay asks nothing */
void source_ping(struct source *source, const struct peer *peer); /* see live_ping(); a replay sends nothing */
bool source_canary(struct source *source, const struct canary_plan *plan); /* see live_canary(); not in a replay */
void source_stop_canary(struct source *source);
unsigned source_path_failures(const struct source *source);     /* see live_path_failures() */
bool source_is_complete(const struct source *source);           /* see live_is_complete() */
bool source_is_replay(const struct source *source);
bool source_step(struct source *source);                        /* a replay's next period; false: there is none */
bool source_lead(struct source *source); /* the same, up to the moment that was asked for */
bool source_pass(struct source *source, struct when now);       /* time passed; true: there is something new */
void source_steer(struct source *source, enum steer steer);     /* only a replay can be steered */
/* Why nothing can be recorded now, or what is damaged of the recording that is replayed; "". */
const char *source_trouble(const struct source *source);
/* Copies the time that the settings name from one recording to another. With a fault: -1, one of them cannot be
 * opened; 1, it could not be written. */
int source_cut(const struct settings *settings, struct fault *note, struct fault *fault);

#endif
