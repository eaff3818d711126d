/* Where snapshots come from: the live source, or a recording that is replayed. Either may be recorded. */
#ifndef TSLLM_PROBES_SOURCE_H
#define TSLLM_PROBES_SOURCE_H

#include "probes/base/when.h"
#include "probes/model/settings.h"
#include "probes/model/snapshot.h"

struct fault;
struct source;
struct uv_loop_s;

enum source_use {
	SOURCE_SCREEN, /* it goes on, and can be steered */
	SOURCE_EACH,   /* one snapshot each period */
	SOURCE_ONCE    /* one snapshot, when it is complete */
};

/* What the settings ask for. changed: a snapshot is worth taking; it may be called many times before. say: what the
 * user should know before it begins. NULL and a fault: it cannot be replayed, or not be recorded. */
struct source *source_new(struct uv_loop_s *loop, const struct settings *settings, enum source_use use,
	void (*changed)(void *data), void *data, struct fault *note, struct fault *fault);
void source_free(struct source *source);
struct snapshot *source_take(struct source *source);
void source_ask_now(struct source *source);                     /* a replay asks nothing */
void source_ping(struct source *source, const struct peer *peer); /* see live_ping(); a replay sends nothing */
unsigned source_path_failures(const struct source *source);     /* see live_path_failures() */
bool source_is_complete(const struct source *source);           /* see live_is_complete() */
bool source_is_replay(const struct source *source);
bool source_step(struct source *source);                        /* a replay's next period; false: there is none */
bool source_pass(struct source *source, struct when now);       /* time passed; true: there is something new */
void source_steer(struct source *source, enum steer steer);     /* only a replay can be steered */
const char *source_trouble(const struct source *source);        /* why nothing can be recorded now; "" */
/* Copies the time that the settings name from one recording to another. With a fault: -1, one of them cannot be
 * opened; 1, it could not be written. */
int source_cut(const struct settings *settings, struct fault *note, struct fault *fault);

#endif
