/* A recording as it passes: its observations enter a ledger, and the rules of today judge them.
 *
 * Nothing is sent, started or remembered. Time is the recording's: one step is one recorded period. */
#ifndef TSLLM_PROBES_REPLAY_H
#define TSLLM_PROBES_REPLAY_H

#include "probes/base/when.h"
#include "probes/model/settings.h"

#include <stdbool.h>

struct fault;
struct ledger;
struct recorder;
struct recording;
struct replay;
struct snapshot;

/* settings->replay is the recording, and replay_at and replay_until say where it begins and ends. A replay stands
 * at the beginning; replay_go_to_at() moves it. note: what is left out of it; "". NULL and a fault: it cannot be read,
 * or has nothing in that time. */
struct replay *replay_new(const struct settings *settings, struct fault *note, struct fault *fault);
/* Of that recording, which it takes over, from its beginning to its end. */
struct replay *replay_of(struct recording *recording);
void replay_free(struct replay *replay);
/* Called after each period, when it is judged. */
void replay_on_period(struct replay *replay, void (*passed)(void *data), void *data);
/* Of the run of the program that recorded it. */
const char *replay_boot(const struct replay *replay);
const struct ledger *replay_ledger(const struct replay *replay);
/* Passes all on to a recorder too, from the next seek on. */
void replay_record(struct replay *replay, struct recorder *recorder);
/* When the last event before that time (wall ms) happened, as far as the ledger remembers; 0: unknown. */
int64_t replay_event_before(const struct replay *replay, int64_t wall_ms);
/* Wall ms: the moment that was asked for, or else the last one. */
int64_t replay_goal(const struct replay *replay);
void replay_go_to_at(struct replay *replay);
/* To a time; what is judged there rests on the segment before it, too. */
void replay_seek(struct replay *replay, int64_t wall_ms);
/* Plays the next period; false: it was the last. */
bool replay_step(struct replay *replay);
/* When the next period ends; false: there is none. */
bool replay_next(const struct replay *replay, struct when *next);
/* Whether the next period is of another run of the recorded program, which knows nothing of this one. */
bool replay_ends_run(const struct replay *replay);
struct when replay_now(const struct replay *replay);
/* What is damaged of the last segment that was; "": nothing was. */
const char *replay_damage(const struct replay *replay);
/* Wall ms: when the segment begins with which the ledger began. */
int64_t replay_begun(const struct replay *replay);
/* When the first period begins and the last one ends. */
int64_t replay_first(const struct replay *replay);
int64_t replay_last(const struct replay *replay);
struct snapshot *replay_take(struct replay *replay);

#endif
