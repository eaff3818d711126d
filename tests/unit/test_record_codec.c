/* Observations as lines of a recording: what was written is what is read. */
#include "tests/unit/random_observation.h"

#include "probes/base/fault.h"
#include "probes/packets/lines.h"
#include "probes/recording/known.h"
#include "probes/recording/period_in.h"
#include "probes/recording/period_out.h"
#include "probes/recording/value.h"
#include "probes/model/sniffed.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define SEEDS 40
#define PERIODS 12
#define PEERS 3

static const struct when begun = { 5000000, INT64_C(1795394746000) };

/* What was written, to be compared with what is read: a copy of each. */
struct expected {
	size_t kind, next, count;
	struct observation items[4096];
	struct when at[4096];
	struct arena *arena;
};

static struct observation copy_of(const struct observation *from, struct arena *arena)
{
	struct observation copy;

	shape_init(kinds[from->kind].shape, &copy, arena);
	latest_copy(from->kind, &copy, from, arena);
	if (from->kind == OBSERVED_STATUS) {
		copy.status->peers = arena_alloc(arena, (PEERS + 1) * sizeof(struct obs_peer));
		for (size_t i = 0; i < from->status->peer_count; i++) {
			shape_init(kinds[KIND_PEER].shape, &copy.status->peers[i], arena);
			latest_copy(KIND_PEER, &copy.status->peers[i], &from->status->peers[i], arena);
		}
		copy.status->peer_count = from->status->peer_count;
	}
	copy.kind = from->kind;
	return copy;
}

static void assert_same_row(size_t kind, const void *a, const void *b)
{
	const struct columns *columns = kinds_columns(kind);

	for (size_t i = 0; i < columns->count; i++) {
		const void *x = column_holder(&columns->items[i], a), *y = column_holder(&columns->items[i], b);

		if (!x && !y)
			continue;
		if (columns->items[i].member->is_slow)
			continue;
		if (!x || !y || !value_equal(columns->items[i].member, x, y))
			fail_msg("%s: %s differs", kinds[kind].name, columns->items[i].name);
	}
}

static void free_owned(const struct observation *observation)
{
	switch ((int)observation->kind) {
	case OBSERVED_STATUS:
		obs_status_free(observation->status);
		break;
	case OBSERVED_PREFS:
		arena_free(observation->prefs->arena);
		break;
	case OBSERVED_LOCK:
		arena_free(observation->lock->arena);
		break;
	case OBSERVED_SERVE:
		arena_free(observation->serve->arena);
		break;
	default:
		break;
	}
}

static void compare(void *data, const struct observation *observation, struct when when)
{
	struct expected *expected = data;
	size_t i = expected->next++;

	assert_true(i < expected->count);
	assert_int_equal(observation->kind, expected->items[i].kind);
	assert_int_equal(when.mono_ms, expected->at[i].mono_ms);
	assert_int_equal(when.wall_ms, expected->at[i].wall_ms);
	assert_same_row(observation->kind, observation, &expected->items[i]);
	if (observation->kind == OBSERVED_STATUS) {
		assert_int_equal(observation->status->peer_count, expected->items[i].status->peer_count);
		for (size_t k = 0; k < observation->status->peer_count; k++)
			assert_same_row(KIND_PEER, &observation->status->peers[k],
				&expected->items[i].status->peers[k]);
	}
	free_owned(observation);
}

struct writer {
	struct period_out *out;
	struct latest rows[KIND_COUNT];
	struct observation now[KIND_COUNT];
	struct obs_peer peers[PEERS];
	struct arena *arena;
	uint64_t seed;
};

/* A status with the peers that are there: some come, some go. */
static void write_status(struct writer *writer, size_t turn, struct when when)
{
	struct obs_status *status = writer->now[OBSERVED_STATUS].status;
	struct latest *rows = &writer->rows[KIND_PEER];

	status->peers = arena_alloc(writer->arena, sizeof(writer->peers));
	status->peer_count = 0;
	for (size_t i = 0; i < PEERS; i++) {
		bool is_there = random_next(&writer->seed) % 4;

		while (rows->count <= i)
			latest_add(rows);
		random_change(KIND_PEER, &writer->peers[i], writer->arena, &writer->seed, 5);
		if (is_there) {
			period_out_add(writer->out, rows, i, &writer->peers[i], turn, when);
			status->peers[status->peer_count++] = writer->peers[i];
		} else {
			period_out_remove(writer->out, rows, i, turn, when);
		}
	}
}

static void write_one(struct writer *writer, struct expected *expected, size_t turn, struct when when)
{
	size_t kind = random_next(&writer->seed) % (OBSERVED_GAP + 1);
	struct latest *rows = &writer->rows[kind];
	size_t most = kinds[kind].most < 5 ? kinds[kind].most : 5;
	size_t row = random_next(&writer->seed) % (rows->count < most ? rows->count + 1 : most);
	struct observation *now = &writer->now[kind];

	if (row == rows->count)
		latest_add(rows);
	random_change(kind, now, writer->arena, &writer->seed, 1 + random_next(&writer->seed) % 6);
	now->kind = (enum observed)kind;
	if (kind == OBSERVED_STATUS)
		write_status(writer, turn, when);
	period_out_add(writer->out, rows, row, now, turn, when);
	expected->items[expected->count] = copy_of(now, expected->arena);
	expected->at[expected->count++] = when;
}

static void writer_init(struct writer *writer, uint64_t seed)
{
	*writer = (struct writer){ .out = period_out_new(), .arena = arena_new(), .seed = seed };
	period_out_begin(writer->out, begun);
	for (size_t i = 0; i < KIND_COUNT; i++)
		latest_init(&writer->rows[i], i);
	for (size_t i = 0; i <= OBSERVED_GAP; i++)
		shape_init(kinds[i].shape, &writer->now[i], writer->arena);
	for (size_t i = 0; i < PEERS; i++)
		shape_init(kinds[KIND_PEER].shape, &writer->peers[i], writer->arena);
}

static void writer_fini(struct writer *writer)
{
	period_out_free(writer->out);
	for (size_t i = 0; i < KIND_COUNT; i++)
		latest_fini(&writer->rows[i]);
	arena_free(writer->arena);
}

static void what_is_written_is_read(void **state)
{
	struct expected *expected = mem_alloc(sizeof(*expected));

	(void)state;
	for (uint64_t seed = 1; seed <= SEEDS; seed++) {
		struct period_in *in = period_in_new();
		struct bytes text = { 0 };
		struct writer writer;
		struct when when = begun, now;
		const char *at;
		size_t periods = 0;

		*expected = (struct expected){ .arena = arena_new() };
		writer_init(&writer, seed);
		for (size_t i = 0; i < PERIODS; i++) {
			for (size_t turn = 0; turn < 60; turn++) {
				when.mono_ms += random_next(&writer.seed) % 50;
				when.wall_ms += random_next(&writer.seed) % 50;
				write_one(&writer, expected, turn, when);
			}
			period_out_end(writer.out, when, &text);
		}
		period_in_begin(in, begun);
		at = text.text;
		while (period_in_next(in, &at, text.text + text.length, compare, expected, &now))
			periods++;
		assert_int_equal(periods, PERIODS);
		assert_int_equal(expected->next, expected->count);
		assert_int_equal(now.wall_ms, when.wall_ms);
		writer_fini(&writer);
		period_in_free(in);
		arena_free(expected->arena);
		free(text.text);
	}
	free(expected);
}

/* ---- the tables name every member ---- */

static size_t bytes_of(const struct member *member)
{
	switch (member->kind) {
	case MEMBER_CHARS:
		return (size_t)member->most;
	case MEMBER_STRUCT:
		return member->shape->size;
	case MEMBER_DOUBLES:
	case MEMBER_INTS:
	case MEMBER_INT64S:
		return value_size(member->kind) * (size_t)member->most;
	default:
		return value_size(member->kind);
	}
}

static void assert_covered(const struct shape *shape)
{
	char *taken = mem_alloc(shape->size + 1);
	size_t gap = 0;

	for (size_t i = 0; i < shape->count; i++) {
		const struct member *member = &shape->members[i];

		if (member->shape && member->shape->size != sizeof(struct observation))
			assert_covered(member->shape);
		memset(taken + member->offset, 1, member->kind == MEMBER_LEFT_OUT ? 1 : bytes_of(member));
		if (member->count_offset != NO_COUNT)
			memset(taken + member->count_offset, 1, sizeof(size_t));
	}
	for (size_t i = 0; i <= shape->size; i++) {
		/* Padding is smaller than what it aligns; a size_t that is left out is marked by one byte. */
		gap = i < shape->size && !taken[i] ? gap + 1 : 0;
		if (gap >= 8)
			fail_msg("a struct of %zu bytes has a member at %zu that is not in its table", shape->size,
				i - gap + 1);
	}
	free(taken);
}

static void every_member_is_in_a_table(void **state)
{
	(void)state;
	for (size_t i = 0; i <= OBSERVED_GAP; i++) {
		assert_non_null(kinds[i].name);
		for (size_t k = 0; k < kinds[i].shape->count; k++)
			if (kinds[i].shape->members[k].shape)
				assert_covered(kinds[i].shape->members[k].shape);
	}
	assert_covered(kinds[KIND_PEER].shape);
}

/* ---- hostile lines ---- */

static void count_seen(void *data, const struct observation *observation, struct when when)
{
	(void)when;
	++*(size_t *)data;
	free_owned(observation);
}

static size_t seen_in(const char *text, bool *is_whole)
{
	struct period_in *in = period_in_new();
	const char *at = text;
	struct when now;
	size_t seen = 0;

	period_in_begin(in, begun);
	*is_whole = period_in_next(in, &at, text + strlen(text), count_seen, &seen, &now);
	period_in_free(in);
	return seen;
}

static void lines_that_make_no_sense_are_left_out(void **state)
{
	static const struct {
		const char *text;
		size_t seen;
		bool is_whole;
	} cases[] = {
		{ "{\"k\":\"gap\",\"n\":[0],\"t\":[0]}\n{\"k\":\"end\",\"mono\":1,\"wall\":2}\n", 1, true },
		{ "{\"k\":\"gap\",\"n\":[0],\"t\":[0]}\n", 0, false },
		{ "{\"k\":\"gap\",\"n\":[0],\"t\":[0]}\n{\"k\":\"end\",\"mono\":1,\"wall\":2}", 0, false },
		{ "nonsense\n[]\n7\n{\"k\":7}\n{\"k\":\"end\"}\n", 0, true },
		{ "{\"k\":\"ping\",\"n\":[0],\"t\":[1],\"r\":[99999],\"kind\":[77],\"ms\":[\"x\"]}\n{\"k\":\"end\"}\n", 1,
			true },
		{ "{\"k\":\"status\",\"n\":[5,1],\"c\":2,\"t\":[1e300,-1],\"r\":[-4,1]}\n{\"k\":\"end\"}\n", 1, true },
		{ "{\"k\":\"answer\",\"n\":[0],\"t\":[0],\"reading\":[1],\"reading.ttft\":[1],"
		  "\"reading.ttft.bounds\":[[2,1]],\"reading.models\":[[3,{\"id\":4},{}]]}\n{\"k\":\"end\"}\n",
			1, true },
	};
	bool is_whole;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		assert_int_equal(seen_in(cases[i].text, &is_whole), cases[i].seen);
		assert_int_equal(is_whole, cases[i].is_whole);
	}
}

/* ---- totals ---- */

#define STORY_LINES 6

struct story {
	const char *lines[STORY_LINES]; /* of the helper, one a second */
	size_t at;                      /* the next one that is to come back */
};

static bool waits(const char *line)
{
	return strncmp(line, "flow ", 5) == 0 || strncmp(line, "path ", 5) == 0 || strncmp(line, "stats ", 6) == 0;
}

static void skip_waiting(struct story *story)
{
	while (story->at < STORY_LINES && (!story->lines[story->at] || waits(story->lines[story->at])))
		story->at++;
}

static struct sniffed line_of(const char *line)
{
	struct sniffed sniffed;
	struct fault fault;

	assert_int_equal(lines_parse(&sniffed, line, strlen(line), &fault), 0);
	return sniffed;
}

static void come_back(void *data, const struct observation *observation, struct when when)
{
	struct story *story = data;
	const struct sniffed *told = observation->packets;
	struct sniffed expected;

	if (told->word == SNIFFED_FLOW || told->word == SNIFFED_PATH || told->word == SNIFFED_STATS)
		return;
	skip_waiting(story);
	assert_true(story->at < STORY_LINES);
	expected = line_of(story->lines[story->at]);
	assert_int_equal(told->word, expected.word);
	assert_true(told->at_us == expected.at_us && told->begun_us == expected.begun_us);
	assert_string_equal(told->client.text, expected.client.text);
	assert_string_equal(told->server.text, expected.server.text);
	assert_string_equal(told->remote.text, expected.remote.text);
	assert_int_equal(told->is_open, expected.is_open);
	assert_true(when.mono_ms == (int64_t)story->at * 1000);
	story->at++;
}

/* A period of three lines, and another; what is no total comes back as it was said. */
static void play_story(struct story *story)
{
	struct known *known = known_new();
	struct period_in *in = period_in_new();
	struct bytes text = { 0 };
	const char *at;
	struct when now = { 0, 0 };

	known_begin_segment(known, NULL, now, &text);
	for (size_t i = 0; i < STORY_LINES; i++) {
		struct sniffed sniffed = story->lines[i] ? line_of(story->lines[i]) : (struct sniffed){ .at_us = 0 };

		now = (struct when){ (int64_t)i * 1000, (int64_t)i * 1000 };
		if (story->lines[i])
			known_see(known,
				&(struct observation){ .kind = OBSERVED_PACKETS, .packets = &sniffed }, now);
		if (i % 3 == 2)
			known_end_period(known, now, &text);
	}
	period_in_begin(in, (struct when){ 0, 0 });
	at = text.text;
	while (period_in_next(in, &at, text.text + text.length, come_back, story, &now))
		;
	skip_waiting(story);
	assert_int_equal(story->at, STORY_LINES);
	period_in_free(in);
	known_free(known);
	free(text.text);
}

static void what_is_said_while_totals_wait_comes_back(void **state)
{
	struct story stories[] = {
		{ { "flow at=1 client=100.64.0.2 server=100.64.0.1:8080 connections=1 open=1 up_bytes=9 down_bytes=8 "
		    "exchanges=0",
			  "exchange at=2 begun=1 client=100.64.0.2:40000 server=100.64.0.1:8080 state=open",
			  "exchange at=3 begun=1 client=100.64.0.3:40001 server=100.64.0.1:8080 state=open",
			  "exchange at=4 begun=1 client=100.64.0.2:40000 server=100.64.0.1:8080 state=done",
			  "exchange at=5 begun=4 client=100.64.0.2:40002 server=100.64.0.1:8080 state=open" },
			0 },
		{ { "path at=1 local=10.0.0.1:1 remote=10.0.0.2:2 vni=0 rx_bytes=1 tx_bytes=1",
			  "path at=1 local=10.0.0.1:1 remote=10.0.0.3:2 vni=0 rx_bytes=1 tx_bytes=1",
			  "rtt at=3 method=disco local=10.0.0.1:1 remote=10.0.0.2:2 vni=0 us=260",
			  "path at=4 local=10.0.0.1:1 remote=10.0.0.4:2 vni=0 rx_bytes=1 tx_bytes=1",
			  "rtt at=5 method=disco local=10.0.0.1:1 remote=10.0.0.4:2 vni=0 us=300",
			  "rtt at=6 method=disco local=10.0.0.1:1 remote=10.0.0.2:2 vni=0 us=280" },
			0 },
		{ { "stats at=1 received=1 dropped=0 paths=1 flows=1",
			  "miss at=2 local=10.0.0.1:1 remote=10.0.0.2:2 vni=0 sent=1", NULL,
			  "miss at=4 local=10.0.0.1:1 remote=10.0.0.3:2 vni=0 sent=3",
			  "miss at=5 local=10.0.0.1:1 remote=10.0.0.2:2 vni=0 sent=4" },
			0 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(stories); i++)
		play_story(&stories[i]);
}

/* For the ledger it is ours for a minute, so it need not be told each time that it is used. */
static void a_port_that_is_used_again_is_written_now_and_then(void **state)
{
	struct known *known = known_new();
	struct bytes text = { 0 };
	size_t count = 0;

	(void)state;
	for (int second = 0; second <= 60; second++) {
		struct when now = { second * 1000, second * 1000 };

		known_see(known, &(struct observation){ .kind = OBSERVED_OWN_PORT, .own_port = 40000 }, now);
		known_end_period(known, now, &text);
	}
	for (const char *at = text.text; (at = strstr(at, "\"own_port\":")); at++)
		count++;
	assert_int_equal(count, 1);
	count = 0;
	for (const char *at = text.text; (at = strstr(at, "{\"k\":\"own_port\"")); at++)
		count++;
	assert_int_equal(count, 4);
	known_free(known);
	free(text.text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_written_is_read),
		cmocka_unit_test(every_member_is_in_a_table),
		cmocka_unit_test(lines_that_make_no_sense_are_left_out),
		cmocka_unit_test(what_is_said_while_totals_wait_comes_back),
		cmocka_unit_test(a_port_that_is_used_again_is_written_now_and_then),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
