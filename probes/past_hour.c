#include "probes/past_hour.h"

#include "probes/base/fault.h"
#include "probes/base/mem.h"
#include "probes/replay.h"

#include <stdlib.h>

#define HOUR_MS (60 * 60 * INT64_C(1000))

/* Events keep the time of the hour: those of the time before, with which a replay begins, are of no use. */
static void keep(struct past_hour *hour, struct replay *replay)
{
	struct snapshot *snapshot = replay_take(replay);

	while (snapshot->event_count && snapshot->events[snapshot->event_count - 1].at < hour->from)
		snapshot->event_count--;
	*VEC_PUSH(hour) = snapshot;
}

static struct past_hour *play(struct replay *replay, int64_t from, int64_t until)
{
	struct past_hour *hour = mem_alloc(sizeof(*hour));
	struct when next;

	hour->from = from > replay_first(replay) ? from : replay_first(replay);
	replay_seek(replay, hour->from);
	while (replay_next(replay, &next) && next.wall_ms <= until) {
		if (replay_ends_run(replay))
			keep(hour, replay);
		replay_step(replay);
	}
	keep(hour, replay);
	hour->until = replay_now(replay).wall_ms;
	return hour;
}

struct past_hour *past_hour_new(const struct settings *settings, int64_t before, struct fault *fault)
{
	struct settings whole = *settings; /* borrows all texts */
	struct past_hour *hour = NULL;
	struct replay *replay;
	struct fault note;
	char nothing[] = "";

	*fault = (struct fault){ "" };
	whole.replay = *settings->replay ? settings->replay : settings->record;
	whole.replay_at = whole.replay_until = nothing;
	if (!*whole.replay)
		return NULL;
	replay = replay_new(&whole, &note, fault);
	if (!replay)
		return NULL;
	*fault = note;
	if (replay_last(replay) > before - HOUR_MS && replay_first(replay) <= before)
		hour = play(replay, before - HOUR_MS, before);
	else
		fault_say(fault, "the recording has nothing of the hour before");
	replay_free(replay);
	return hour;
}

void past_hour_free(struct past_hour *hour)
{
	if (!hour)
		return;
	for (size_t i = 0; i < hour->count; i++)
		snapshot_free(hour->items[i]);
	free(hour->items);
	free(hour);
}
