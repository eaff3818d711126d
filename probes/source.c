#include "probes/source.h"

#include "probes/base/fault.h"
#include "probes/base/mem.h"
#include "probes/live.h"
#include "probes/player.h"
#include "probes/recording/recorder.h"
#include "probes/replay.h"

#include <stdlib.h>

struct source {
	struct recorder *recorder; /* NULL: nothing is recorded */
	struct live *live;         /* NULL: it is a replay */
	struct player *player;     /* NULL: it is live */
};

/* ---- recording ---- */

static void fill_head(struct segment_head *head, const struct settings *settings)
{
	*head = (struct segment_head){ .period_ms = (int64_t)(settings->period_s * 1000),
		.poll_ms = (int64_t)(settings->period_s * 5000),
		.is_passive = settings->is_passive,
		.allowed_classes = settings->allowed_classes };
	for (size_t i = 0; i < settings->ignore.count; i++)
		strings_add(&head->ignore, settings->ignore.items[i]);
	for (size_t i = 0; i < settings->pins.count; i++)
		strings_add(&head->pins, settings->pins.items[i].url);
}

/* A look with --once is not kept in the directory, unless its file is named. */
static bool is_recorded(const struct settings *settings, enum source_use use)
{
	return *settings->record_file || (*settings->record && use != SOURCE_ONCE);
}

static int open_recorder(
	struct source *source, const struct settings *settings, struct fault *note, struct fault *fault)
{
	const struct recorder_target target = { .file = settings->record_file,
		.directory = settings->record,
		.bytes_most = (int64_t)settings->record_bytes,
		.age_most_ms = (int64_t)(settings->record_age_s * 1000) };
	struct segment_head head;

	source->recorder = recorder_new(&target, when_now(), note, fault);
	if (!source->recorder)
		return -1;
	fill_head(&head, settings);
	recorder_begin_run(source->recorder, &head);
	segment_head_fini(&head);
	return 0;
}

int source_cut(const struct settings *settings, struct fault *note, struct fault *fault)
{
	struct replay *replay = replay_new(settings, fault);
	struct recorder_target target = { .file = settings->record_file, .directory = "" };
	struct recorder *recorder;
	int failed = -1;

	*note = (struct fault){ "" };
	if (!replay)
		return -1;
	target.begins = replay_now(replay).wall_ms;
	target.ends = replay_last(replay);
	recorder = recorder_new(&target, when_now(), note, fault);
	if (recorder) {
		replay_record(replay, recorder);
		replay_seek(replay, target.begins);
		while (!*recorder_trouble(recorder) && replay_step(replay))
			;
		failed = *recorder_trouble(recorder) != '\0';
		if (failed)
			fault_say(fault, "%s", recorder_trouble(recorder));
	}
	recorder_free(recorder);
	replay_free(replay);
	return failed;
}

/* ---- the two kinds ---- */

static int open_replay(struct source *source, const struct settings *settings, enum source_use use,
	struct fault *fault)
{
	struct replay *replay = replay_new(settings, fault);

	if (!replay)
		return -1;
	if (use == SOURCE_ONCE)
		replay_go_to_at(replay);
	source->player = player_new(replay);
	return 0;
}

struct source *source_new(struct uv_loop_s *loop, const struct settings *settings, enum source_use use,
	void (*changed)(void *data), void *data, struct fault *note, struct fault *fault)
{
	struct source *source = mem_alloc(sizeof(*source));
	int failed = 0;

	*note = (struct fault){ "" };
	if (*settings->replay)
		failed = open_replay(source, settings, use, fault);
	else if (is_recorded(settings, use))
		failed = open_recorder(source, settings, note, fault);
	if (!failed && !source->player)
		source->live = live_new(loop, settings, source->recorder, use == SOURCE_ONCE, changed, data);
	if (!failed && source->player)
		changed(data);
	if (!failed)
		return source;
	source_free(source);
	return NULL;
}

void source_free(struct source *source)
{
	if (!source)
		return;
	live_free(source->live);
	player_free(source->player);
	recorder_free(source->recorder);
	free(source);
}

struct snapshot *source_take(struct source *source)
{
	struct when now = when_now();

	if (source->player)
		return player_take(source->player);
	if (source->recorder)
		recorder_tick(source->recorder, now);
	return live_take(source->live, now);
}

void source_ask_now(struct source *source)
{
	if (source->live)
		live_ask_now(source->live);
}

void source_ping(struct source *source, const struct peer *peer)
{
	if (source->live)
		live_ping(source->live, peer, when_now());
}

unsigned source_path_failures(const struct source *source)
{
	return source->live ? live_path_failures(source->live) : 0;
}

bool source_is_complete(const struct source *source)
{
	return !source->live || live_is_complete(source->live);
}

bool source_is_replay(const struct source *source)
{
	return source->player != NULL;
}

bool source_step(struct source *source)
{
	return source->player && replay_step(player_replay(source->player));
}

bool source_pass(struct source *source, struct when now)
{
	return source->player ? player_pass(source->player, now) : true;
}

void source_steer(struct source *source, enum steer steer)
{
	if (source->player)
		player_steer(source->player, steer);
}

const char *source_trouble(const struct source *source)
{
	return source->recorder ? recorder_trouble(source->recorder) : "";
}
