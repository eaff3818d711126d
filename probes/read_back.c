#include "probes/read_back.h"

#include "probes/base/fault.h"
#include "probes/base/mem.h"
#include "probes/base/text.h"
#include "probes/model/history.h"
#include "probes/model/snapshot.h"
#include "probes/recording/recorder.h"
#include "probes/recording/recording.h"
#include "probes/replay.h"

#include <stdlib.h>
#include <string.h>

#define DAY_MS INT64_C(86400000)
#define SEGMENT_MS INT64_C(600000) /* the one in which the day begins */
#define SLICE_MS 8

struct read_back {
	struct recording *recording; /* NULL: the replay has it */
	struct replay *replay;       /* NULL: its segments are still being looked for, or there are none */
	char boot[64];               /* of this machine, now */
	struct history *history;
	int64_t last; /* history's time of the last period that was taken in */
	struct fault damage; /* that was said last */
};

struct read_back *read_back_new(
	const char *directory, const struct recorder *recorder, struct when now, struct fault *fault)
{
	struct recording *recording = recording_of_store(
		directory, recorder_path(recorder), now.wall_ms - DAY_MS - SEGMENT_MS, fault);
	struct read_back *back;

	if (!recording)
		return NULL;
	back = mem_alloc(sizeof(*back));
	back->recording = recording;
	text_set(back->boot, sizeof(back->boot), "%s", recorder_boot(recorder));
	return back;
}

void read_back_free(struct read_back *back)
{
	if (!back)
		return;
	recording_free(back->recording);
	replay_free(back->replay);
	free(back);
}

/* The monotonic clock began anew with each boot; then only the wall clock tells how long ago that was. */
static int64_t time_of(const struct read_back *back, struct when moment)
{
	const struct history *history = back->history;
	bool is_this_boot = *back->boot && strcmp(back->boot, replay_boot(back->replay)) == 0;

	return is_this_boot ? history_time(history, moment)
			    : history->now - (history->last.wall_ms - moment.wall_ms);
}

static void take_in(void *data)
{
	struct read_back *back = data;
	int64_t at = time_of(back, replay_now(back->replay));
	struct snapshot *snapshot;

	if (at == back->last)
		return; /* a segment begins when the one before it ends */
	snapshot = replay_take(back->replay);
	history_take_past(back->history, snapshot, at);
	snapshot_free(snapshot);
	back->last = at;
}

/* Each time that it is another. */
static void say_damage(struct read_back *back, struct fault *fault)
{
	const char *damage = replay_damage(back->replay);

	if (strcmp(damage, back->damage.text) == 0)
		return;
	fault_say(fault, "%s", damage);
	back->damage = *fault;
}

/* False: there is nothing more to read. */
static bool step(struct read_back *back, struct fault *fault)
{
	if (back->replay) {
		bool goes_on = replay_step(back->replay);

		say_damage(back, fault);
		return goes_on;
	}
	if (recording_look_on(back->recording, fault))
		return true;
	if (!recording_count(back->recording))
		return false;
	back->replay = replay_of(back->recording);
	back->recording = NULL;
	replay_on_period(back->replay, take_in, back);
	return true;
}

bool read_back_go_on(struct read_back *back, struct history *history, struct fault *fault)
{
	struct when begun = when_now();
	bool goes_on = true;

	*fault = (struct fault){ "" };
	back->history = history;
	while (goes_on && !*fault->text && when_since(begun, when_now()) < SLICE_MS)
		goes_on = step(back, fault);
	return goes_on;
}

const struct ledger *read_back_ledger(const struct read_back *back)
{
	return back->replay ? replay_ledger(back->replay) : NULL;
}
