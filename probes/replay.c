#include "probes/replay.h"

#include "probes/base/fault.h"
#include "probes/base/log.h"
#include "probes/base/mem.h"
#include "probes/ledger/ledger.h"
#include "probes/recording/period_in.h"
#include "probes/recording/recorder.h"
#include "probes/recording/recording.h"
#include "probes/replay_time.h"
#include "probes/servers/families.h"
#include "probes/take/take.h"
#include "probes/verdicts/judge.h"

#include <stdlib.h>

struct replay {
	struct recording *recording;
	int64_t first, last, at; /* wall ms; at: that was asked for, 0: the last moment */
	unsigned allowed_classes;
	struct recorder *recorder;  /* NULL: none */
	struct ledger *ledger;      /* of this run of the recorded program */
	int64_t run, begun;         /* begun: wall ms */
	const char *boot;           /* of the segment's head; "": none was played */
	void (*passed)(void *data); /* NULL: nobody listens */
	void *data;
	struct period_in *period;
	size_t segment;    /* that is played */
	struct bytes text; /* of it */
	struct fault damage;
	size_t offset;     /* in text: of the next period */
	struct when now;
};

struct when replay_now(const struct replay *replay)
{
	return replay->now;
}

const char *replay_damage(const struct replay *replay)
{
	return replay->damage.text;
}

int64_t replay_begun(const struct replay *replay)
{
	return replay->begun;
}

int64_t replay_first(const struct replay *replay)
{
	return replay->first;
}

int64_t replay_last(const struct replay *replay)
{
	return replay->last;
}

void replay_record(struct replay *replay, struct recorder *recorder)
{
	replay->recorder = recorder;
}

int64_t replay_event_before(const struct replay *replay, int64_t wall_ms)
{
	return ledger_event_before(replay->ledger, wall_ms);
}

void replay_on_period(struct replay *replay, void (*passed)(void *data), void *data)
{
	replay->passed = passed;
	replay->data = data;
}

const char *replay_boot(const struct replay *replay)
{
	return replay->boot;
}

const struct ledger *replay_ledger(const struct replay *replay)
{
	return replay->ledger;
}

/* ---- segments ---- */

static void see(void *data, const struct observation *observation, struct when when)
{
	struct replay *replay = data;

	if (replay->recorder)
		recorder_see(replay->recorder, observation, when);
	ledger_see(replay->ledger, observation, when);
}

/* earlier: whose events are remembered; NULL: none. */
static void begin_run(struct replay *replay, const struct segment_head *head, const struct ledger *earlier)
{
	const struct ledger_terms terms = {
		.period_ms = head->period_ms,
		.poll_ms = head->poll_ms,
		.ignore = head->ignore.items,
		.ignore_count = head->ignore.count,
		.is_passive = head->is_passive,
		.allowed_classes = head->allowed_classes | replay->allowed_classes,
		.servers = family_facts(),
	};

	replay->ledger = ledger_new(&terms);
	if (earlier)
		ledger_remember_events(replay->ledger, earlier, head->begun.wall_ms);
	replay->run = head->run;
	replay->begun = head->begun.wall_ms;
	replay->boot = head->boot;
	if (!replay->recorder)
		return;
	recorder_begin_run(replay->recorder, head);
	recorder_follow(replay->recorder, replay->ledger);
}

static bool play(struct replay *replay, bool is_seen)
{
	const char *at = replay->text.text + replay->offset, *end = replay->text.text + replay->text.length;
	struct when now;
	bool is_whole = replay->text.length &&
			period_in_next(replay->period, &at, end, is_seen ? see : NULL, replay, &now);

	if (!is_whole)
		return false;
	replay->offset = (size_t)(at - replay->text.text);
	replay->now = now;
	if (replay->recorder)
		recorder_tick(replay->recorder, now);
	judge(replay->ledger, now);
	if (replay->passed)
		replay->passed(replay->data);
	return true;
}

/* Its first period is what was known before; the ledger that saw the segment before knows that already. */
static void begin_segment(struct replay *replay, size_t segment, bool is_fresh)
{
	const struct segment_head *head = recording_head(replay->recording, segment);
	bool is_new_run = is_fresh || head->run != replay->run;
	struct ledger *before = replay->ledger;

	if (is_new_run)
		begin_run(replay, head, is_fresh ? NULL : before);
	if (is_new_run && before)
		ledger_free(before);
	replay->segment = segment;
	replay->text.length = replay->offset = 0;
	if (recording_lines(replay->recording, segment, &replay->text, &replay->damage) < 0)
		log_line("%s", replay->damage.text);
	period_in_begin(replay->period, head->begun);
	replay->now = head->begun;
	play(replay, is_new_run);
}

/* ---- steps ---- */

static bool is_last_segment(const struct replay *replay)
{
	return replay->segment + 1 >= recording_count(replay->recording);
}

/* Whether another period of this segment follows, and when it ends. */
static bool is_here(const struct replay *replay, struct when *next)
{
	const char *text = replay->text.text + replay->offset;

	return replay->text.length && replay_time_of_end(text, replay->text.text + replay->text.length, next);
}

bool replay_next(const struct replay *replay, struct when *next)
{
	bool is_in_segment = is_here(replay, next);

	if (!is_in_segment && is_last_segment(replay))
		return false;
	if (!is_in_segment)
		*next = recording_head(replay->recording, replay->segment + 1)->begun;
	return next->wall_ms <= replay->last;
}

bool replay_ends_run(const struct replay *replay)
{
	struct when next;

	return !is_here(replay, &next) && !is_last_segment(replay) &&
	       recording_head(replay->recording, replay->segment + 1)->run != replay->run;
}

bool replay_step(struct replay *replay)
{
	struct when next;

	if (!replay_next(replay, &next))
		return false;
	if (!play(replay, true))
		begin_segment(replay, replay->segment + 1, false);
	return true;
}

/* The last one that begins before that time; the first, if none does. */
static size_t segment_at(const struct replay *replay, int64_t wall_ms)
{
	size_t found = 0;

	for (size_t i = 0; i < recording_count(replay->recording); i++)
		if (recording_head(replay->recording, i)->begun.wall_ms <= wall_ms)
			found = i;
	return found;
}

static void step_to(struct replay *replay, int64_t wall_ms)
{
	struct when next;

	while (replay_next(replay, &next) && next.wall_ms <= wall_ms)
		replay_step(replay);
}

void replay_seek(struct replay *replay, int64_t wall_ms)
{
	size_t segment = segment_at(replay, wall_ms);
	const struct segment_head *head = recording_head(replay->recording, segment);

	if (segment && recording_head(replay->recording, segment - 1)->run == head->run)
		segment--;
	begin_segment(replay, segment, true);
	step_to(replay, wall_ms);
}

int64_t replay_goal(const struct replay *replay)
{
	return replay->at ? replay->at : replay->last;
}

void replay_go_to_at(struct replay *replay)
{
	replay_seek(replay, replay_goal(replay));
}

struct snapshot *replay_take(struct replay *replay)
{
	struct snapshot *snapshot = take_snapshot(replay->ledger, replay->now);

	snapshot->source = "replay";
	snapshot->replay = (struct replay_state){ .is_on = true, .speed = 1 };
	return snapshot;
}

/* ---- beginning and end ---- */

/* When the last whole period of the recording ends. */
static int64_t find_last(const struct recording *recording)
{
	size_t segment = recording_count(recording) - 1;
	struct when end = recording_head(recording, segment)->begun;
	struct bytes text = { 0 };
	struct fault damage;
	const char *at;

	recording_lines(recording, segment, &text, &damage);
	at = text.text;
	while (text.length && replay_time_after(&at, text.text + text.length, &end))
		;
	free(text.text);
	return end.wall_ms;
}

/* What was asked for, within what was recorded. */
static int set_bounds(struct replay *replay, const struct settings *settings, struct fault *fault)
{
	int64_t recorded_last = find_last(replay->recording), at, until;
	char first[REPLAY_TIME_MAX], last[REPLAY_TIME_MAX];

	replay->first = recording_head(replay->recording, 0)->begun.wall_ms;
	replay->last = recorded_last;
	at = replay_time_find(settings->replay_at, replay->first, recorded_last);
	until = replay_time_find(settings->replay_until, replay->first, recorded_last);
	if ((at && (at < replay->first || at > recorded_last)) || (until && until < (at ? at : replay->first))) {
		fault_say(fault, "the recording '%s' has nothing in that time: it begins %s and ends %s",
			settings->replay, replay_time_say(replay->first, first, sizeof(first)),
			replay_time_say(recorded_last, last, sizeof(last)));
		return -1;
	}
	replay->at = at;
	if (until && until < replay->last)
		replay->last = until;
	return 0;
}

static struct replay *new_replay(void)
{
	struct replay *replay = mem_alloc(sizeof(*replay));

	replay->period = period_in_new();
	replay->boot = "";
	return replay;
}

struct replay *replay_of(struct recording *recording)
{
	struct replay *replay = new_replay();

	replay->recording = recording;
	replay->last = INT64_MAX;
	begin_segment(replay, 0, true);
	return replay;
}

struct replay *replay_new(const struct settings *settings, struct fault *note, struct fault *fault)
{
	struct replay *replay = new_replay();

	replay->allowed_classes = settings->allowed_classes;
	replay->recording = recording_open(settings->replay, note, fault);
	if (!replay->recording || set_bounds(replay, settings, fault) < 0) {
		replay_free(replay);
		return NULL;
	}
	replay_seek(replay, replay->at ? replay->at : replay->first);
	return replay;
}

void replay_free(struct replay *replay)
{
	if (!replay)
		return;
	recording_free(replay->recording);
	period_in_free(replay->period);
	if (replay->ledger)
		ledger_free(replay->ledger);
	free(replay->text.text);
	free(replay);
}
