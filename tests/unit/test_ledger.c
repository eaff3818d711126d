/* What the ledger remembers between observations, and what it makes of them when a snapshot is taken. */
#include "tests/unit/ledger_help.h"

#include "probes/ledger/events.h"
#include "probes/take/take.h"
#include "probes/verdicts/judge.h"
#include "tui/out/json.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define LS "llama-server-0.5.0/"
#define OL "ollama-0.17.4/"
#define READY LS "ready-idle/health"

static struct obs_status *fleet(struct obs_peer *(*make)(struct obs_peer *))
{
	struct obs_status *status = running();
	struct obs_peer *peer = with_peer(status, GPU1_ID, "gpu1");

	if (make)
		make(peer);
	return status;
}

static const struct path *path_of(const struct snapshot *s)
{
	return &peer_row(s, "gpu1")->path;
}

/* ---- what takes two, and what takes one ---- */

static void one_good_answer_brings_a_server_up(void **state)
{
	struct ledger *l = watching_a("llama-server", GPU1);

	(void)state;
	is_refused(l, at(0));
	assert_state(take(l, at(1)), STATE_DOWN);
	answers(l, at(10), READY);
	assert_state(take(l, at(11)), STATE_OK);
}

static void a_fault_that_gives_way_to_another_leaves_nothing_of_itself(void **state)
{
	struct ledger *l = watching(GPU1);

	(void)state;
	stays_silent(l, at(0));
	stays_silent(l, at(5));
	assert_state(take(l, at(6)), STATE_STALLED);
	answers(l, at(10), "nginx-1.22.1/engine-dead/v1-models");
	assert_verdict(take(l, at(11)), "proxy-backend-down");
	assert_state(take(l, at(11)), STATE_FAULT);
}

static void one_silence_keeps_the_state_that_was(void **state)
{
	struct ledger *l = watching_a("llama-server", GPU1);

	(void)state;
	answers(l, at(0), LS "loading/health");
	assert_state(take(l, at(1)), STATE_LOADING);
	stays_silent(l, at(10));
	assert_state(take(l, at(11)), STATE_LOADING);
	assert_int_equal(find_verdict(take(l, at(11)), "no-answer") != NULL, 0);
	stays_silent(l, at(20));
	assert_state(take(l, at(21)), STATE_STALLED);
}

static void silences_count_only_in_a_row(void **state)
{
	struct ledger *l = watching_a("llama-server", GPU1);

	(void)state;
	for (int i = 0; i < 6; i += 2) {
		stays_silent(l, at(10 * i));
		answers(l, at(10 * i + 10), READY);
		assert_state(take(l, at(10 * i + 11)), STATE_OK);
	}
}

static void a_kind_of_path_changes_at_the_second_equal_status(void **state)
{
	struct ledger *l = watching(GPU1);

	(void)state;
	assert_int_equal(path_of(take(l, at(0)))->kind, PATH_DIRECT);
	sees(l, at(2), fleet(by_derp));
	assert_int_equal(path_of(take(l, at(2)))->kind, PATH_DIRECT);
	sees(l, at(4), fleet(by_peer_relay));
	assert_int_equal(path_of(take(l, at(4)))->kind, PATH_DIRECT);
	sees(l, at(6), fleet(by_peer_relay));
	assert_int_equal(path_of(take(l, at(6)))->kind, PATH_PEER_RELAY);
	assert_string_equal(path_of(take(l, at(6)))->via, "10.99.0.14:40000");
	assert_true(path_of(take(l, at(6)))->changes == 1);
	assert_true(path_of(take(l, at(6)))->since == at(6).wall_ms);
}

static void a_peer_relay_is_named_where_its_address_is_known(void **state)
{
	struct ledger *l = watching(GPU1);

	(void)state;
	for (int i = 1; i <= 2; i++) {
		struct obs_status *status = fleet(by_peer_relay);

		with_peer(status, "n3", "relay")->current_address = "10.99.0.14:41641";
		sees(l, at(2 * i), status);
	}
	assert_string_equal(path_of(take(l, at(5)))->via, "relay");
}

static void a_path_that_rests_is_no_change(void **state)
{
	struct ledger *l = watching(GPU1);

	(void)state;
	for (int i = 1; i <= 4; i++)
		sees(l, at(2 * i), fleet(i <= 2 ? idle : NULL));
	assert_int_equal(path_of(take(l, at(9)))->kind, PATH_DIRECT);
	assert_true(path_of(take(l, at(9)))->changes == 0);
	assert_int_equal(take(l, at(9))->event_count, 0);
}

static void a_server_s_peer_goes_offline_and_comes_back_as_events(void **state)
{
	struct ledger *l = watching(GPU1);
	const struct snapshot *s;

	(void)state;
	take(l, at(1));
	sees(l, at(2), fleet(offline));
	assert_peer_state(take(l, at(2)), "gpu1", STATE_OK);
	sees(l, at(4), fleet(offline));
	s = take(l, at(4));
	assert_peer_state(s, "gpu1", STATE_OFFLINE);
	assert_string_equal(s->events[0].text, "went offline: 1 server with it");
	sees(l, at(6), fleet(NULL));
	s = take(l, at(6));
	assert_peer_state(s, "gpu1", STATE_OK);
	assert_string_equal(s->events[0].text, "is back online: 1 server with it");
	assert_string_equal(s->events[0].who, "gpu1");
}

/* ---- since ---- */

static bool were_before(const struct snapshot *s)
{
	const struct endpoint *row = &s->endpoints[0];
	bool was_before = row->was_before;

	for (size_t i = 0; i < row->verdicts.count; i++)
		assert_int_equal(s->verdict_list[row->verdicts.first + i].was_before, was_before);
	return was_before;
}

static void a_row_and_its_verdict_agree_whether_it_stood_before(void **state)
{
	struct ledger *l = watching_a("llama-server", GPU1);

	(void)state;
	is_refused(l, at(1));
	assert_true(were_before(take(l, at(1))));
	assert_true(were_before(take(l, at(300))));
	answers(l, at(310), READY);
	take(l, at(310));
	is_refused(l, at(320));
	assert_false(were_before(take(l, at(320))));
	assert_false(were_before(take(l, at(400))));
}

/* The first look at a server may come long after that at the tailnet. */
static void what_is_found_later_stood_before_it_was_found(void **state)
{
	struct ledger *l = watching(GPU1);

	(void)state;
	take(l, at(1));
	watches(l, "", "https://gpu1.tail4c1d.ts.net/late");
	is_refused(l, at(100));
	assert_true(take(l, at(101))->endpoints[1].was_before);
	assert_true(take(l, at(400))->endpoints[1].was_before);
	assert_true(path_of(take(l, at(400)))->was_before);
}

static void since_stays_while_a_code_holds_and_is_new_when_it_comes_back(void **state)
{
	struct ledger *l = watching_a("llama-server", GPU1);

	(void)state;
	is_refused(l, at(0));
	assert_true(find_verdict(take(l, at(1)), "not-listening")->since == at(1).wall_ms);
	is_refused(l, at(10));
	assert_true(find_verdict(take(l, at(11)), "not-listening")->since == at(1).wall_ms);
	answers(l, at(20), READY);
	take(l, at(21));
	is_refused(l, at(30));
	assert_true(find_verdict(take(l, at(31)), "not-listening")->since == at(31).wall_ms);
}

static void a_state_is_dated_from_its_change(void **state)
{
	struct ledger *l = watching_a("llama-server", GPU1);

	(void)state;
	answers(l, at(0), READY);
	take(l, at(1));
	answers(l, at(10), READY);
	assert_true(take(l, at(11))->endpoints[0].since == at(1).wall_ms);
	is_refused(l, at(20));
	assert_true(take(l, at(21))->endpoints[0].since == at(21).wall_ms);
}

/* ---- what is old ---- */

/* A daemon that hangs gives no error: its last status only gets old. */
static void a_status_that_is_late_is_stale_though_nothing_failed(void **state)
{
	struct ledger *l = empty_ledger(NULL);

	(void)state;
	sees(l, at(0), fleet(NULL));
	assert_false(take(l, at(6))->daemon.is_stale);
	assert_true(take(l, at(7))->daemon.is_stale);
}

static void what_was_not_answered_for_three_polls_is_stale(void **state)
{
	struct ledger *l = watching_a("llama-server", GPU1);

	(void)state;
	assert_false(take(l, at(0))->endpoints[0].is_stale);
	assert_true(isnan(take(l, at(0))->endpoints[0].age_ms));
	answers(l, at(0), READY);
	assert_false(take(l, at(30))->endpoints[0].is_stale);
	assert_true(take(l, at(31))->endpoints[0].is_stale);
	assert_true(take(l, at(31))->endpoints[0].age_ms == 31000);
}

static void trouble_with_the_daemon_keeps_the_last_fleet_and_marks_it(void **state)
{
	struct ledger *l = empty_ledger(NULL);
	const struct snapshot *s;

	(void)state;
	sees(l, at(0), fleet(NULL));
	watches(l, "llama-server", GPU1);
	answers(l, at(0), READY);
	ledger_see(l,
		&(struct observation){
			.kind = OBSERVED_TROUBLE, .trouble = DAEMON_MISSING, .trouble_text = "gone" },
		at(2));
	s = take(l, at(3));
	assert_false(s->daemon.is_stale); /* a late poll is not a dead daemon */
	assert_int_equal(s->status, STATUS_OK);
	ledger_see(l,
		&(struct observation){
			.kind = OBSERVED_TROUBLE, .trouble = DAEMON_MISSING, .trouble_text = "gone" },
		at(7));
	s = take(l, at(8));
	assert_true(s->daemon.is_known && s->daemon.is_stale);
	assert_string_equal(s->daemon.trouble, "gone");
	assert_int_equal(s->peer_count, 2);
	assert_peer_state(s, "gpu1", STATE_OK);
	assert_state(s, STATE_OK);
	assert_true(s->endpoints[0].is_stale);
	assert_int_equal(s->status, STATUS_UNKNOWN);
	sees(l, at(9), fleet(NULL));
	s = take(l, at(10));
	assert_false(s->daemon.is_stale || s->endpoints[0].is_stale);
	assert_int_equal(s->status, STATUS_OK);
}

static void without_a_status_there_is_a_snapshot_all_the_same(void **state)
{
	struct ledger *l = empty_ledger(NULL);
	const struct snapshot *s = take(l, at(0));

	(void)state;
	assert_false(s->daemon.is_known || s->daemon.is_stale);
	assert_int_equal(s->peer_count, 0);
	assert_int_equal(s->status, STATUS_UNKNOWN);
	assert_string_equal(s->traffic.source, "");
}

static void peers_that_vanish_are_forgotten_and_their_doors_stay(void **state)
{
	struct ledger *l = watching_a("llama-server", GPU1);
	const struct snapshot *s;

	(void)state;
	answers(l, at(0), READY);
	assert_int_equal(take(l, at(1))->endpoints[0].peer, 1);
	sees(l, at(2), running());
	s = take(l, at(3));
	assert_int_equal(s->peer_count, 1);
	assert_int_equal(s->endpoint_count, 1);
	assert_int_equal(s->endpoints[0].peer, -1);
	sees(l, at(4), fleet(NULL));
	assert_int_equal(take(l, at(5))->endpoints[0].peer, 1);
}

static void a_status_without_ourselves_leaves_nothing_of_us(void **state)
{
	struct ledger *l = watching(GPU1);
	struct obs_status *status = fleet(NULL);

	(void)state;
	status->has_self = false;
	sees(l, at(2), status);
	assert_int_equal(take(l, at(3))->peer_count, 1);
	assert_string_equal(take(l, at(3))->daemon.self, "");
}

static void a_node_listed_twice_is_one_peer(void **state)
{
	struct ledger *l = empty_ledger(NULL);
	struct obs_status *status = fleet(NULL);

	(void)state;
	with_peer(status, GPU1_ID, "gpu1-again");
	sees(l, at(0), status);
	assert_int_equal(take(l, at(1))->peer_count, 2);
}

static void a_dropped_door_is_gone(void **state)
{
	struct ledger *l = watching_a("llama-server", GPU1);

	(void)state;
	watches(l, "ollama", GPU1 "/ollama");
	ledger_see(l, &(struct observation){ .kind = OBSERVED_DROPPED, .url = GPU1 }, at(0));
	ledger_see(l, &(struct observation){ .kind = OBSERVED_DROPPED, .url = "https://never-seen.example" },
		at(0));
	assert_int_equal(take(l, at(1))->endpoint_count, 1);
	assert_string_equal(take(l, at(1))->endpoints[0].server, "ollama");
}

/* ---- rates ---- */

static struct obs_status *with_bytes(double rx, double tx)
{
	struct obs_status *status = fleet(NULL);

	status->peers[0].rx_bytes = rx;
	status->peers[0].tx_bytes = tx;
	return status;
}

static void a_counter_that_was_reset_has_no_rate(void **state)
{
	struct ledger *l = empty_ledger(NULL);

	(void)state;
	sees(l, at(0), with_bytes(1000, 500));
	assert_true(isnan(peer_row(take(l, at(0)), "gpu1")->rx_per_s));
	sees(l, at(2), with_bytes(5000, 700));
	assert_true(peer_row(take(l, at(2)), "gpu1")->rx_per_s == 2000);
	assert_true(peer_row(take(l, at(2)), "gpu1")->tx_per_s == 100);
	sees(l, at(4), with_bytes(100, 900));
	assert_true(isnan(peer_row(take(l, at(4)), "gpu1")->rx_per_s));
	assert_true(peer_row(take(l, at(4)), "gpu1")->tx_per_s == 100);
	sees(l, at(4), with_bytes(200, 950));
	assert_true(isnan(peer_row(take(l, at(4)), "gpu1")->tx_per_s));
}

static void traffic_has_a_rate_from_the_second_reading(void **state)
{
	struct ledger *l = empty_ledger(NULL);
	struct obs_traffic traffic = { .rx_bytes = { 100, 0, NAN }, .tx_bytes = { 7, 7, 7 } };
	const struct snapshot *s;

	(void)state;
	ledger_see(l, &(struct observation){ .kind = OBSERVED_TRAFFIC, .traffic = &traffic }, at(0));
	assert_true(isnan(take(l, at(0))->traffic.rx_per_s[TRAFFIC_DIRECT]));
	traffic.rx_bytes[TRAFFIC_DIRECT] = 1100;
	ledger_see(l, &(struct observation){ .kind = OBSERVED_TRAFFIC, .traffic = &traffic }, at(2));
	s = take(l, at(2));
	assert_true(s->traffic.rx_per_s[TRAFFIC_DIRECT] == 500);
	assert_true(s->traffic.tx_per_s[TRAFFIC_DERP] == 0);
	assert_true(isnan(s->traffic.rx_per_s[TRAFFIC_DERP]));
	assert_string_equal(s->traffic.source, "usermetrics");
}

/* What /metrics tells, without its text. */
static void sees_metrics(struct ledger *l, struct when now, int tokens, double seconds)
{
	struct obs_answer answer = an_answer(GPU1, "/metrics", OUTCOME_ANSWERED, 200);
	struct arena *arena = arena_new();
	struct reading reading;

	reading_init(&reading, arena);
	reading.generated_tokens = tokens;
	reading.generation_seconds = seconds;
	answer.is_expected = true;
	answer.reading = &reading;
	ledger_see(l, &(struct observation){ .kind = OBSERVED_ANSWER, .answer = &answer }, now);
	arena_free(arena);
}

static void tokens_per_second_come_from_the_server_s_own_counters(void **state)
{
	struct ledger *l = watching_a("llama-server", GPU1);

	(void)state;
	sees_metrics(l, at(0), 100, 10);
	assert_true(isnan(take(l, at(0))->endpoints[0].figures.tokens_per_s));
	sees_metrics(l, at(10), 160, 12);
	assert_true(take(l, at(10))->endpoints[0].figures.tokens_per_s == 30);
	sees_metrics(l, at(20), 160, 12);
	assert_true(isnan(take(l, at(20))->endpoints[0].figures.tokens_per_s));
	sees_metrics(l, at(30), 5, 1);
	assert_true(isnan(take(l, at(30))->endpoints[0].figures.tokens_per_s));
}

static void tokens_without_a_time_of_their_own_are_divided_by_ours(void **state)
{
	struct ledger *l = watching_a("vllm", GPU1);

	(void)state;
	sees_metrics(l, at(0), 100, NAN);
	sees_metrics(l, at(10), 400, NAN);
	assert_true(take(l, at(10))->endpoints[0].figures.tokens_per_s == 30);
}

/* ---- events ---- */

static void note(struct ledger *l, const char *who, enum state state, struct when now, const char *text)
{
	events_note(l, &(struct event){ .who = who, .code = "path", .state = state, .text = text }, now);
}

static void what_happens_again_is_folded_and_is_the_newest(void **state)
{
	struct ledger *l = empty_ledger(NULL);
	const struct snapshot *s;

	(void)state;
	note(l, "gpu1", STATE_SLOW, at(0), "path: direct → derp");
	note(l, "gpu2", STATE_SLOW, at(1), "path: direct → derp");
	note(l, "gpu1", STATE_SLOW, at(300), "path: direct → derp");
	s = take(l, at(301));
	assert_int_equal(s->event_count, 2);
	assert_string_equal(s->events[0].who, "gpu1");
	assert_int_equal(s->events[0].times, 2);
	assert_true(s->events[0].at == at(300).wall_ms);
	note(l, "gpu1", STATE_SLOW, at(1000), "path: direct → derp");
	s = take(l, at(1001));
	assert_int_equal(s->event_count, 3);
	assert_int_equal(s->events[0].times, 1);
}

static void only_the_last_two_hundred_events_are_kept(void **state)
{
	struct ledger *l = empty_ledger(NULL);
	const struct snapshot *s;
	char text[32];

	(void)state;
	for (int i = 0; i < 250; i++) {
		snprintf(text, sizeof(text), "event %d", i);
		note(l, "", STATE_OK, at(i), text);
	}
	s = take(l, at(300));
	assert_int_equal(s->event_count, 200);
	assert_string_equal(s->events[0].text, "event 249");
	assert_string_equal(s->events[199].text, "event 50");
}

static void a_fault_and_its_end_are_events_with_their_reason(void **state)
{
	struct ledger *l = watching_a("llama-server", GPU1);
	const struct snapshot *s;

	(void)state;
	answers(l, at(0), READY);
	assert_int_equal(take(l, at(1))->event_count, 0);
	is_refused(l, at(10));
	s = take(l, at(11));
	assert_int_equal(s->event_count, 1);
	assert_non_null(strstr(s->events[0].text, "ok → down: nothing listens on gpu1.tail4c1d.ts.net:443"));
	assert_string_equal(s->events[0].who, GPU1);
	assert_int_equal(take(l, at(12))->event_count, 1);
}

static void a_daemon_that_goes_and_comes_back_is_two_events(void **state)
{
	struct ledger *l = empty_ledger(NULL);
	const struct snapshot *s;

	(void)state;
	ledger_see(l,
		&(struct observation){
			.kind = OBSERVED_TROUBLE, .trouble = DAEMON_MISSING, .trouble_text = "not yet" },
		at(0));
	take(l, at(0));
	sees(l, at(10), fleet(NULL));
	assert_int_equal(take(l, at(10))->event_count, 0); /* how it was found is no change */
	ledger_see(l,
		&(struct observation){
			.kind = OBSERVED_TROUBLE, .trouble = DAEMON_MISSING, .trouble_text = "gone" },
		at(20));
	s = take(l, at(21));
	assert_int_equal(s->event_count, 1);
	assert_non_null(strstr(s->events[0].text, "gone"));
	assert_int_equal(take(l, at(22))->event_count, 1);
	sees(l, at(30), fleet(NULL));
	s = take(l, at(30));
	assert_int_equal(s->event_count, 2);
	assert_string_equal(s->events[0].text, "tailscaled is at work again");
	assert_string_equal(s->events[0].who, "");
}

/* No list tells whether a model in the cloud is loaded: nobody waits for it here. */
static void a_model_in_the_cloud_is_not_cold(void **state)
{
	struct ledger *l = watching_a("ollama", GPU1);
	const struct snapshot *s;

	(void)state;
	says_at(l, at(0), "/api/ps", 200, "Content-Type: application/json\n", "{\"models\":[]}");
	says_at(l, at(0), "/api/tags", 200, "Content-Type: application/json\n",
		"{\"models\":[{\"name\":\"big:cloud\",\"remote_host\":\"https://ollama.com:443\"},"
		"{\"name\":\"m:8b\",\"size\":9}]}");
	s = take(l, at(1));
	assert_int_equal(s->model_count, 2);
	for (size_t i = 0; i < s->model_count; i++)
		assert_int_equal(s->models[i].state,
			strcmp(s->models[i].id, "m:8b") == 0 ? MODEL_COLD : MODEL_UNKNOWN);
	says_at(l, at(2), "/api/ps", 200, "Content-Type: application/json\n", "{\"models\":[]}");
	s = take(l, at(3));
	for (size_t i = 0; i < s->model_count; i++)
		assert_int_equal(s->models[i].state,
			strcmp(s->models[i].id, "m:8b") == 0 ? MODEL_COLD : MODEL_UNKNOWN);
}

static void what_is_well_again_needs_no_reason(void **state)
{
	struct ledger *l = watching_a("vllm", GPU1);
	const struct snapshot *s;

	(void)state;
	answers(l, at(0), "vllm-0.32.0-cpu/ready-idle/health");
	answers(l, at(0), "vllm-0.32.0-cpu/ready-idle/v1-models");
	take(l, at(1));
	is_refused(l, at(10));
	take(l, at(11));
	answers(l, at(20), "vllm-0.32.0-cpu/ready-idle/health");
	s = take(l, at(21));
	assert_verdict(s, "context-small");
	assert_string_equal(s->events[0].text, "down → ok");
}

static void work_is_no_event(void **state)
{
	struct ledger *l = watching_a("llama-server", GPU1);

	(void)state;
	answers(l, at(0), READY);
	take(l, at(1));
	answers(l, at(2), LS "generating/metrics");
	assert_state(take(l, at(3)), STATE_BUSY);
	assert_int_equal(take(l, at(3))->event_count, 0);
}

/* ---- ignore ---- */

static const struct snapshot *ignoring(char *row)
{
	static char *rows[1];
	const struct ledger_terms terms = {
		.period_ms = DAYS(1000), .poll_ms = 10000, .ignore = rows, .ignore_count = 1
	};
	struct ledger *l;

	rows[0] = row;
	l = empty_ledger(&terms);
	sees(l, at(0), fleet(NULL));
	watches(l, "llama-server", GPU1);
	answers(l, at(0), READY);
	watches(l, "llama-server", GPU1 ":8443");
	is_refused(l, at(0));
	return take(l, at(1));
}

static void assert_muted(char *row, bool is_muted)
{
	const struct snapshot *s = ignoring(row);

	assert_int_equal(assert_verdict(s, "not-listening")->is_muted, is_muted);
	assert_int_equal(s->status, is_muted ? STATUS_OK : STATUS_DOWN);
	assert_int_equal(!snapshot_worst(s, s->endpoints[1].verdicts), is_muted);
}

static void what_is_ignored_is_shown_and_not_counted(void **state)
{
	(void)state;
	assert_muted((char[]){ "not-listening" }, true);
	assert_muted((char[]){ "not-listening@gpu1" }, true);
	assert_muted((char[]){ "not-listening@GPU1" }, true);
	assert_muted((char[]){ "not-listening@gpu1.tail4c1d.ts.net" }, true);
	assert_muted((char[]){ "not-listening@100.64.0.2" }, true);
	assert_muted((char[]){ "not-listening@" GPU1 ":8443" }, true);
}

static void what_is_ignored_elsewhere_counts_here(void **state)
{
	(void)state;
	assert_muted((char[]){ "not-listening@gpu2" }, false);
	assert_muted((char[]){ "not-listening@" GPU1 }, false);
	assert_muted((char[]){ "not-listen" }, false);
	assert_muted((char[]){ "filtered" }, false);
	assert_muted((char[]){ "" }, false);
}

static void an_ignored_offline_host_makes_its_doors_offline_and_not_well(void **state)
{
	char *rows[] = { (char[]){ "host-offline@gpu1" } };
	const struct ledger_terms terms = {
		.period_ms = DAYS(1000), .poll_ms = 10000, .ignore = rows, .ignore_count = 1
	};
	struct ledger *l = empty_ledger(&terms);
	const struct snapshot *s;

	(void)state;
	sees(l, at(0), fleet(NULL));
	watches(l, "llama-server", GPU1);
	answers(l, at(0), READY);
	take(l, at(1));
	sees(l, at(2), fleet(offline));
	sees(l, at(4), fleet(offline));
	s = take(l, at(5));
	assert_state(s, STATE_OFFLINE);
	assert_int_equal(s->status, STATUS_OK);
}

/* ---- the overall status ---- */

static void the_status_is_that_of_the_worst_row(void **state)
{
	struct ledger *l = watching_a("llama-server", GPU1);

	(void)state;
	assert_int_equal(take(l, at(0))->status, STATUS_UNKNOWN);
	answers(l, at(0), READY);
	assert_int_equal(take(l, at(1))->status, STATUS_OK);
	ledger_see(l,
		&(struct observation){ .kind = OBSERVED_CERTIFICATE,
			.url = GPU1,
			.cert_not_after = at(0).wall_ms + DAYS(3) },
		at(0));
	assert_int_equal(take(l, at(1))->status, STATUS_DEGRADED);
	is_refused(l, at(10));
	assert_int_equal(take(l, at(11))->status, STATUS_DOWN);
}

static void without_an_endpoint_nothing_can_be_told(void **state)
{
	struct ledger *l = empty_ledger(NULL);

	(void)state;
	sees(l, at(0), fleet(NULL));
	assert_int_equal(take(l, at(1))->status, STATUS_UNKNOWN);
}

static void who_only_listens_tells_of_the_tailnet_alone(void **state)
{
	const struct ledger_terms terms = { .period_ms = 2000, .poll_ms = 10000, .is_passive = true };
	struct ledger *l = empty_ledger(&terms);

	(void)state;
	sees(l, at(0), fleet(NULL));
	assert_int_equal(take(l, at(1))->status, STATUS_OK);
	assert_true(take(l, at(1))->is_passive);
}

/* ---- engines and models ---- */

static void both_doors_of_a_mount_lead_to_one_engine(void **state)
{
	struct ledger *l = watching_a("ollama", GPU1);
	const struct obs_mount mount = { .host = "admin.tail4c1d.ts.net",
		.service = "",
		.port = 443,
		.path = "/",
		.target = "http://127.0.0.1:11434",
		.url = "https://admin.tail4c1d.ts.net",
		.backend = "http://127.0.0.1:11434" };
	const struct snapshot *s;

	(void)state;
	watches(l, "ollama", mount.url);
	watches_own(l, "ollama", mount.backend);
	is_refused(l, at(0));
	sees_serve(l, &mount, 1);
	s = take(l, at(1));
	assert_int_equal(endpoint_row(s, mount.url)->engine_id, endpoint_row(s, mount.backend)->engine_id);
	assert_int_not_equal(endpoint_row(s, GPU1)->engine_id, endpoint_row(s, mount.url)->engine_id);
	assert_string_equal(s->endpoints[s->mounts[0].backend].url, mount.backend);
	assert_string_equal(s->endpoints[s->mounts[0].endpoint].url, mount.url);
	assert_int_equal(s->mounts[0].backend_state, STATE_DOWN);
}

static const struct model *model_row(const struct snapshot *s, const char *id)
{
	for (size_t i = 0; i < s->model_count; i++)
		if (strcmp(s->models[i].id, id) == 0)
			return &s->models[i];
	return NULL;
}

static void ollama_s_models_are_those_loaded_and_those_that_could_be(void **state)
{
	struct ledger *l = watching_a("ollama", GPU1);
	const struct snapshot *s;
	size_t all;

	(void)state;
	answers(l, at(0), OL "loaded-idle/api-ps");
	s = take(l, at(0));
	assert_int_equal(s->model_count, 1);
	assert_int_equal(s->models[0].state, MODEL_LOADED);
	answers(l, at(0), OL "loaded-idle/api-tags");
	s = take(l, at(1));
	all = s->model_count;
	assert_true(all > 1);
	assert_int_equal(s->endpoints[0].loaded_models, 1);
	for (size_t i = 1; i < all; i++)
		assert_int_equal(s->models[i].state, MODEL_COLD);
	assert_true(s->models[0].vram_bytes >= 0 && s->models[0].expires_at > 0);
	answers(l, at(10), OL "models-unloaded/api-ps");
	s = take(l, at(11));
	assert_int_equal(s->model_count, all);
	assert_int_equal(s->endpoints[0].loaded_models, 0);
	assert_int_equal(s->models[0].state, MODEL_COLD);
	assert_true(isnan(s->models[0].vram_bytes));
}

/* Its file is smaller than what it takes in memory, and comparing that with vram_bytes tells what spilled. */
static void the_size_of_a_loaded_model_is_that_in_memory(void **state)
{
	struct ledger *l = watching_a("ollama", GPU1);
	const struct snapshot *s;
	double size;

	(void)state;
	answers(l, at(0), OL "loaded-idle/api-ps");
	size = take(l, at(0))->models[0].size_bytes;
	answers(l, at(0), OL "loaded-idle/api-tags");
	assert_true(take(l, at(1))->models[0].size_bytes == size);
	answers(l, at(10), OL "models-unloaded/api-ps");
	assert_true(isnan(take(l, at(11))->models[0].size_bytes));
	answers(l, at(60), OL "models-unloaded/api-tags");
	s = take(l, at(61));
	assert_true(s->models[0].size_bytes > 0 && s->models[0].size_bytes != size);
}

static void both_doors_of_a_mount_show_the_same_models(void **state)
{
	struct ledger *l = watching_a("ollama", GPU1);
	const struct obs_mount mount = { .host = "admin.tail4c1d.ts.net",
		.service = "",
		.port = 443,
		.path = "/",
		.target = "http://127.0.0.1:11434",
		.url = "https://admin.tail4c1d.ts.net",
		.backend = "http://127.0.0.1:11434" };
	const struct endpoint *door, *backend;
	const struct snapshot *s;

	(void)state;
	watches(l, "ollama", mount.url);
	answers(l, at(0), OL "loaded-idle/api-ps");
	watches_own(l, "ollama", mount.backend);
	answers(l, at(0), OL "loaded-idle/api-ps");
	answers(l, at(0), OL "loaded-idle/api-tags");
	sees_serve(l, &mount, 1);
	s = take(l, at(1));
	door = endpoint_row(s, mount.url);
	backend = endpoint_row(s, mount.backend);
	assert_true(backend->models.count > 1);
	assert_int_equal(door->models.count, backend->models.count);
	assert_int_equal(door->loaded_models, backend->loaded_models);
	assert_int_equal(endpoint_row(s, GPU1)->models.count, 0);
}

static void another_server_at_a_url_keeps_nothing_of_the_one_before(void **state)
{
	struct ledger *l = watching_a("ollama", GPU1);
	const struct endpoint *row;

	(void)state;
	answers(l, at(0), OL "loaded-idle/api-version");
	answers(l, at(0), OL "loaded-idle/api-ps");
	row = &take(l, at(1))->endpoints[0];
	assert_string_equal(row->version, "0.17.4");
	assert_true(row->models_known && row->loaded_known && row->models.count == 1);
	watches(l, "llama-server", GPU1);
	answers(l, at(10), READY);
	row = &take(l, at(11))->endpoints[0];
	assert_string_equal(row->server, "llama-server");
	assert_string_equal(row->version, "");
	assert_false(row->models_known || row->loaded_known);
	assert_int_equal(row->models.count, 0);
}

static void a_library_alone_does_not_tell_what_is_loaded(void **state)
{
	struct ledger *l = watching_a("ollama", GPU1);
	const struct snapshot *s;

	(void)state;
	answers(l, at(0), OL "loaded-idle/api-tags");
	s = take(l, at(1));
	assert_true(s->endpoints[0].models_known && !s->endpoints[0].loaded_known);
	assert_int_equal(s->models[0].state, MODEL_UNKNOWN);
}

static void says_models(struct ledger *l, struct when now, const char *family, const char *ids)
{
	watches(l, family, GPU1);
	says(l, now, 200, "Content-Type: application/json\n", ids);
}

static void a_model_that_is_no_longer_listed_is_gone(void **state)
{
	struct ledger *l = watching_a("lm-studio", GPU1);

	(void)state;
	says_models(l, at(0), "lm-studio",
		"{\"object\":\"list\",\"data\":[{\"id\":\"a\",\"state\":\"loaded\"},{\"id\":\"b\",\"state\":"
		"\"not-loaded\"}]}");
	assert_int_equal(take(l, at(1))->model_count, 2);
	says_models(l, at(10), "lm-studio",
		"{\"object\":\"list\",\"data\":[{\"id\":\"c\",\"state\":\"loaded\"}]}");
	assert_int_equal(take(l, at(11))->model_count, 1);
	assert_non_null(model_row(take(l, at(11)), "c"));
}

static void a_model_loaded_under_a_name_of_its_own_stays_while_it_is(void **state)
{
	struct ledger *l = watching_a("ollama", GPU1);
	static const char json[] = "Content-Type: application/json\n";

	(void)state;
	says(l, at(0), 200, json, "{\"models\":[{\"name\":\"private\",\"size\":1}]}");
	answers(l, at(1), OL "loaded-idle/api-tags");
	assert_non_null(model_row(take(l, at(1)), "private"));
	says(l, at(10), 200, json, "{\"models\":[]}");
	assert_null(model_row(take(l, at(11)), "private"));
}

/* ---- waking up ---- */

static void a_clock_that_jumped_blanks_what_was_seen(void **state)
{
	struct ledger *l = watching_a("llama-server", GPU1);
	const struct snapshot *s;

	(void)state;
	connect_times_out(l, at(0));
	connect_times_out(l, at(10));
	assert_state(take(l, at(11)), STATE_FILTERED);
	ledger_see(l, &(struct observation){ .kind = OBSERVED_GAP }, at(12));
	s = take(l, at(12));
	assert_state(s, STATE_UNKNOWN);
	assert_nothing_above_info(s);
	assert_int_equal(s->status, STATUS_UNKNOWN);
	connect_times_out(l, at(13));
	assert_state(take(l, at(14)), STATE_UNKNOWN);
	answers(l, at(20), READY);
	assert_state(take(l, at(21)), STATE_OK);
}

static void rates_do_not_reach_across_a_sleep(void **state)
{
	struct ledger *l = empty_ledger(NULL);

	(void)state;
	sees(l, at(0), with_bytes(0, 0));
	sees(l, at(2), with_bytes(2000, 0));
	ledger_see(l, &(struct observation){ .kind = OBSERVED_GAP }, at(3));
	sees(l, at(4), with_bytes(9000000, 0));
	assert_true(isnan(peer_row(take(l, at(4)), "gpu1")->rx_per_s));
	sees(l, at(6), with_bytes(9002000, 0));
	assert_true(peer_row(take(l, at(6)), "gpu1")->rx_per_s == 1000);
}

/* ---- judging, and taking snapshots of what was judged ---- */

/* A mount of ours, a peer that goes offline with its server, packets, and what each of them is judged for. */
static struct ledger *busy_ledger(void)
{
	static const struct obs_mount mount = { .host = "admin.tail4c1d.ts.net",
		.service = "",
		.port = 443,
		.path = "/",
		.target = "http://127.0.0.1:11434",
		.url = "https://admin.tail4c1d.ts.net",
		.backend = "http://127.0.0.1:11434" };
	struct ledger *l = empty_ledger(NULL);

	sees(l, at(0), fleet(NULL));
	starts_capture(l, at(0));
	watches(l, "llama-server", GPU1);
	answers(l, at(0), READY);
	watches(l, "ollama", mount.url);
	watches_own(l, "ollama", mount.backend);
	answers(l, at(0), OL "loaded-idle/api-ps");
	answers(l, at(0), OL "loaded-idle/api-tags");
	sees_serve(l, &mount, 1);
	times_path(l, 3, at(1));
	ends_period(l, at(1));
	judge(l, at(1));
	is_refused(l, at(2));
	sees(l, at(2), fleet(offline));
	sees(l, at(4), fleet(offline));
	return l;
}

static char *json_of(const struct ledger *l, struct when now, size_t *events)
{
	struct snapshot *snapshot = take_snapshot(l, now);
	char *text = NULL;
	size_t size;
	FILE *file = open_memstream(&text, &size);

	assert_int_equal(json_write_snapshot(file, snapshot, true), 0);
	fclose(file);
	*events = snapshot->event_count;
	snapshot_free(snapshot);
	return text;
}

static void two_snapshots_of_one_judgement_are_equal_to_the_byte(void **state)
{
	struct ledger *l = busy_ledger();
	size_t events, same_events;
	char *one, *other;

	(void)state;
	judge(l, at(5));
	one = json_of(l, at(5), &events);
	other = json_of(l, at(5), &same_events);
	assert_string_equal(one, other);
	assert_int_equal(events, same_events);
	assert_non_null(strstr(one, "host-offline"));
	assert_true(events > 0);
	free(one);
	free(other);
}

static void to_judge_again_in_the_same_moment_changes_nothing(void **state)
{
	struct ledger *l = busy_ledger();
	size_t events, later_events;
	char *one, *later;

	(void)state;
	judge(l, at(5));
	one = json_of(l, at(5), &events);
	for (int i = 0; i < 3; i++)
		judge(l, at(5));
	later = json_of(l, at(5), &later_events);
	assert_string_equal(one, later);
	assert_int_equal(events, later_events);
	free(one);
	free(later);
}

/* ---- bookkeeping ---- */

static void what_was_sent_is_counted_by_path_and_cost(void **state)
{
	struct ledger *l = watching_a("llama-server", GPU1);
	const struct snapshot *s;

	(void)state;
	answers(l, at(0), READY);
	answers(l, at(10), READY);
	answers(l, at(10), LS "ready-idle/props");
	ledger_see(l,
		&(struct observation){ .kind = OBSERVED_REQUEST,
			.cost = COST_WAKES,
			.bytes_sent = 10,
			.bytes_received = 20 },
		at(0));
	s = take(l, at(11));
	assert_int_equal(s->endpoints[0].sent.count, 2);
	assert_string_equal(s->sents[0].path, "/health");
	assert_true(
		s->sents[0].count == 2 && s->sents[0].last == at(10).wall_ms && s->sents[0].status == 200);
	assert_true(s->endpoints[0].requests == 3 && s->requests == 4);
	assert_true(s->bytes_sent == 310 && s->bytes_received == 2521);
	assert_true(s->by_cost[COST_FREE] == 3 && s->by_cost[COST_WAKES] == 1);
}

static void a_name_that_leads_nowhere_is_no_request(void **state)
{
	struct ledger *l = watching_a("", GPU1);
	const struct snapshot *s;

	(void)state;
	comes_to(l, at(0), OUTCOME_UNRESOLVED);
	s = take(l, at(1));
	assert_true(s->endpoints[0].requests == 0 && s->requests == 0);
	assert_int_equal(s->endpoints[0].sent.count, 0);
	comes_to(l, at(10), OUTCOME_REFUSED);
	s = take(l, at(11));
	assert_true(s->endpoints[0].requests == 1 && s->requests == 1);
}

static void round_trips_are_those_of_the_connect(void **state)
{
	struct ledger *l = watching_a("llama-server", GPU1);
	const struct snapshot *s;

	(void)state;
	answers(l, at(0), READY);
	s = take(l, at(1));
	assert_true(path_of(s)->rtt_ms == 0.5 && path_of(s)->rtt_age_ms == 1000);
	assert_string_equal(path_of(s)->rtt_source, "tcp");
	assert_true(s->endpoints[0].ttfb_ms == 3 && s->endpoints[0].samples == 1);
	is_pinged(l, GPU1_ID, 0.25, at(2));
	assert_string_equal(path_of(take(l, at(2)))->rtt_source, "tcp");
	is_pinged(l, GPU1_ID, 0.25, at(60)); /* where nothing better was measured for long */
	assert_string_equal(path_of(take(l, at(60)))->rtt_source, "ping");
	assert_true(path_of(take(l, at(60)))->rtt_ms == 0.25);
	is_pinged(l, "nobody", 1, at(2));
}

static void a_ping_that_was_asked_for_says_how_it_was_answered(void **state)
{
	struct ledger *l = watching_a("llama-server", GPU1);
	const struct obs_ping pings[] = {
		{ GPU1_ID, PING_DISCO, 0.25, "10.99.0.11:41641", "", "" },
		{ GPU1_ID, PING_TSMP, NAN, "", "", "" },
		{ GPU1_ID, PING_DISCO, 44, "", "fra", "" },
		{ GPU1_ID, PING_DISCO, 9, "", "", "10.99.0.14:40000:vni:3" },
		{ "nobody", PING_DISCO, 1, "", "fra", "" },
	};
	const struct ping *told;

	(void)state;
	told = take(l, at(1))->peers[1].pings;
	assert_true(!told[PING_DISCO].at && isnan(told[PING_DISCO].ms) && !told[PING_TSMP].at);
	ledger_see(l, &(struct observation){ .kind = OBSERVED_PING, .ping = &pings[0] }, at(2));
	ledger_see(l, &(struct observation){ .kind = OBSERVED_PING, .ping = &pings[1] }, at(3));
	told = take(l, at(4))->peers[1].pings;
	assert_true(told[PING_DISCO].ms == 0.25 && told[PING_DISCO].at == at(2).wall_ms);
	assert_string_equal(told[PING_DISCO].by, "direct 10.99.0.11:41641");
	assert_true(told[PING_TSMP].at == at(3).wall_ms && isnan(told[PING_TSMP].ms));
	ledger_see(l, &(struct observation){ .kind = OBSERVED_PING, .ping = &pings[2] }, at(5));
	assert_string_equal(take(l, at(5))->peers[1].pings[PING_DISCO].by, "DERP fra");
	ledger_see(l, &(struct observation){ .kind = OBSERVED_PING, .ping = &pings[3] }, at(6));
	assert_string_equal(
		take(l, at(6))->peers[1].pings[PING_DISCO].by, "peer relay 10.99.0.14:40000:vni:3");
	ledger_see(l, &(struct observation){ .kind = OBSERVED_PING, .ping = &pings[4] }, at(7));
}

static void ten_thousand_peers_keep_their_order_and_their_history(void **state)
{
	struct ledger *l = empty_ledger(NULL);
	const struct snapshot *s;

	(void)state;
	for (int round = 0; round < 2; round++) {
		struct obs_status *status = running();
		char id[32], name[32];

		for (int i = 0; i < 10000; i++) {
			snprintf(id, sizeof(id), "n%d", 2 + (i * 7919) % 10007);
			snprintf(name, sizeof(name), "peer%05d", i);
			with_peer(status, id, name)->rx_bytes = 2000.0 * round;
		}
		sees(l, at(2 * round), status);
		s = take(l, at(2 * round + 1));
		assert_int_equal(s->peer_count, 10001);
	}
	s = take(l, at(4));
	for (size_t i = 2; i < s->peer_count; i++)
		assert_true(strcmp(s->peers[i - 1].name, s->peers[i].name) < 0);
	assert_true(s->peers[5000].rx_per_s == 1000);
}

#define SAYS(test) cmocka_unit_test_teardown(test, forget)

int main(void)
{
	const struct CMUnitTest tests[] = {
		SAYS(one_good_answer_brings_a_server_up),
		SAYS(a_fault_that_gives_way_to_another_leaves_nothing_of_itself),
		SAYS(one_silence_keeps_the_state_that_was),
		SAYS(silences_count_only_in_a_row),
		SAYS(a_kind_of_path_changes_at_the_second_equal_status),
		SAYS(a_peer_relay_is_named_where_its_address_is_known),
		SAYS(a_path_that_rests_is_no_change),
		SAYS(a_server_s_peer_goes_offline_and_comes_back_as_events),
		SAYS(a_row_and_its_verdict_agree_whether_it_stood_before),
		SAYS(what_is_found_later_stood_before_it_was_found),
		SAYS(since_stays_while_a_code_holds_and_is_new_when_it_comes_back),
		SAYS(a_state_is_dated_from_its_change),
		SAYS(a_status_that_is_late_is_stale_though_nothing_failed),
		SAYS(what_was_not_answered_for_three_polls_is_stale),
		SAYS(trouble_with_the_daemon_keeps_the_last_fleet_and_marks_it),
		SAYS(without_a_status_there_is_a_snapshot_all_the_same),
		SAYS(peers_that_vanish_are_forgotten_and_their_doors_stay),
		SAYS(a_status_without_ourselves_leaves_nothing_of_us),
		SAYS(a_node_listed_twice_is_one_peer),
		SAYS(a_dropped_door_is_gone),
		SAYS(a_counter_that_was_reset_has_no_rate),
		SAYS(traffic_has_a_rate_from_the_second_reading),
		SAYS(tokens_per_second_come_from_the_server_s_own_counters),
		SAYS(tokens_without_a_time_of_their_own_are_divided_by_ours),
		SAYS(what_happens_again_is_folded_and_is_the_newest),
		SAYS(only_the_last_two_hundred_events_are_kept),
		SAYS(a_fault_and_its_end_are_events_with_their_reason),
		SAYS(a_daemon_that_goes_and_comes_back_is_two_events),
		SAYS(a_model_in_the_cloud_is_not_cold),
		SAYS(what_is_well_again_needs_no_reason),
		SAYS(work_is_no_event),
		SAYS(what_is_ignored_is_shown_and_not_counted),
		SAYS(what_is_ignored_elsewhere_counts_here),
		SAYS(an_ignored_offline_host_makes_its_doors_offline_and_not_well),
		SAYS(the_status_is_that_of_the_worst_row),
		SAYS(without_an_endpoint_nothing_can_be_told),
		SAYS(who_only_listens_tells_of_the_tailnet_alone),
		SAYS(both_doors_of_a_mount_lead_to_one_engine),
		SAYS(ollama_s_models_are_those_loaded_and_those_that_could_be),
		SAYS(the_size_of_a_loaded_model_is_that_in_memory),
		SAYS(both_doors_of_a_mount_show_the_same_models),
		SAYS(another_server_at_a_url_keeps_nothing_of_the_one_before),
		SAYS(a_library_alone_does_not_tell_what_is_loaded),
		SAYS(a_model_that_is_no_longer_listed_is_gone),
		SAYS(a_model_loaded_under_a_name_of_its_own_stays_while_it_is),
		SAYS(a_clock_that_jumped_blanks_what_was_seen),
		SAYS(rates_do_not_reach_across_a_sleep),
		SAYS(two_snapshots_of_one_judgement_are_equal_to_the_byte),
		SAYS(to_judge_again_in_the_same_moment_changes_nothing),
		SAYS(what_was_sent_is_counted_by_path_and_cost),
		SAYS(a_name_that_leads_nowhere_is_no_request),
		SAYS(round_trips_are_those_of_the_connect),
		SAYS(a_ping_that_was_asked_for_says_how_it_was_answered),
		SAYS(ten_thousand_peers_keep_their_order_and_their_history),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
