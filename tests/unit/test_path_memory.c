/* The daemon's memory of a path: read, kept while it is fresh, and asked for where it matters. */
#include "probes/tailscaled/path_history.h"

#include "probes/base/fault.h"
#include "probes/base/text.h"
#include "tests/unit/ledger_help.h"
#include "tests/unit/recording.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

/* ---- reading ---- */

static struct obs_path_history parse(const char *text)
{
	struct obs_path_history memory;
	struct fault fault = { "" };

	if (path_history_parse(text, strlen(text), &memory, &fault))
		fail_msg("%s", fault.text);
	return memory;
}

/* The list of what happened so many seconds after midnight, each "p" a pong and each "b" the best path anew. */
static struct obs_path_history memory_of(const char *what, const double *seconds)
{
	char text[32000] = "[";

	for (size_t i = 0; what[i]; i++)
		text_add(text, sizeof(text),
			"%s{\"When\":\"2026-11-23T00:%02d:%06.3fZ\",\"What\":\"handlePongConnLocked-bestAddr-"
			"%s\","
			"\"From\":{},\"To\":{}}",
			i ? "," : "", (int)seconds[i] / 60, fmod(seconds[i], 60),
			what[i] == 'p' ? "latency" : "update");
	text_add(text, sizeof(text), "]");
	return parse(text);
}

static void a_real_memory_is_read(void **state)
{
	struct obs_path_history memory;
	struct fault fault = { "" };
	size_t length;
	char *bytes = recording_read(
		"tests/recordings/tailscale/localapi-debug-peer-endpoint-changes.json", &length);

	(void)state;
	assert_int_equal(path_history_parse(bytes, length, &memory, &fault), 0);
	free(bytes);
	assert_true(memory.pong_at > when_parse("2026-11-23T01:22:45Z"));
	/* Lost and back at 00:34:16, 00:42:16 and 01:22:45. Pongs that were
	 * late at 01:08:48 and 01:10:30 are no change. */
	assert_int_equal(memory.change_count, 6);
	assert_true(memory.changes[1] == when_parse("2026-11-23T00:34:16.672Z"));
	assert_in_range(memory.changes[1] - memory.changes[0], 36000, 36100);
}

static void pongs_in_time_are_regular_and_no_change(void **state)
{
	struct obs_path_history memory = memory_of("bpppp", (double[]){ 0, 0, 3, 6, 9.4 });

	(void)state;
	assert_true(memory.was_regular);
	assert_true(memory.pong_at == when_parse("2026-11-23T00:00:09.4Z"));
	assert_int_equal(memory.change_count, 0);
}

static void a_path_that_was_lost_and_came_back_changed_twice(void **state)
{
	struct obs_path_history memory = memory_of("bpppbp", (double[]){ 0, 0, 3, 6, 30, 30 });

	(void)state;
	assert_int_equal(memory.change_count, 2);
	assert_true(memory.changes[0] == when_parse("2026-11-23T00:00:10Z"));
	assert_true(memory.changes[1] == when_parse("2026-11-23T00:00:30Z"));
	assert_false(memory.was_regular);
}

static void a_path_that_rested_did_not_change(void **state)
{
	struct obs_path_history memory = memory_of("bppbppp", (double[]){ 0, 0, 3, 48, 48, 51, 54 });

	(void)state;
	assert_int_equal(memory.change_count, 0);
	assert_true(memory.was_regular);
}

static void of_many_changes_the_last_are_kept(void **state)
{
	char what[241] = "";
	double seconds[240];
	struct obs_path_history memory;

	(void)state;
	for (int i = 0; i < 240; i += 2) {
		memcpy(what + i, "bp", 2);
		seconds[i] = seconds[i + 1] = 10 * (i / 2.0);
	}
	what[160] = '\0';
	memory = memory_of(what, seconds);
	assert_int_equal(memory.change_count, 128);
	assert_true(memory.changes[127] == when_parse("2026-11-23T00:13:10Z"));
}

static void what_is_not_known_is_passed_over(void **state)
{
	struct obs_path_history memory =
		parse("[{},null,7,{\"When\":\"2026-11-23T00:00:01Z\"},"
		      "{\"When\":\"soon\",\"What\":\"handlePongConnLocked-bestAddr-latency\"},"
		      "{\"When\":\"2026-11-23T00:00:01Z\",\"What\":\"updateFromNode-DERP\"}]");

	(void)state;
	assert_true(memory.pong_at == 0);
	assert_int_equal(memory.change_count, 0);
	assert_true(parse("null").pong_at == 0);
}

static void what_is_no_list_is_refused(void **state)
{
	struct obs_path_history memory;
	struct fault fault = { "" };

	(void)state;
	assert_int_equal(path_history_parse("{}", 2, &memory, &fault), -1);
	assert_true(*fault.text);
	assert_int_equal(path_history_parse("[{", 2, &memory, &fault), -1);
}

/* ---- keeping ---- */

static struct obs_status *fleet(struct obs_peer *(*make)(struct obs_peer *))
{
	struct obs_status *status = running();
	struct obs_peer *peer = with_peer(status, GPU1_ID, "gpu1");

	if (make)
		make(peer);
	with_peer(status, "n3", "gpu2");
	return status;
}

static struct ledger *served(void)
{
	struct ledger *l = empty_ledger(NULL);

	sees(l, at(0), fleet(NULL));
	watches(l, "llama-server", GPU1);
	take(l, at(0));
	return l;
}

static void remembers(struct ledger *l, double now, double pong, bool was_regular, const char *id)
{
	ledger_see(l,
		&(struct observation){ .kind = OBSERVED_PATH_HISTORY,
			.path_history = &(struct obs_path_history){ .peer_id = id,
				.pong_at = at(pong).wall_ms,
				.was_regular = was_regular,
				.changes = { at(-50).wall_ms, at(-20).wall_ms, at(3).wall_ms },
				.change_count = 3 } },
		at(now));
}

static const struct path *path_of(const struct snapshot *s)
{
	return &peer_row(s, "gpu1")->path;
}

static void the_age_of_a_pong_is_told_while_the_memory_is_fresh(void **state)
{
	struct ledger *l = served();

	(void)state;
	assert_string_equal(path_of(take(l, at(1)))->pong_source, "");
	remembers(l, 2, 1, true, GPU1_ID);
	assert_true(path_of(take(l, at(4)))->pong_age_ms == 3000);
	assert_string_equal(path_of(take(l, at(4)))->pong_source, "daemon");
	assert_true(isnan(path_of(take(l, at(8)))->pong_age_ms));
	remembers(l, 9, 8, true, "nobody");
	remembers(l, 9, 8, true, "n1"); /* this node */
}

static void packets_tell_more_than_the_daemon(void **state)
{
	struct ledger *l = served();

	(void)state;
	starts_capture(l, at(0));
	remembers(l, 4, 1, true, GPU1_ID);
	hears(l, at(4), "rtt method=disco local=10.99.0.10:41641 remote=10.99.0.2:41641 vni=0 us=260");
	assert_true(path_of(take(l, at(5)))->pong_age_ms == 1000);
	assert_string_equal(path_of(take(l, at(5)))->pong_source, "capture");
}

static void changes_from_before_we_looked_are_added(void **state)
{
	struct ledger *l = served();

	(void)state;
	remembers(l, 4, 3, true, GPU1_ID);
	remembers(l, 6, 6, true, GPU1_ID);
	assert_true(path_of(take(l, at(6)))->changes == 2);
}

/* ---- asking ---- */

static void who_serves_and_is_active_is_asked_for_in_turn(void **state)
{
	struct ledger *l = served();

	(void)state;
	watches(l, "llama-server", "https://gpu2.tail4c1d.ts.net");
	take(l, at(0));
	assert_string_equal(path_start_history(l, at(2))->id, GPU1_ID);
	assert_string_equal(path_start_history(l, at(4))->id, "n3");
	assert_string_equal(path_start_history(l, at(6))->id, GPU1_ID);
}

static void who_serves_nothing_or_rests_is_not_asked_for(void **state)
{
	struct ledger *l = empty_ledger(NULL);

	(void)state;
	sees(l, at(0), fleet(NULL));
	take(l, at(0));
	assert_null(path_start_history(l, at(1)));
	l = served();
	for (int i = 1; i <= 2; i++)
		sees(l, at(i), fleet(idle));
	assert_null(path_start_history(l, at(3)));
	for (int i = 4; i <= 5; i++)
		sees(l, at(i), fleet(by_derp));
	assert_null(path_start_history(l, at(6)));
}

static void a_path_in_doubt_comes_first(void **state)
{
	struct ledger *l = served();

	(void)state;
	watches(l, "llama-server", "https://gpu2.tail4c1d.ts.net");
	take(l, at(0));
	assert_string_equal(path_start_history(l, at(1))->id, GPU1_ID);
	remembers(l, 6, 1, true, GPU1_ID);
	assert_string_equal(path_start_history(l, at(7))->id, GPU1_ID);
	assert_string_equal(path_start_history(l, at(7.5))->id, "n3"); /* but not at every turn */
	assert_string_equal(path_start_history(l, at(8.5))->id, GPU1_ID);
}

static void with_packets_once_is_enough(void **state)
{
	struct ledger *l = served();

	(void)state;
	starts_capture(l, at(0));
	assert_string_equal(path_start_history(l, at(1))->id, GPU1_ID);
	assert_string_equal(path_start_history(l, at(3))->id, GPU1_ID); /* they show nothing of it */
	hears(l, at(4), "rtt method=disco local=10.99.0.10:41641 remote=10.99.0.2:41641 vni=0 us=260");
	assert_null(path_start_history(l, at(5)));
}

#define SAYS(test) cmocka_unit_test_teardown(test, forget)

int main(void)
{
	const struct CMUnitTest tests[] = {
		SAYS(a_real_memory_is_read),
		SAYS(pongs_in_time_are_regular_and_no_change),
		SAYS(a_path_that_was_lost_and_came_back_changed_twice),
		SAYS(a_path_that_rested_did_not_change),
		SAYS(of_many_changes_the_last_are_kept),
		SAYS(what_is_not_known_is_passed_over),
		SAYS(what_is_no_list_is_refused),
		SAYS(the_age_of_a_pong_is_told_while_the_memory_is_fresh),
		SAYS(packets_tell_more_than_the_daemon),
		SAYS(changes_from_before_we_looked_are_added),
		SAYS(who_serves_and_is_active_is_asked_for_in_turn),
		SAYS(who_serves_nothing_or_rests_is_not_asked_for),
		SAYS(a_path_in_doubt_comes_first),
		SAYS(with_packets_once_is_enough),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
