/* The ladder of one target: which rung is broken, which were passed, and which were not reached. */
#include "probes/model/ladder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "probes/base/mem.h"
#include "tests/unit/sample_snapshot.h"

enum { GPU1 = 1, STUDIO = 8 };

static struct ladder climb(struct snapshot *snapshot, int peer, int endpoint)
{
	struct ladder ladder;

	ladder_climb(snapshot, (struct ladder_target){ peer, endpoint }, &ladder);
	return ladder;
}

static void assert_marks(const struct ladder *ladder, const enum mark *marks)
{
	for (int layer = 0; layer < LAYER_COUNT; layer++)
		if (ladder->rungs[layer].mark != marks[layer])
			fail_msg(
				"%s: mark %d", layer_name((enum layer)layer), (int)ladder->rungs[layer].mark);
}

static void a_well_door_has_passed_every_rung(void **state)
{
	static const enum mark marks[LAYER_COUNT] = { MARK_OK, MARK_OK, MARK_OK, MARK_OK, MARK_SKIPPED,
		MARK_OK, MARK_OK, MARK_OK };
	struct snapshot *snapshot = sample_fleet();
	struct ladder ladder = climb(snapshot, GPU1, 0);

	(void)state;
	assert_marks(&ladder, marks);
	assert_null(ladder.blame);
	assert_int_equal(ladder.block, LAYER_COUNT);
	assert_string_equal(ladder.rungs[LAYER_PORT].lines[0], "TCP port 11434 opens in 3.0 ms");
	assert_string_equal(ladder.rungs[LAYER_HTTP].lines[0],
		"GET /api/ps: 200, first byte after 9.0 ms, requests in all: 40");
	snapshot_free(snapshot);
}

static void what_is_above_a_closed_port_was_not_reached(void **state)
{
	static const enum mark marks[LAYER_COUNT] = { MARK_OK, MARK_OK, MARK_OK, MARK_BAD, MARK_SKIPPED,
		MARK_SKIPPED, MARK_SKIPPED, MARK_SKIPPED };
	struct snapshot *snapshot = sample_fleet();
	struct ladder ladder = climb(snapshot, 9, 7);

	(void)state;
	assert_marks(&ladder, marks);
	assert_string_equal(ladder.blame->code, "not-listening");
	assert_string_equal(ladder.rungs[LAYER_ENGINE].lines[0], "not reached: port explains it");
	snapshot_free(snapshot);
}

static void a_slow_path_is_broken_and_hides_nothing(void **state)
{
	struct snapshot *snapshot = sample_fleet();
	struct ladder ladder = climb(snapshot, STUDIO, 6);

	(void)state;
	assert_int_equal(ladder.rungs[LAYER_PATH].mark, MARK_BAD);
	assert_int_equal(ladder.rungs[LAYER_PATH].verdict_count, 1); /* the peer's and the door's are one */
	assert_int_equal(ladder.rungs[LAYER_ENGINE].mark, MARK_OK);
	assert_int_equal(ladder.block, LAYER_COUNT);
	snapshot_free(snapshot);
}

static void info_and_what_is_muted_make_no_cross(void **state)
{
	struct snapshot *snapshot = sample_fleet();
	struct ladder busy = climb(snapshot, 2, 1), muted = climb(snapshot, 6, 8);

	(void)state;
	assert_int_equal(busy.rungs[LAYER_ENGINE].mark, MARK_NOTE);
	assert_int_equal(muted.rungs[LAYER_ENGINE].mark, MARK_NOTE);
	assert_null(busy.blame);
	assert_null(muted.blame);
	snapshot_free(snapshot);
}

static void what_was_not_asked_is_a_question_mark_and_says_why(void **state)
{
	struct snapshot *snapshot = sample_fleet();
	struct ladder ladder = climb(snapshot, 2, 9);

	(void)state;
	assert_int_equal(ladder.rungs[LAYER_PORT].mark, MARK_UNKNOWN);
	assert_string_equal(ladder.rungs[LAYER_PORT].lines[0], "no answer within the deadline");
	snapshot->is_passive = true;
	ladder = climb(snapshot, 2, 9);
	assert_string_equal(ladder.rungs[LAYER_PORT].lines[0], "not asked (--passive)");
	snapshot_free(snapshot);
}

static void a_ping_says_how_it_was_answered(void **state)
{
	struct snapshot *snapshot = sample_fleet();
	struct ladder ladder = climb(snapshot, GPU1, -1);
	const struct rung *path = &ladder.rungs[LAYER_PATH];

	(void)state;
	assert_string_equal(path->lines[path->line_count - 1], "ping: not asked");
	snapshot->peers[GPU1].pings[PING_DISCO] = (struct ping){ 1, 3.2, "direct 10.99.0.11:41641" };
	snapshot->peers[GPU1].pings[PING_TSMP].at = 1;
	ladder = climb(snapshot, GPU1, -1);
	assert_string_equal(path->lines[path->line_count - 1],
		"disco ping: 3.2 ms, direct 10.99.0.11:41641, TSMP ping: no answer");
	snapshot_free(snapshot);
}

static void without_a_daemon_nothing_above_is_reached(void **state)
{
	struct snapshot *snapshot = sample_no_daemon();
	struct ladder ladder = climb(snapshot, -1, -1);

	(void)state;
	assert_int_equal(ladder.block, LAYER_DAEMON);
	assert_int_equal(ladder.rungs[LAYER_HOST].mark, MARK_SKIPPED);
	snapshot_free(snapshot);
}

static void a_target_is_found_by_each_of_its_names(void **state)
{
	static const char *const words[] = { "gpu1", "GPU1", "gpu1.tail1234.ts.net", "gpu1.tail1234.ts.net.",
		"100.64.0.2", "ngpu11" };
	struct snapshot *snapshot = sample_fleet();
	struct ladder_target target;
	const char *names[4];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		assert_true(ladder_find(snapshot, words[i], &target));
		assert_true(target.peer == GPU1 && target.endpoint == -1);
	}
	assert_true(ladder_find(snapshot, "http://gpu1.tail1234.ts.net:11434/", &target));
	assert_true(target.peer == GPU1 && target.endpoint == 0);
	assert_false(ladder_find(snapshot, "", &target));
	assert_false(ladder_find(snapshot, ".", &target));
	assert_false(ladder_find(snapshot, "gpu", &target));
	assert_int_equal(ladder_near(snapshot, "gqu1", names, ARRAY_LEN(names)), 2);
	assert_string_equal(names[0], "gpu1");
	assert_int_equal(ladder_near(snapshot, "zzzzzzzz", names, ARRAY_LEN(names)), 0);
	snapshot_free(snapshot);
}

static void the_status_is_that_of_the_target_alone(void **state)
{
	struct snapshot *snapshot = sample_fleet();
	const struct ladder_target well = { GPU1, -1 }, slow = { STUDIO, -1 }, down = { 9, -1 },
				   silent = { 5, -1 };

	(void)state;
	assert_int_equal(ladder_status(snapshot, NULL), snapshot->status);
	assert_int_equal(ladder_status(snapshot, &well), STATUS_OK);
	assert_int_equal(ladder_status(snapshot, &slow), STATUS_DEGRADED);
	assert_int_equal(ladder_status(snapshot, &down), STATUS_DOWN);
	assert_int_equal(ladder_status(snapshot, &silent), STATUS_UNKNOWN);
	snapshot->daemon.backend_state = "Stopped";
	assert_int_equal(ladder_status(snapshot, &well), STATUS_UNKNOWN);
	snapshot_free(snapshot);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_well_door_has_passed_every_rung),
		cmocka_unit_test(what_is_above_a_closed_port_was_not_reached),
		cmocka_unit_test(a_slow_path_is_broken_and_hides_nothing),
		cmocka_unit_test(info_and_what_is_muted_make_no_cross),
		cmocka_unit_test(what_was_not_asked_is_a_question_mark_and_says_why),
		cmocka_unit_test(a_ping_says_how_it_was_answered),
		cmocka_unit_test(without_a_daemon_nothing_above_is_reached),
		cmocka_unit_test(a_target_is_found_by_each_of_its_names),
		cmocka_unit_test(the_status_is_that_of_the_target_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
