#include "probes/source.h"

#include "probes/base/fault.h"
#include "probes/base/log.h"
#include "probes/base/mem.h"
#include "probes/base/text.h"
#include "probes/live.h"
#include "probes/model/history.h"
#include "probes/player.h"
#include "probes/read_back.h"
#include "probes/recording/recorder.h"
#include "probes/replay.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

struct source {
	struct recorder *recorder; /* NULL: nothing is recorded */
	struct live *live;         /* NULL: it is a replay */
	struct player *player;     /* NULL: it is live */
	char *directory;           /* that is recorded to; "": none */
	struct read_back *back;    /* NULL: nothing is being read back */
	struct history *history;   /* NULL: none is kept */
	int64_t goal;              /* wall ms: what source_lead() leads to */
	bool is_once;              /* one snapshot is all that is wanted */
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

static bool is_once(enum source_use use)
{
	return use == SOURCE_ONCE || use == SOURCE_PICTURE;
}

/* A look with --once is not kept in the directory, unless its file is named. */
static bool is_recorded(const struct settings *settings, enum source_use use)
{
	return *settings->record_file || (*settings->record && !is_once(use));
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
	if (!*target.file)
		mem_replace(&source->directory, target.directory);
	fill_head(&head, settings);
	recorder_begin_run(source->recorder, &head);
	segment_head_fini(&head);
	return 0;
}

static bool is_same(const char *a, const char *b)
{
	struct stat one, other;

	return stat(a, &one) == 0 && stat(b, &other) == 0 && one.st_dev == other.st_dev &&
	       one.st_ino == other.st_ino;
}

/* Whether a piece that is written there would be a part of the recording that it is cut from. */
static bool is_part_of(const char *file, const char *recording)
{
	const char *slash = strrchr(file, '/');
	char *directory = mem_copy(slash ? file : ".");
	bool is_part;

	if (slash)
		directory[slash == file ? 1 : slash - file] = '\0';
	is_part = is_same(file, recording) || is_same(directory, recording);
	free(directory);
	return is_part;
}

/* Of several damaged segments, as many as fit. */
static void note_damage(const struct replay *replay, struct fault *note)
{
	const char *damage = replay_damage(replay);

	if (*damage && !strstr(note->text, damage))
		text_add(note->text, sizeof(note->text), "%s%s", *note->text ? "; " : "", damage);
}

int source_cut(const struct settings *settings, struct fault *note, struct fault *fault)
{
	struct replay *replay;
	struct recorder_target target = { .file = settings->record_file, .directory = "" };
	struct recorder *recorder;
	struct fault end;
	int failed = -1;

	*note = (struct fault){ "" };
	if (is_part_of(settings->record_file, settings->replay)) {
		fault_say(fault, "'%s' is a part of the recording that is replayed: name another file",
			settings->record_file);
		return -1;
	}
	replay = replay_new(settings, note, fault);
	if (!replay)
		return -1;
	target.begins = replay_now(replay).wall_ms;
	target.ends = replay_last(replay);
	recorder = recorder_new(&target, when_now(), &end, fault);
	if (*end.text)
		*note = end;
	if (recorder) {
		replay_record(replay, recorder);
		replay_seek(replay, target.begins);
		do
			note_damage(replay, note);
		while (!*recorder_trouble(recorder) && replay_step(replay));
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
	struct fault *note, struct fault *fault)
{
	struct replay *replay = replay_new(settings, note, fault);

	if (!replay)
		return -1;
	if (use == SOURCE_ONCE)
		replay_go_to_at(replay);
	if (use == SOURCE_PICTURE || (use == SOURCE_SCREEN && *settings->replay_at)) {
		source->goal = replay_goal(replay);
		replay_seek(replay, source->goal - SOURCE_LEAD_MS);
	}
	source->player = player_new(replay);
	return 0;
}

struct source *source_new(
	const struct settings *settings, enum source_use use, struct fault *note, struct fault *fault)
{
	struct source *source = mem_alloc(sizeof(*source));
	int failed = 0;

	source->directory = mem_copy("");
	source->is_once = is_once(use);
	*note = (struct fault){ "" };
	if (*settings->replay)
		failed = open_replay(source, settings, use, note, fault);
	else if (is_recorded(settings, use))
		failed = open_recorder(source, settings, note, fault);
	if (!failed)
		return source;
	source_free(source);
	return NULL;
}

void source_start(struct source *source, struct uv_loop_s *loop, const struct settings *settings,
	void (*changed)(void *data), void *data)
{
	if (source->player)
		changed(data);
	else
		source->live = live_new(loop, settings, source->recorder, source->is_once, changed, data);
}

void source_free(struct source *source)
{
	if (!source)
		return;
	live_free(source->live);
	player_free(source->player);
	read_back_free(source->back);
	recorder_free(source->recorder);
	free(source->directory);
	free(source);
}

/* ---- history ---- */

void source_keep(struct source *source, struct history *history)
{
	source->history = history;
	if (source->player)
		player_keep(source->player, history);
}

static bool begin_reading_back(struct source *source, struct fault *note)
{
	if (!source->history || !*source->directory)
		return false;
	if (when_known(source->history->last))
		source->back = read_back_new(source->directory, source->recorder, when_now(), note);
	if (source->back || *note->text)
		mem_replace(&source->directory, "");
	return !*note->text;
}

static void end_reading_back(struct source *source)
{
	const struct ledger *earlier = read_back_ledger(source->back);

	if (earlier)
		live_remember_events(source->live, earlier, when_now());
	read_back_free(source->back);
	source->back = NULL;
	log_line("read back what was recorded before");
}

bool source_read_back(struct source *source, struct fault *note)
{
	*note = (struct fault){ "" };
	if (!source->back)
		return begin_reading_back(source, note);
	if (read_back_go_on(source->back, source->history, note))
		return true;
	end_reading_back(source);
	return false;
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

bool source_canary(struct source *source, const struct canary_plan *plan)
{
	return source->live && live_canary(source->live, plan);
}

void source_stop_canary(struct source *source)
{
	if (source->live)
		live_stop_canary(source->live);
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

bool source_lead(struct source *source)
{
	return source->player && player_lead(source->player, source->goal);
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
	if (source->player)
		return replay_damage(player_replay(source->player));
	return source->recorder ? recorder_trouble(source->recorder) : "";
}
