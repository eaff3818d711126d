/* The ladder of one target: which rung is broken, which were passed, and which were not reached. */
#include "probes/report/diagnose.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "probes/base/mem.h"
#include "tests/unit/sample_snapshot.h"

enum { GPU1 = 1, STUDIO = 8 };

static struct diagnosis climb(struct snapshot *snapshot, int peer, int endpoint)
{
	struct diagnosis diagnosis;

	diagnose(snapshot, (struct diagnosis_target){ peer, endpoint }, &diagnosis);
	return diagnosis;
}

static void assert_marks(const struct diagnosis *diagnosis, const enum mark *marks)
{
	for (int layer = 0; layer < LAYER_COUNT; layer++)
		if (diagnosis->layers[layer].mark != marks[layer])
			fail_msg("%s: mark %d", layer_name((enum layer)layer),
				(int)diagnosis->layers[layer].mark);
}

static void a_well_door_has_passed_every_rung(void **state)
{
	static const enum mark marks[LAYER_COUNT] = { MARK_OK, MARK_OK, MARK_OK, MARK_OK, MARK_SKIPPED,
		MARK_OK, MARK_OK, MARK_UNKNOWN }; /* of Funnel only that machine knows */
	struct snapshot *snapshot = sample_fleet();
	struct diagnosis diagnosis = climb(snapshot, GPU1, 0);

	(void)state;
	assert_marks(&diagnosis, marks);
	assert_null(diagnosis.blame);
	assert_int_equal(diagnosis.block, LAYER_COUNT);
	assert_string_equal(diagnosis.layers[LAYER_PORT].lines[0], "TCP port 11434 opens in 3.0 ms");
	assert_string_equal(diagnosis.layers[LAYER_HTTP].lines[0],
		"GET /api/ps: 200, first byte after 9.0 ms, requests in all: 40");
	snapshot_free(snapshot);
}

static void what_is_above_a_closed_port_was_not_reached(void **state)
{
	static const enum mark marks[LAYER_COUNT] = { MARK_OK, MARK_OK, MARK_OK, MARK_BAD, MARK_SKIPPED,
		MARK_SKIPPED, MARK_SKIPPED, MARK_SKIPPED };
	struct snapshot *snapshot = sample_fleet();
	struct diagnosis diagnosis = climb(snapshot, 9, 7);

	(void)state;
	assert_marks(&diagnosis, marks);
	assert_string_equal(diagnosis.blame->code, "not-listening");
	assert_string_equal(diagnosis.layers[LAYER_ENGINE].lines[0], "not checked: see port");
	snapshot_free(snapshot);
}

static void a_slow_path_is_broken_and_hides_nothing(void **state)
{
	struct snapshot *snapshot = sample_fleet();
	struct diagnosis diagnosis = climb(snapshot, STUDIO, 6);

	(void)state;
	assert_int_equal(diagnosis.layers[LAYER_PATH].mark, MARK_BAD);
	assert_int_equal(
		diagnosis.layers[LAYER_PATH].verdict_count, 1); /* the peer's and the door's are one */
	assert_int_equal(diagnosis.layers[LAYER_ENGINE].mark, MARK_OK);
	assert_int_equal(diagnosis.block, LAYER_COUNT);
	snapshot_free(snapshot);
}

static void info_and_what_is_muted_make_no_cross(void **state)
{
	struct snapshot *snapshot = sample_fleet();
	struct diagnosis busy = climb(snapshot, 2, 1), muted = climb(snapshot, 6, 8);

	(void)state;
	assert_int_equal(busy.layers[LAYER_ENGINE].mark, MARK_NOTE);
	assert_int_equal(muted.layers[LAYER_ENGINE].mark, MARK_NOTE);
	assert_null(busy.blame);
	assert_null(muted.blame);
	snapshot_free(snapshot);
}

/* Two mounts on Funnel: a backend that asks for a key is a word, one that does not is degraded. */
static void of_two_doors_with_one_code_the_worse_counts(void **state)
{
	struct snapshot *snapshot = sample_fleet();
	struct span span = snapshot->mounts[0].verdicts;
	struct verdict *first = &snapshot->verdict_list[span.first], *second = first + 1;

	(void)state;
	memmove(second, first, (snapshot->verdict_count - span.first) * sizeof(*first));
	snapshot->verdict_count++;
	snapshot->mounts[1].verdicts = (struct span){ span.first + 1, 1 };
	assert_int_equal(second->severity, SEVERITY_DEGRADED);
	first->severity = SEVERITY_INFO;
	assert_ptr_equal(climb(snapshot, 0, -1).blame, second);
	first->severity = SEVERITY_DOWN;
	assert_ptr_equal(climb(snapshot, 0, -1).blame, first);
	first->is_muted = true;
	assert_ptr_equal(climb(snapshot, 0, -1).blame, second);
	assert_int_equal(
		diagnose_status(snapshot, &(const struct diagnosis_target){ 0, -1 }), STATUS_DEGRADED);
	snapshot_free(snapshot);
}

static void what_was_not_asked_is_a_question_mark_and_says_why(void **state)
{
	struct snapshot *snapshot = sample_fleet();
	struct diagnosis diagnosis = climb(snapshot, 2, 9);

	(void)state;
	assert_int_equal(diagnosis.layers[LAYER_PORT].mark, MARK_UNKNOWN);
	assert_string_equal(diagnosis.layers[LAYER_PORT].lines[0], "no answer within the deadline");
	assert_int_equal(diagnosis.layers[LAYER_HTTP].mark, MARK_UNKNOWN);
	snapshot->is_passive = true;
	diagnosis = climb(snapshot, 2, 9);
	assert_string_equal(diagnosis.layers[LAYER_PORT].lines[0], "not asked (--passive)");
	snapshot_free(snapshot);
}

static void an_exposure_is_ticked_where_both_its_parts_are_known(void **state)
{
	struct snapshot *snapshot = sample_fleet();
	struct endpoint *door = &snapshot->endpoints[0];

	(void)state;
	snapshot->mounts[1].endpoint = 0;
	snapshot->mounts[1].is_funnel = false;
	assert_int_equal(climb(snapshot, GPU1, 0).layers[LAYER_EXPOSURE].mark, MARK_OK);
	door->models_known = false;
	assert_int_equal(climb(snapshot, GPU1, 0).layers[LAYER_EXPOSURE].mark, MARK_UNKNOWN);
	snapshot->mounts[1].endpoint = -1;
	door->state = STATE_AUTH;
	assert_int_equal(climb(snapshot, GPU1, 0).layers[LAYER_EXPOSURE].mark, MARK_OK);
	snapshot_free(snapshot);
}

static void assert_step(struct snapshot *snapshot, enum step step, enum mark mark, const char *line)
{
	struct diagnosis diagnosis = climb(snapshot, GPU1, -1);

	assert_int_equal(diagnosis.steps[step].mark, mark);
	assert_string_equal(diagnosis.steps[step].lines[0], line);
}

static void a_ping_says_how_it_was_answered(void **state)
{
	struct snapshot *snapshot = sample_fleet();

	(void)state;
	assert_step(snapshot, STEP_DISCO, MARK_UNKNOWN, "ping: not asked");
	snapshot->is_passive = true;
	assert_step(snapshot, STEP_TSMP, MARK_UNKNOWN, "ping: not asked (--passive)");
	snapshot->peers[GPU1].pings[PING_DISCO] = (struct ping){ 1, 3.2, "direct 10.99.0.11:41641" };
	snapshot->peers[GPU1].pings[PING_TSMP].at = 1;
	assert_step(snapshot, STEP_DISCO, MARK_OK, "ping: 3.2 ms, direct 10.99.0.11:41641");
	assert_step(snapshot, STEP_TSMP, MARK_UNKNOWN, "ping: no answer");
	snapshot->peers[GPU1].pings[PING_TSMP].ms = 3.4;
	assert_step(snapshot, STEP_TSMP, MARK_OK, "ping: 3.4 ms, inside the tunnel");
	snapshot_free(snapshot);
}

static void a_path_is_ticked_where_something_came_back_along_it(void **state)
{
	struct snapshot *snapshot = sample_fleet();
	struct peer *gpu1 = &snapshot->peers[GPU1];

	(void)state;
	snapshot->endpoints[0].age_ms = NAN;
	assert_int_equal(climb(snapshot, GPU1, -1).layers[LAYER_PATH].mark, MARK_OK); /* direct */
	gpu1->path.kind = PATH_IDLE;
	assert_int_equal(climb(snapshot, GPU1, -1).layers[LAYER_PATH].mark, MARK_UNKNOWN);
	snapshot->endpoints[0].age_ms = 900;
	assert_int_equal(climb(snapshot, GPU1, -1).layers[LAYER_PATH].mark, MARK_OK);
	snapshot->endpoints[0].is_stale = true;
	assert_int_equal(climb(snapshot, GPU1, -1).layers[LAYER_PATH].mark, MARK_UNKNOWN);
	gpu1->pings[PING_TSMP] = (struct ping){ 1, 3.4, "" };
	assert_int_equal(climb(snapshot, GPU1, -1).layers[LAYER_PATH].mark, MARK_OK);
	gpu1->path.kind = PATH_DIRECT;
	gpu1->pings[PING_TSMP].ms = NAN; /* whatever tailscaled thinks of it */
	assert_int_equal(climb(snapshot, GPU1, -1).layers[LAYER_PATH].mark, MARK_UNKNOWN);
	snapshot_free(snapshot);
}

static void a_network_that_is_told_in_part_is_a_question_mark(void **state)
{
	struct snapshot *snapshot = sample_fleet();
	struct obs_net *net = &snapshot->peers[GPU1].net;

	(void)state;
	assert_step(snapshot, STEP_THERE, MARK_UNKNOWN, "its network was not told");
	net->at = snapshot->taken.wall_ms - 2000;
	net->candidates = net->derp_ms = NAN;
	assert_step(snapshot, STEP_THERE, MARK_UNKNOWN,
		"whether UDP passes was not told, its NAT was not told (as tailscaled here knew it 2 "
		"s ago)");
	net->has_udp = TRI_YES;
	net->is_hard_nat = TRI_NO;
	net->candidates = 3;
	assert_step(snapshot, STEP_THERE, MARK_OK,
		"UDP passes, no hard NAT, 3 candidate addresses (as tailscaled here knew it 2 "
		"s ago)");
	net->is_hard_nat = TRI_YES;
	assert_int_equal(climb(snapshot, GPU1, -1).steps[STEP_THERE].mark, MARK_NOTE);
	net->maps_ports = TRI_YES;
	assert_int_equal(climb(snapshot, GPU1, -1).steps[STEP_THERE].mark, MARK_OK);
	net->has_udp = TRI_NO;
	assert_int_equal(climb(snapshot, GPU1, -1).steps[STEP_THERE].mark, MARK_NOTE);
	snapshot->peers[GPU1].path.kind = PATH_DERP; /* a cross is for a verdict to make */
	assert_int_equal(climb(snapshot, GPU1, -1).steps[STEP_THERE].mark, MARK_NOTE);
	snapshot_free(snapshot);
}

static void what_is_inferred_of_a_network_says_so(void **state)
{
	struct snapshot *snapshot = sample_fleet();
	struct obs_net *net = &snapshot->peers[GPU1].net;

	(void)state;
	net->at = snapshot->taken.wall_ms;
	net->candidates = 0;
	net->derp_ms = NAN;
	assert_step(snapshot, STEP_THERE, MARK_UNKNOWN,
		"whether UDP passes was not told, its NAT was not told, no candidate address: UDP is "
		"likely "
		"blocked (as tailscaled here knew it 0 s ago)");
	snapshot_free(snapshot);
}

static void of_a_dead_host_no_step_is_told(void **state)
{
	struct snapshot *snapshot = sample_fleet();
	struct verdict *offline = &snapshot->verdict_list[snapshot->verdict_count];

	(void)state;
	snapshot->peers[GPU1].net = (struct obs_net){ .has_udp = TRI_YES,
		.is_hard_nat = TRI_NO,
		.candidates = 3,
		.derp_ms = NAN,
		.at = snapshot->taken.wall_ms };
	assert_int_equal(climb(snapshot, GPU1, -1).steps[STEP_THERE].mark, MARK_OK);
	*offline = (struct verdict){ .code = "host-offline",
		.layer = LAYER_HOST,
		.severity = SEVERITY_DOWN,
		.state = STATE_OFFLINE,
		.text = "",
		.run = "",
		.run_on = "",
		.hint = "",
		.fix = "" };
	snapshot->peers[GPU1].verdicts = (struct span){ snapshot->verdict_count++, 1 };
	for (int step = 0; step < STEP_COUNT; step++)
		assert_int_equal(climb(snapshot, GPU1, -1).steps[step].mark, MARK_SKIPPED);
	snapshot_free(snapshot);
}

static void a_mount_is_ticked_where_each_side_that_was_asked_has_answered(void **state)
{
	struct snapshot *snapshot = sample_fleet();
	struct mount *mount = &snapshot->mounts[1];
	struct layer_report layer_report;

	(void)state;
	mount->backend = 4;
	diagnose_mount(snapshot, mount, &layer_report);
	assert_int_equal(layer_report.mark, MARK_OK);
	mount->endpoint = 9; /* which has not answered */
	diagnose_mount(snapshot, mount, &layer_report);
	assert_int_equal(layer_report.mark, MARK_UNKNOWN);
	mount->backend = 9;
	diagnose_mount(snapshot, mount, &layer_report);
	assert_int_equal(layer_report.mark, MARK_UNKNOWN);
	snapshot_free(snapshot);
}

static void our_network_is_told_by_netcheck_or_else_by_tailscaled(void **state)
{
	struct snapshot *snapshot = sample_fleet();
	struct obs_net *told = &snapshot->peers[0].net;

	(void)state;
	assert_step(snapshot, STEP_HERE, MARK_NOTE,
		"UDP is blocked, its NAT was not told (by netcheck 2 min ago)");
	*told = snapshot->daemon.net;
	snapshot->daemon.net.at = 0;
	snapshot->is_passive = true;
	assert_step(snapshot, STEP_HERE, MARK_NOTE,
		"UDP is blocked, its NAT was not told (as tailscaled here knew it 2 min ago), netcheck: "
		"not "
		"asked (--passive)");
	told->at = 0;
	assert_step(snapshot, STEP_HERE, MARK_UNKNOWN,
		"its network was not told, netcheck: not asked (--passive)");
	snapshot_free(snapshot);
}

static void without_a_daemon_nothing_above_is_reached(void **state)
{
	struct snapshot *snapshot = sample_no_daemon();
	struct diagnosis diagnosis = climb(snapshot, -1, -1);

	(void)state;
	assert_int_equal(diagnosis.block, LAYER_DAEMON);
	assert_int_equal(diagnosis.layers[LAYER_HOST].mark, MARK_SKIPPED);
	snapshot_free(snapshot);
}

/* Gives this machine one verdict of its own. */
static void say_own(struct snapshot *snapshot, struct verdict verdict)
{
	verdict.text = verdict.run = verdict.run_on = verdict.hint = verdict.fix = "";
	snapshot->verdict_list[snapshot->verdict_count] = verdict;
	snapshot->verdicts = (struct span){ snapshot->verdict_count++, 1 };
}

/* A short name of nobody's: whether it is asked at all is for the tailnet to say. */
static void what_belongs_to_the_tailnet_stands_on_it_without_a_peer(void **state)
{
	struct snapshot *snapshot = sample_fleet();
	struct endpoint *endpoint = &snapshot->endpoints[0];
	struct verdict *verdict = &snapshot->verdict_list[0];
	struct diagnosis diagnosis;

	(void)state;
	endpoint->peer = -1;
	endpoint->url = "http://nobody:11434";
	endpoint->is_of_tailnet = true;
	endpoint->state = STATE_UNKNOWN;
	endpoint->verdicts = (struct span){ 0, 1 };
	*verdict = (struct verdict){ .code = "not-asked",
		.layer = LAYER_HOST,
		.text = "not asked",
		.run = "",
		.run_on = "",
		.hint = "",
		.fix = "" };
	diagnosis = climb(snapshot, -1, 0);
	assert_int_equal(diagnosis.layers[LAYER_DAEMON].mark, MARK_OK);
	assert_int_equal(diagnosis.block, LAYER_HOST);
	assert_string_equal(diagnosis.layers[LAYER_HOST].lines[0], "no peer of that name or address");
	assert_string_equal(diagnosis.layers[LAYER_PORT].lines[0], "not checked: see host");
	snapshot->daemon.backend_state = "Stopped";
	assert_int_equal(climb(snapshot, -1, 0).block, LAYER_DAEMON);
	snapshot_free(snapshot);
}

static void what_is_not_of_the_tailnet_does_not_stand_on_its_daemon(void **state)
{
	static const struct verdict missing = { .code = "tailscaled-missing",
		.layer = LAYER_DAEMON,
		.severity = SEVERITY_DOWN,
		.state = STATE_DOWN };
	const struct diagnosis_target own = { -1, 4 };
	struct snapshot *snapshot = sample_fleet();

	(void)state;
	snapshot->daemon.backend_state = "";
	say_own(snapshot, missing);
	assert_null(climb(snapshot, -1, 4).blame);
	assert_int_equal(climb(snapshot, -1, 4).layers[LAYER_DAEMON].mark, MARK_SKIPPED);
	assert_int_equal(climb(snapshot, -1, 4).layers[LAYER_HTTP].mark, MARK_OK);
	assert_int_equal(diagnose_status(snapshot, &own), STATUS_OK);
	assert_string_equal(climb(snapshot, GPU1, 0).blame->code, "tailscaled-missing");
	snapshot_free(snapshot);
}

static void our_network_is_a_step_of_each_path_and_of_nothing_else(void **state)
{
	static const struct verdict blocked = {
		.code = "udp-blocked", .layer = LAYER_PATH, .severity = SEVERITY_DEGRADED, .state = STATE_SLOW
	};
	const struct diagnosis_target own = { -1, 4 }, far = { GPU1, -1 };
	struct snapshot *snapshot = sample_fleet();
	struct diagnosis diagnosis;

	(void)state;
	say_own(snapshot, blocked);
	diagnosis = climb(snapshot, GPU1, -1);
	assert_int_equal(diagnosis.steps[STEP_HERE].mark, MARK_BAD);
	assert_string_equal(diagnosis.blame->code, "udp-blocked");
	assert_int_equal(diagnosis.layers[LAYER_PATH].mark, MARK_OK);
	assert_int_equal(diagnose_status(snapshot, &far), STATUS_DEGRADED);
	assert_string_equal(climb(snapshot, -1, -1).blame->code, "udp-blocked");
	diagnosis = climb(snapshot, -1, 4);
	assert_null(diagnosis.blame);
	assert_int_equal(diagnosis.layers[LAYER_PATH].mark, MARK_SKIPPED);
	assert_int_equal(diagnose_status(snapshot, &own), STATUS_OK);
	snapshot_free(snapshot);
}

static void what_our_own_host_lacks_is_not_said_of_others(void **state)
{
	static const struct verdict expired = {
		.code = "key-expired", .layer = LAYER_HOST, .severity = SEVERITY_DOWN, .state = STATE_OFFLINE
	};
	struct snapshot *snapshot = sample_fleet();

	(void)state;
	say_own(snapshot, expired);
	assert_int_equal(climb(snapshot, 0, -1).layers[LAYER_HOST].mark, MARK_BAD);
	assert_int_equal(climb(snapshot, GPU1, -1).layers[LAYER_HOST].mark, MARK_OK);
	assert_int_equal(climb(snapshot, GPU1, -1).steps[STEP_HERE].mark, MARK_BAD);
	snapshot_free(snapshot);
}

static void a_target_is_found_by_each_of_its_names(void **state)
{
	static const char *const words[] = { "gpu1", "GPU1", "gpu1.tail1234.ts.net", "gpu1.tail1234.ts.net.",
		"100.64.0.2", "ngpu11" };
	struct snapshot *snapshot = sample_fleet();
	struct diagnosis_target target;
	const char *names[4];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		assert_true(diagnose_find(snapshot, words[i], &target));
		assert_true(target.peer == GPU1 && target.endpoint == -1);
	}
	assert_true(diagnose_find(snapshot, "http://gpu1.tail1234.ts.net:11434/", &target));
	assert_true(target.peer == GPU1 && target.endpoint == 0);
	assert_true(diagnose_find(snapshot, "https://gpu1.tail1234.ts.net/unwatched", &target));
	assert_true(target.peer == GPU1 && target.endpoint == -1);
	assert_false(diagnose_find(snapshot, "https://elsewhere.example/", &target));
	assert_false(diagnose_find(snapshot, "", &target));
	assert_false(diagnose_find(snapshot, ".", &target));
	assert_false(diagnose_find(snapshot, "gpu", &target));
	assert_int_equal(diagnose_near(snapshot, "gqu1", names, ARRAY_LEN(names)), 2);
	assert_string_equal(names[0], "gpu1");
	assert_int_equal(diagnose_near(snapshot, "zzzzzzzz", names, ARRAY_LEN(names)), 0);
	snapshot_free(snapshot);
}

static void the_status_is_that_of_the_target_alone(void **state)
{
	struct snapshot *snapshot = sample_fleet();
	const struct diagnosis_target well = { GPU1, -1 }, slow = { STUDIO, -1 }, down = { 9, -1 },
				      silent = { 5, -1 }, self = { 0, -1 };

	(void)state;
	assert_int_equal(diagnose_status(snapshot, NULL), snapshot->status);
	assert_int_equal(diagnose_status(snapshot, &well), STATUS_OK);
	assert_int_equal(diagnose_status(snapshot, &slow), STATUS_DEGRADED);
	assert_int_equal(diagnose_status(snapshot, &down), STATUS_DOWN);
	assert_int_equal(diagnose_status(snapshot, &silent), STATUS_UNKNOWN);
	assert_int_equal(diagnose_status(snapshot, &self), STATUS_DEGRADED); /* by one of its mounts */
	snapshot->daemon.backend_state = "Stopped";
	assert_int_equal(diagnose_status(snapshot, &well), STATUS_UNKNOWN);
	snapshot_free(snapshot);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_well_door_has_passed_every_rung),
		cmocka_unit_test(what_is_above_a_closed_port_was_not_reached),
		cmocka_unit_test(a_slow_path_is_broken_and_hides_nothing),
		cmocka_unit_test(info_and_what_is_muted_make_no_cross),
		cmocka_unit_test(of_two_doors_with_one_code_the_worse_counts),
		cmocka_unit_test(what_was_not_asked_is_a_question_mark_and_says_why),
		cmocka_unit_test(an_exposure_is_ticked_where_both_its_parts_are_known),
		cmocka_unit_test(a_ping_says_how_it_was_answered),
		cmocka_unit_test(a_path_is_ticked_where_something_came_back_along_it),
		cmocka_unit_test(a_network_that_is_told_in_part_is_a_question_mark),
		cmocka_unit_test(what_is_inferred_of_a_network_says_so),
		cmocka_unit_test(of_a_dead_host_no_step_is_told),
		cmocka_unit_test(a_mount_is_ticked_where_each_side_that_was_asked_has_answered),
		cmocka_unit_test(our_network_is_told_by_netcheck_or_else_by_tailscaled),
		cmocka_unit_test(without_a_daemon_nothing_above_is_reached),
		cmocka_unit_test(what_belongs_to_the_tailnet_stands_on_it_without_a_peer),
		cmocka_unit_test(what_is_not_of_the_tailnet_does_not_stand_on_its_daemon),
		cmocka_unit_test(our_network_is_a_step_of_each_path_and_of_nothing_else),
		cmocka_unit_test(what_our_own_host_lacks_is_not_said_of_others),
		cmocka_unit_test(a_target_is_found_by_each_of_its_names),
		cmocka_unit_test(the_status_is_that_of_the_target_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
