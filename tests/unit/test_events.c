/* Events: by cause, once, with all that the event log writes. */
#include "tests/unit/ledger_help.h"

#include "probes/ledger/events.h"
#include "probes/ledger/state.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define READY "llama-server-0.5.0/ready-idle/health"
#define HOST "https://gpu1.tail4c1d.ts.net"
#define ROUTED "http://10.7.0.%d:8080"

static struct obs_status *fleet(bool is_online)
{
	struct obs_status *status = running();
	struct obs_peer *gpu1 = with_peer(status, GPU1_ID, "gpu1");

	gpu1->is_online = is_online;
	gpu1->is_active = is_online;
	if (!is_online)
		gpu1->current_address = "";
	return status;
}

/* Six servers on gpu1, all of them well. */
static struct ledger *six_servers(void)
{
	static const char *const urls[] = { HOST, HOST ":8443", HOST ":10000", "http://gpu1.tail4c1d.ts.net:8080",
		"http://gpu1.tail4c1d.ts.net:8081", "http://gpu1.tail4c1d.ts.net:8082" };
	struct ledger *l = watching_a("llama-server", urls[0]);

	for (size_t i = 0; i < ARRAY_LEN(urls); i++) {
		watches(l, "llama-server", urls[i]);
		answers(l, at(0), READY);
	}
	assert_int_equal(take(l, at(1))->event_count, 0);
	return l;
}

static void goes_offline(struct ledger *l, double from)
{
	sees(l, at(from), fleet(false));
	take(l, at(from));
	sees(l, at(from + 2), fleet(false));
}

static const struct event *newest(const struct snapshot *s)
{
	assert_true(s->event_count > 0);
	return &s->events[0];
}

static void assert_event(const struct event *event, const char *who, const char *code, enum severity severity,
	const char *text)
{
	assert_string_equal(event->who, who);
	assert_string_equal(event->code, code);
	assert_int_equal(event->severity, severity);
	assert_string_equal(event->text, text);
}

static void a_host_with_six_servers_goes_and_comes_back_as_one_event_each(void **state)
{
	struct ledger *l = six_servers();
	const struct snapshot *s;

	(void)state;
	goes_offline(l, 100);
	s = take(l, at(102));
	assert_int_equal(s->event_count, 1);
	assert_event(newest(s), "gpu1", "host-offline", SEVERITY_DOWN, "went offline: 6 servers with it");
	assert_string_equal(newest(s)->machine, "gpu1");
	assert_int_equal(take(l, at(104))->event_count, 1);
	sees(l, at(200), fleet(true));
	s = take(l, at(200));
	assert_int_equal(s->event_count, 2);
	assert_event(newest(s), "gpu1", "host-offline", SEVERITY_INFO, "is back online: 6 servers with it");
	assert_state(s, STATE_OK);
	assert_int_equal(take(l, at(202))->event_count, 2);
}

static void a_server_that_does_not_come_back_with_its_host_has_an_event_of_its_own(void **state)
{
	struct ledger *l = six_servers();
	const struct snapshot *s;

	(void)state;
	goes_offline(l, 100);
	take(l, at(102));
	sees(l, at(200), fleet(true));
	take(l, at(200));
	is_refused(l, at(201)); /* the last one */
	s = take(l, at(202));
	assert_int_equal(s->event_count, 3);
	assert_string_equal(newest(s)->who, "http://gpu1.tail4c1d.ts.net:8082");
	assert_string_equal(newest(s)->code, "not-listening");
	assert_string_equal(newest(s)->machine, "gpu1");
}

static void the_cause_comes_before_what_follows_and_a_trouble_that_it_hid_is_no_news(void **state)
{
	struct ledger *l = six_servers();
	const struct snapshot *s;

	(void)state;
	is_refused(l, at(50)); /* the last one */
	assert_int_equal(take(l, at(51))->event_count, 1);
	goes_offline(l, 100);
	assert_int_equal(take(l, at(102))->event_count, 2);
	sees(l, at(200), fleet(true));
	s = take(l, at(200));
	assert_int_equal(s->event_count, 3);
	assert_string_equal(newest(s)->who, "gpu1");
	goes_offline(l, 300);
	take(l, at(302));
	connect_times_out(l, at(310));
	connect_times_out(l, at(320));
	sees(l, at(400), fleet(true));
	s = take(l, at(400));
	assert_string_equal(s->events[1].text, "is back online: 6 servers with it");
	assert_string_equal(s->events[0].code, "filtered");
}

static void a_server_that_stops_alone_is_its_own_event(void **state)
{
	struct ledger *l = six_servers();
	const struct snapshot *s;

	(void)state;
	is_refused(l, at(100));
	s = take(l, at(101));
	assert_int_equal(s->event_count, 1);
	assert_string_equal(newest(s)->code, "not-listening");
	assert_int_equal(newest(s)->severity, SEVERITY_DOWN);
	answers(l, at(110), READY);
	s = take(l, at(111));
	assert_event(newest(s), "http://gpu1.tail4c1d.ts.net:8082", "not-listening", SEVERITY_INFO, "down → ok");
}

static void a_daemon_that_is_away_brings_no_host_back(void **state)
{
	struct ledger *l = six_servers();
	struct obs_status *stopped = in_state(BACKEND_STOPPED, "Stopped");
	const struct snapshot *s;

	(void)state;
	goes_offline(l, 100);
	take(l, at(102));
	with_peer(stopped, GPU1_ID, "gpu1");
	sees(l, at(110), stopped);
	take(l, at(110));
	sees(l, at(120), fleet(false));
	take(l, at(120));
	sees(l, at(122), fleet(false));
	s = take(l, at(122));
	for (size_t i = 0; i < s->event_count; i++)
		assert_null(strstr(s->events[i].text, "is back online"));
}

static void a_host_that_is_offline_at_the_start_is_no_event_and_its_return_is_one(void **state)
{
	struct ledger *l = empty_ledger(NULL);
	const struct snapshot *s;

	(void)state;
	sees(l, at(0), fleet(false));
	watches(l, "llama-server", HOST);
	take(l, at(0));
	sees(l, at(2), fleet(false));
	assert_int_equal(take(l, at(2))->event_count, 0);
	sees(l, at(60), fleet(true));
	s = take(l, at(60));
	assert_int_equal(s->event_count, 1);
	assert_string_equal(newest(s)->text, "is back online: 1 server with it");
}

static struct obs_status *with_router(bool is_online)
{
	static const char *const routes[] = { "10.7.0.0/24", NULL };
	struct obs_status *status = fleet(true);
	struct obs_peer *router = with_peer(status, "n7", "router");

	router->routes = routes;
	router->is_online = router->is_active = is_online;
	if (!is_online)
		router->current_address = "";
	return status;
}

static void watches_behind(struct ledger *l, int host)
{
	char url[64], address[32];

	snprintf(url, sizeof(url), ROUTED, host);
	snprintf(address, sizeof(address), "10.7.0.%d", host);
	watches(l, "llama-server", url);
	ledger_see(l,
		&(struct observation){ .kind = OBSERVED_ENDPOINT,
			.endpoint = &(struct obs_endpoint){ .url = url,
				.server = "llama-server",
				.address = address,
				.peer_id = "",
				.at = ":8080",
				.port = 8080,
				.found_by = FOUND_CONFIG,
				.is_pinned = true } },
		at(0));
}

static void a_dead_router_is_one_event_that_counts_what_is_behind_it(void **state)
{
	struct ledger *l = empty_ledger(NULL);
	const struct snapshot *s;

	(void)state;
	sees(l, at(0), with_router(true));
	for (int host = 1; host <= 3; host++) {
		watches_behind(l, host);
		answers(l, at(0), READY);
	}
	assert_int_equal(take(l, at(1))->event_count, 0);
	sees(l, at(100), with_router(false));
	sees(l, at(102), with_router(false));
	for (int host = 1; host <= 3; host++) {
		watches_behind(l, host);
		connect_times_out(l, at(102 + host));
		connect_times_out(l, at(112 + host));
		s = take(l, at(112 + host));
		assert_int_equal(s->event_count, 1);
	}
	assert_event(newest(s), "router", "router-offline", SEVERITY_DOWN, "went offline: 3 servers with it");
	sees(l, at(200), with_router(true));
	for (int host = 1; host <= 3; host++) {
		watches_behind(l, host);
		answers(l, at(201), READY);
	}
	s = take(l, at(202));
	assert_int_equal(s->event_count, 2);
	assert_event(newest(s), "router", "router-offline", SEVERITY_INFO, "is back online: 3 servers with it");
}

static struct obs_status *expiring_fleet(void)
{
	struct obs_status *expiring = fleet(true);

	expiring->peers[0].key_expiry = at(0).wall_ms + DAYS(3);
	return expiring;
}

static void trouble_of_a_path_is_told_once_for_all_its_servers(void **state)
{
	struct ledger *l = six_servers();
	const struct snapshot *s;

	(void)state;
	sees(l, at(100), expiring_fleet());
	s = take(l, at(100));
	assert_int_equal(s->event_count, 1);
	assert_string_equal(newest(s)->who, "gpu1");
	assert_string_equal(newest(s)->code, "key-expiring");
	assert_int_equal(newest(s)->severity, SEVERITY_DEGRADED);
	sees(l, at(110), fleet(true));
	s = take(l, at(110));
	assert_int_equal(s->event_count, 2);
	assert_string_equal(newest(s)->text, "key-expiring is over");
}

static void the_end_of_a_trouble_is_told_although_one_from_elsewhere_stays(void **state)
{
	struct ledger *l = six_servers();
	const struct snapshot *s;

	(void)state;
	sees(l, at(100), expiring_fleet());
	take(l, at(100));
	is_refused(l, at(150));
	s = take(l, at(150));
	assert_int_equal(s->event_count, 2);
	assert_string_equal(newest(s)->code, "not-listening");
	answers(l, at(200), READY);
	s = take(l, at(200));
	assert_int_equal(s->event_count, 3);
	assert_event(
		newest(s), "http://gpu1.tail4c1d.ts.net:8082", "not-listening", SEVERITY_INFO, "down → warn");
	take(l, at(210));
	assert_int_equal(take(l, at(220))->event_count, 3);
}

static void numbers_rise_with_time_and_a_repeat_gets_a_new_one(void **state)
{
	struct ledger *l = empty_ledger(NULL);
	const struct event one = { .who = "gpu1", .code = "path", .text = "one" };
	const struct event other = { .who = "gpu1", .code = "path", .text = "other" };
	const struct snapshot *s;

	(void)state;
	events_note(l, &one, at(0));
	events_note(l, &other, at(1));
	events_note(l, &one, at(2));
	s = take(l, at(3));
	assert_int_equal(s->event_count, 2);
	assert_int_equal(s->events[0].number, 3);
	assert_int_equal(s->events[1].number, 2);
}

#define LAPTOP "100.64.0.9"

static struct obs_status *with_laptop(void)
{
	static const char *const addresses[] = { LAPTOP, NULL };
	struct obs_status *status = fleet(true);

	with_peer(status, "n9", "laptop")->addresses = addresses;
	return status;
}

static void a_peer_that_uses_a_server_for_the_first_time_is_an_event(void **state)
{
	struct ledger *l = watching(HOST);
	const struct snapshot *s;

	(void)state;
	sees(l, at(0), with_laptop());
	watches_own(l, "llama-server", "http://127.0.0.1:8080");
	starts_capture(l, at(1));
	take(l, at(2));
	hears(l, at(100), "flow client=" LAPTOP " server=100.64.0.1:8080 connections=1 open=0 up_bytes=900 "
			 "down_bytes=9000 exchanges=1");
	s = take(l, at(101));
	assert_int_equal(s->flow_count, 1);
	assert_int_equal(s->event_count, 1);
	assert_event(newest(s), "http://127.0.0.1:8080", "first-client", SEVERITY_INFO,
		"laptop uses it for the first time since the start");
	hears(l, at(102), "flow client=" LAPTOP " server=100.64.0.1:8080 connections=2 open=0 up_bytes=900 "
			 "down_bytes=9000 exchanges=2");
	assert_int_equal(take(l, at(103))->event_count, 1);
}

#define SAYS(test) cmocka_unit_test_teardown(test, forget)

int main(void)
{
	const struct CMUnitTest tests[] = {
		SAYS(a_host_with_six_servers_goes_and_comes_back_as_one_event_each),
		SAYS(a_server_that_does_not_come_back_with_its_host_has_an_event_of_its_own),
		SAYS(the_cause_comes_before_what_follows_and_a_trouble_that_it_hid_is_no_news),
		SAYS(a_server_that_stops_alone_is_its_own_event),
		SAYS(a_daemon_that_is_away_brings_no_host_back),
		SAYS(a_host_that_is_offline_at_the_start_is_no_event_and_its_return_is_one),
		SAYS(a_dead_router_is_one_event_that_counts_what_is_behind_it),
		SAYS(trouble_of_a_path_is_told_once_for_all_its_servers),
		SAYS(the_end_of_a_trouble_is_told_although_one_from_elsewhere_stays),
		SAYS(numbers_rise_with_time_and_a_repeat_gets_a_new_one),
		SAYS(a_peer_that_uses_a_server_for_the_first_time_is_an_event),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
