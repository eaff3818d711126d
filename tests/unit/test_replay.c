/* A recording that is replayed is judged as it was judged when it was made: from its beginning, from each of its
 * segments, and wherever the program that made it was killed. */
#include "tests/unit/ledger_help.h"
#include "tests/unit/random_observation.h"

#include "probes/base/fault.h"
#include "probes/base/mem.h"
#include "probes/base/text.h"
#include "probes/model/history.h"
#include "probes/player.h"
#include "probes/recording/frames.h"
#include "probes/recording/recorder.h"
#include "probes/replay.h"
#include "probes/source.h"
#include "probes/take/take.h"
#include "probes/verdicts/judge.h"

#include <fcntl.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define SECONDS 2500 /* four segments, and the beginning of a fifth */
#define PERIODS (SECONDS / 2 + 8)
#define SEEDS 3
#define LATER_MS 61000

static char folder[64];

static const char *in_folder(const char *name)
{
	static char path[128];

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	return path;
}

/* ---- a tailnet in which something happens ---- */

enum mood { MOOD_WELL, MOOD_REFUSED, MOOD_TIMEOUT, MOOD_SILENT, MOOD_BROKEN, MOOD_KEY, MOODS };
enum way { WAY_DIRECT, WAY_DERP, WAY_IDLE, WAY_OFFLINE, WAYS };

struct server {
	const char *family, *url, *recordings[4];
	enum mood mood;
};

struct world {
	struct ledger *ledger;
	struct recorder *recorder;
	uint64_t seed;
	struct when last;
	struct server servers[3];
	enum way ways[3];
	double rx[3];
	/* What was judged at the end of each period. */
	struct when ends[PERIODS];
	char *judged[PERIODS];
	size_t count;
};

/* Endpoints are declared at the beginning of the test, again and again: the ledger does not mind, but a clock that
 * never goes back is part of a recording. */
static void pass_on(void *data, const struct observation *observation, struct when when)
{
	struct world *world = data;

	if (when_since(world->last, when) > 0)
		world->last = when;
	recorder_see(world->recorder, observation, world->last);
}

/* Codes and states of all rows. */
static char *said_of(const struct snapshot *s)
{
	char *text = NULL;
	size_t size = 0;
	FILE *file = open_memstream(&text, &size);

	for (size_t i = 0; i < s->endpoint_count; i++) {
		struct span verdicts = s->endpoints[i].verdicts;

		fprintf(file, "%s [%s]", s->endpoints[i].url, state_name(s->endpoints[i].state));
		for (size_t k = 0; k < verdicts.count; k++)
			fprintf(file, " %s", s->verdict_list[verdicts.first + k].code);
		fputs("\n", file);
	}
	for (size_t i = 0; i < s->peer_count; i++) {
		struct span verdicts = s->peers[i].verdicts;

		fprintf(file, "%s [%s]", s->peers[i].name, state_name(s->peers[i].state));
		for (size_t k = 0; k < verdicts.count; k++)
			fprintf(file, " %s", s->verdict_list[verdicts.first + k].code);
		fputs("\n", file);
	}
	fclose(file);
	return text;
}

static char *said_by(const struct ledger *ledger, struct when now)
{
	struct snapshot *snapshot = take_snapshot(ledger, now);
	char *text = said_of(snapshot);

	snapshot_free(snapshot);
	return text;
}

static void change_moods(struct world *world)
{
	for (size_t i = 0; i < 3; i++) {
		if (random_next(&world->seed) % 60 == 0)
			world->servers[i].mood = (enum mood)(random_next(&world->seed) % MOODS);
		if (random_next(&world->seed) % 90 == 0)
			world->ways[i] = (enum way)(random_next(&world->seed) % WAYS);
	}
}

static void see_status(struct world *world, struct when now)
{
	static const char *const names[] = { "gpu1", "gpu2", "gpu3" }, *const ids[] = { "n2", "n3", "n4" };
	struct obs_status *status = running();

	for (size_t i = 0; i < 3; i++) {
		struct obs_peer *peer = with_peer(status, ids[i], names[i]);

		peer->rx_bytes = world->rx[i] += world->ways[i] < WAY_IDLE ? random_next(&world->seed) % 9000 : 0;
		if (world->ways[i] == WAY_DERP)
			by_derp(peer);
		if (world->ways[i] == WAY_IDLE)
			idle(peer);
		if (world->ways[i] == WAY_OFFLINE)
			offline(peer);
	}
	sees(world->ledger, now, status);
}

static void poll_server(struct world *world, const struct server *server, struct when now)
{
	watches(world->ledger, server->family, server->url);
	switch (server->mood) {
	case MOOD_REFUSED:
		is_refused(world->ledger, now);
		break;
	case MOOD_TIMEOUT:
		connect_times_out(world->ledger, now);
		break;
	case MOOD_SILENT:
		stays_silent(world->ledger, now);
		break;
	case MOOD_BROKEN:
		says(world->ledger, now, 500, "Content-Type: text/plain\n", "Internal Server Error");
		break;
	case MOOD_KEY:
		says(world->ledger, now, 401, "Content-Type: application/json\n", "{\"error\":\"unauthorized\"}");
		break;
	default:
		for (size_t i = 0; server->recordings[i]; i++)
			answers(world->ledger, now, server->recordings[i]);
	}
}

/* The period ends as it does where a snapshot is taken. */
static void end_period(struct world *world, struct when now)
{
	recorder_tick(world->recorder, now);
	judge(world->ledger, now);
	world->ends[world->count] = now;
	world->judged[world->count++] = said_by(world->ledger, now);
}

static void live_a_while(struct world *world, uint64_t seed, const char *file)
{
	const struct recorder_target target = { .file = file, .directory = "" };
	const struct segment_head head = { .period_ms = 2000, .poll_ms = 10000 };
	struct fault note, fault;
	struct ledger_terms terms = { .period_ms = 2000, .poll_ms = 10000, .seen = pass_on };

	*world = (struct world){ .seed = seed,
		.servers = { { "ollama", "http://gpu1.tail4c1d.ts.net:11434", 
				{ "ollama-0.17.4/loaded-idle/api-version", "ollama-0.17.4/loaded-idle/api-ps",
					"ollama-0.17.4/loaded-idle/api-tags" },
				MOOD_WELL },
			{ "vllm", "http://gpu2.tail4c1d.ts.net:8000", 
				{ "vllm-0.32.0-cpu/generating/health", "vllm-0.32.0-cpu/generating/metrics" },
				MOOD_WELL },
			{ "llama-server", "http://gpu3.tail4c1d.ts.net:8080", 
				{ "llama-server-0.5.0/ready-idle/health", "llama-server-0.5.0/ready-idle/v1-models" },
				MOOD_WELL } } };
	unlink(file);
	world->recorder = recorder_new(&target, at(0), &note, &fault);
	assert_non_null(world->recorder);
	recorder_begin_run(world->recorder, &head);
	terms.seen_data = world;
	world->ledger = empty_ledger(&terms);
	for (int second = 0; second < SECONDS; second += 2) {
		change_moods(world);
		see_status(world, at(second + 0.1));
		for (size_t i = 0; i < 3; i++)
			if (second % 10 == 2 * (int)i)
				poll_server(world, &world->servers[i], at(second + 0.5 + (double)i / 10));
		end_period(world, at(second + 2.1));
	}
	recorder_free(world->recorder);
	forget(NULL);
}

static void bury(struct world *world)
{
	for (size_t i = 0; i < world->count; i++)
		free(world->judged[i]);
}

/* ---- comparing ---- */

static struct replay *replaying(const char *path)
{
	struct settings settings;
	struct fault note, fault = { "" };
	struct replay *replay;

	settings_init(&settings);
	free(settings.replay);
	settings.replay = mem_copy(path);
	replay = replay_new(&settings, &note, &fault);
	settings_fini(&settings);
	if (!replay && !strstr(fault.text, "nothing in the recording"))
		fail_msg("%s", fault.text);
	return replay;
}

static size_t period_at(const struct world *world, struct when now)
{
	for (size_t i = 0; i < world->count; i++)
		if (world->ends[i].wall_ms == now.wall_ms)
			return i;
	return world->count;
}

/* What cannot be known from a segment alone, or from two. */
enum leeway { LEEWAY_NONE, LEEWAY_STATES, LEEWAY_FLAPPING };

struct compared {
	size_t alike, different;
	enum leeway leeway;
	char first[4096]; /* difference */
};

/* A row without a verdict keeps its last state, however long ago that was. */
static bool is_same(const char *a, const char *b, bool has_states)
{
	for (; *a && *b; a++, b++) {
		if (!has_states && *a == '[' && *b == '[') {
			a = strchr(a, ']');
			b = strchr(b, ']');
		}
		if (*a != *b)
			return false;
	}
	return *a == *b;
}

static void compare_now(const struct world *world, struct replay *replay, struct compared *compared)
{
	struct snapshot *snapshot = replay_take(replay);
	size_t i = period_at(world, replay_now(replay));
	char *said = said_of(snapshot);

	if (i < world->count && compared->leeway == LEEWAY_FLAPPING && strstr(world->judged[i], "flapping"))
		compared->alike++;
	else if (i < world->count && is_same(said, world->judged[i], compared->leeway == LEEWAY_NONE))
		compared->alike++;
	else if (i < world->count && !compared->different++)
		text_set(compared->first, sizeof(compared->first), "%s\nbut when it was recorded:\n%s", said,
			world->judged[i]);
	free(said);
	snapshot_free(snapshot);
}

/* From so many ms after where the replay is, at most so many periods. */
static struct compared compare(
	const struct world *world, struct replay *replay, int64_t after_ms, size_t most, enum leeway leeway)
{
	struct compared compared = { .leeway = leeway };
	int64_t begun = replay ? replay_now(replay).wall_ms : 0;

	while (replay && compared.alike + compared.different < most && replay_step(replay))
		if (replay_now(replay).wall_ms - begun >= after_ms)
			compare_now(world, replay, &compared);
	return compared;
}

/* Returns how many periods there were. */
static size_t assert_judged_alike(const struct world *world, const char *path)
{
	struct replay *replay = replaying(path);
	struct compared compared = compare(world, replay, 0, PERIODS, LEEWAY_NONE);

	if (compared.different)
		fail_msg("%zu of %zu: %s", compared.different, compared.alike + compared.different, compared.first);
	replay_free(replay);
	return compared.alike;
}

static size_t copy_bytes(const char *from, int64_t begin, int64_t length, const char *to)
{
	char *bytes = mem_alloc((size_t)length + 1);
	int in = open(from, O_RDONLY), out = open(to, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	ssize_t count = pread(in, bytes, (size_t)length, (off_t)begin);

	assert_true(in >= 0 && out >= 0 && count >= 0 && write(out, bytes, (size_t)count) == count);
	close(in);
	close(out);
	free(bytes);
	return (size_t)count;
}

static int64_t size_of(const char *path)
{
	int fd = open(path, O_RDONLY);
	int64_t size = lseek(fd, 0, SEEK_END);

	close(fd);
	return size;
}

static size_t distinct(const struct world *world)
{
	size_t count = 0;

	for (size_t i = 1; i < world->count; i++)
		count += strcmp(world->judged[i], world->judged[i - 1]) != 0;
	return count;
}

static void a_replay_is_judged_as_the_live_run(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= SEEDS; seed++) {
		struct world world;
		const char *file = in_folder("whole.tsllm");

		live_a_while(&world, seed, file);
		assert_true(distinct(&world) > 40);
		assert_true(assert_judged_alike(&world, file) >= world.count - 1);
		bury(&world);
	}
}

/* Where the segment before is there too, for what takes ten minutes to see, like a path that flaps. */
static void from_each_segment_it_is_judged_alike_after_a_minute(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= SEEDS; seed++) {
		const char *whole = in_folder("whole.tsllm");
		struct world world;
		struct replay *replay;

		live_a_while(&world, seed, whole);
		replay = replaying(whole);
		for (int segment = 0; segment < 5; segment++) {
			struct compared compared;

			replay_seek(replay, at(segment * 600 + 62.2).wall_ms);
			compared = compare(&world, replay, 0, 200, LEEWAY_STATES);
			if (compared.different)
				fail_msg("segment %d: %s", segment, compared.first);
			assert_true(compared.alike > 10);
		}
		replay_free(replay);
		bury(&world);
	}
}

static void a_segment_alone_is_judged_alike_but_for_flaps(void **state)
{
	char whole[128];

	(void)state;
	snprintf(whole, sizeof(whole), "%s", in_folder("whole.tsllm"));
	for (uint64_t seed = 1; seed <= SEEDS; seed++) {
		struct world world;
		struct frame frame = { 0 };
		size_t segments = 0;
		int fd;

		live_a_while(&world, seed, whole);
		fd = open(whole, O_RDONLY);
		while (frames_at(fd, frame.offset + frame.length, &frame) == FRAME_FOUND) {
			struct replay *replay;
			struct compared compared;

			copy_bytes(whole, frame.offset, frame.length, in_folder("piece.tsllm"));
			replay = replaying(in_folder("piece.tsllm"));
			compared = compare(&world, replay, LATER_MS, PERIODS, LEEWAY_FLAPPING);
			if (compared.different)
				fail_msg("%zu, %zu alike: %s", compared.different, compared.alike, compared.first);
			replay_free(replay);
			segments++;
		}
		assert_int_equal(segments, 5);
		close(fd);
		bury(&world);
	}
}

static void killed_at_any_byte_it_is_judged_alike(void **state)
{
	char whole[128];
	struct world world;
	uint64_t seed = 7;
	int64_t size;

	(void)state;
	snprintf(whole, sizeof(whole), "%s", in_folder("whole.tsllm"));
	live_a_while(&world, 5, whole);
	size = size_of(whole);
	for (int i = 0; i < 20; i++) {
		const char *torn = in_folder("torn.tsllm");
		int64_t length = i < 5 ? i * 3 : 1 + random_next(&seed) % size;
		size_t periods;

		copy_bytes(whole, 0, length, torn);
		periods = assert_judged_alike(&world, torn);
		/* The bytes of a period are written at once: what is lost is what was cut off. */
		assert_true(length < size / 2 || periods > world.count / 4);
	}
	bury(&world);
}

/* ---- moving in time ---- */

static struct when real(int64_t ms)
{
	return (struct when){ 1000 + ms, INT64_C(1900000000000) + ms };
}

/* Searches to the end; returns the time of the last event before where it stands, or there. */
static int64_t search(struct player *player, enum steer steer)
{
	struct snapshot *snapshot;
	int64_t event;
	bool goes_on = true;

	player_steer(player, steer);
	for (int i = 0; goes_on && i < 1000; i++) {
		player_pass(player, real(0));
		snapshot = player_take(player);
		goes_on = snapshot->replay.is_searching;
		snapshot_free(snapshot);
	}
	snapshot = player_take(player);
	assert_true(snapshot->replay.is_paused && !goes_on);
	event = snapshot->event_count ? snapshot->events[0].at : 0;
	snapshot_free(snapshot);
	return event;
}

static int64_t position(const struct player *player)
{
	return replay_now(player_replay(player)).wall_ms;
}

static void time_passes_stands_still_and_jumps(void **state)
{
	struct world world;
	struct player *player;
	int64_t before, first, last;

	(void)state;
	live_a_while(&world, 2, in_folder("whole.tsllm"));
	player = player_new(replaying(in_folder("whole.tsllm")));
	before = position(player);
	player_pass(player, real(0));
	player_pass(player, real(10000));
	assert_in_range(position(player) - before, 8000, 10000);
	player_steer(player, STEER_FASTER);
	before = position(player);
	player_pass(player, real(20000));
	assert_in_range(position(player) - before, 18000, 22000);
	player_steer(player, STEER_PAUSE);
	before = position(player);
	assert_false(player_pass(player, real(30000)));
	player_steer(player, STEER_ON);
	assert_int_equal(position(player), before + 2000);
	player_steer(player, STEER_BACK);
	assert_int_equal(position(player), before);
	player_steer(player, STEER_MINUTE_ON);
	assert_int_equal(position(player), before + 60000);
	player_steer(player, STEER_MINUTE_BACK);
	assert_int_equal(position(player), before);
	first = search(player, STEER_EVENT_ON);
	assert_true(first > before && first == position(player));
	last = search(player, STEER_EVENT_ON);
	assert_true(last > first && last == position(player));
	assert_int_equal(search(player, STEER_EVENT_BACK), first);
	assert_int_equal(position(player), first);
	replay_seek(player_replay(player), at(SECONDS).wall_ms);
	last = position(player);
	for (int i = 0; i < 500 && position(player) > first; i++) {
		before = position(player);
		search(player, STEER_EVENT_BACK);
		assert_true(position(player) < before);
	}
	assert_int_equal(position(player), first);
	assert_true(last > at(SECONDS - 10).wall_ms);
	player_free(player);
	bury(&world);
}

/* ---- history ---- */

static size_t samples(const struct history *history)
{
	const struct history_row *row = history_row(history, HISTORY_PEER, "n2");
	size_t count = 0;

	for (int64_t number = 0; row && row->rings[0].rhythm && number < 24 * 20; number++)
		count += ring_cell(&row->rings[0], 2, row->rings[0].newest[2] - number).count;
	return count;
}

static void what_is_skipped_is_in_history_too(void **state)
{
	struct world world;
	struct player *player;
	struct history *history = history_new();
	size_t before;

	(void)state;
	live_a_while(&world, 2, in_folder("whole.tsllm"));
	player = player_new(replaying(in_folder("whole.tsllm")));
	player_keep(player, history);
	player_steer(player, STEER_MINUTE_ON);
	assert_true(samples(history) > 10 && samples(history) <= 31);
	before = samples(history);
	for (int i = 0; i < 20; i++) {
		struct snapshot *snapshot = player_take(player);

		history_take(history, snapshot); /* as a screen does, again and again of one moment */
		snapshot_free(snapshot);
		player_steer(player, STEER_MINUTE_ON);
	}
	assert_true(samples(history) > before + 200);
	assert_int_equal(history->now, position(player));
	search(player, STEER_EVENT_ON);
	assert_int_equal(history->now, position(player));
	before = samples(history);
	player_steer(player, STEER_MINUTE_BACK);
	assert_int_equal(history->now, position(player));
	assert_true(samples(history) > 100 && samples(history) < before);
	player_free(player);
	history_free(history);
	history = history_new();
	player = player_new(replaying(in_folder("whole.tsllm")));
	replay_seek(player_replay(player), at(1000).wall_ms);
	player_keep(player, history);
	assert_in_range(position(player), at(995).wall_ms, at(1000).wall_ms);
	assert_true(samples(history) > 200);
	player_free(player);
	history_free(history);
	bury(&world);
}

/* ---- gone ---- */

static void see_refusals(struct world *world, const char *file, int seconds)
{
	const struct recorder_target target = { .file = file, .directory = "" };
	const struct segment_head head = { .period_ms = 2000, .poll_ms = 10000 };
	struct ledger_terms terms = {
		.period_ms = 2000, .poll_ms = 10000, .seen = pass_on, .seen_data = world
	};
	struct fault note, fault;

	*world = (struct world){ .last = at(0) };
	unlink(file);
	world->recorder = recorder_new(&target, at(0), &note, &fault);
	recorder_begin_run(world->recorder, &head);
	world->ledger = empty_ledger(&terms);
	recorder_follow(world->recorder, world->ledger);
	finds_by_port(true);
	for (int second = 0; second < seconds; second += 10) {
		see_status(world, at(second + 0.1));
		watches(world->ledger, "vllm", "http://gpu1.tail4c1d.ts.net:8000");
		is_refused(world->ledger, at(second + 0.5));
		recorder_tick(world->recorder, at(second + 2.1));
		judge(world->ledger, at(second + 2.1));
	}
	finds_by_port(false);
	recorder_free(world->recorder);
	forget(NULL);
}

static void cut(const char *whole, const char *piece, struct when begin)
{
	struct settings settings;
	struct fault note, fault;
	char stamp[32];

	settings_init(&settings);
	when_format(begin.wall_ms, stamp, sizeof(stamp));
	mem_replace(&settings.replay, whole);
	mem_replace(&settings.replay_at, stamp);
	mem_replace(&settings.record_file, piece);
	unlink(piece);
	assert_int_equal(source_cut(&settings, &note, &fault), 0);
	settings_fini(&settings);
}

/* Down for an hour, then gone: also if only the last segment of that is there. */
static void a_segment_knows_since_when_an_endpoint_is_gone(void **state)
{
	struct world world;
	struct frame frame = { 0 };
	struct replay *replay;
	char whole[128];
	size_t segments = 0;
	int fd;

	(void)state;
	snprintf(whole, sizeof(whole), "%s", in_folder("whole.tsllm"));
	see_refusals(&world, whole, 4100);
	fd = open(whole, O_RDONLY);
	for (struct frame next = { 0 }; frames_at(fd, next.offset + next.length, &next) == FRAME_FOUND;
		segments++)
		frame = next;
	assert_true(segments >= 6);
	copy_bytes(whole, frame.offset, frame.length, in_folder("piece.tsllm"));
	close(fd);
	replay = replaying(in_folder("piece.tsllm"));
	while (replay_step(replay))
		;
	assert_true(replay_now(replay).wall_ms - replay_first(replay) < 600000);
	assert_int_equal(ledger_stopped_at(replay_ledger(replay), "http://gpu1.tail4c1d.ts.net:8000"),
		at(0.5).wall_ms);
	replay_free(replay);
	cut(whole, in_folder("piece.tsllm"), at(4000));
	replay = replaying(in_folder("piece.tsllm"));
	assert_in_range(replay_first(replay), at(3990).wall_ms, at(4002).wall_ms);
	assert_int_equal(ledger_stopped_at(replay_ledger(replay), "http://gpu1.tail4c1d.ts.net:8000"),
		at(0.5).wall_ms);
	replay_free(replay);
}

static int make_folder(void **state)
{
	(void)state;
	snprintf(folder, sizeof(folder), "/tmp/tsllm-replay-XXXXXX");
	return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state)
{
	static const char *const names[] = { "whole.tsllm", "piece.tsllm", "torn.tsllm" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		unlink(in_folder(names[i]));
	return rmdir(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_replay_is_judged_as_the_live_run),
		cmocka_unit_test(from_each_segment_it_is_judged_alike_after_a_minute),
		cmocka_unit_test(a_segment_alone_is_judged_alike_but_for_flaps),
		cmocka_unit_test(time_passes_stands_still_and_jumps),
		cmocka_unit_test(what_is_skipped_is_in_history_too),
		cmocka_unit_test(a_segment_knows_since_when_an_endpoint_is_gone),
		cmocka_unit_test(killed_at_any_byte_it_is_judged_alike),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
