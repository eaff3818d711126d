/* What an alarm tells, and what it does not: from snapshots of a ledger, with the time as the test says. */
#include "tests/unit/ledger_help.h"

#include "probes/report/alarm.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define READY "llama-server-0.5.0/ready-idle/health"
#define RAW "http://gpu1.tail4c1d.ts.net:8080"

/* A status is never late. */
static const struct ledger_terms patient = { .period_ms = DAYS(1000), .poll_ms = 10000 };

static struct alarm *alarm_of_test;
static struct alert alerts[8];

static int end(void **state)
{
	alarm_free(alarm_of_test);
	alarm_of_test = NULL;
	return forget(state);
}

/* The number of alerts at that time. */
static size_t told(struct ledger *l, double seconds)
{
	if (!alarm_of_test)
		alarm_of_test = alarm_new();
	return alarm_see(alarm_of_test, take(l, at(seconds)), alerts, ARRAY_LEN(alerts));
}

static void assert_alert(const char *who, const char *code, enum severity previous, enum severity severity)
{
	assert_string_equal(alerts[0].who, who);
	assert_string_equal(alerts[0].code, code);
	assert_int_equal(alerts[0].previous, previous);
	assert_int_equal(alerts[0].severity, severity);
	assert_true(*alerts[0].text);
}

static struct obs_status *fleet(bool is_online)
{
	struct obs_status *status = running();
	struct obs_peer *gpu1 = with_peer(status, GPU1_ID, "gpu1");

	gpu1->is_online = gpu1->is_active = is_online;
	if (!is_online)
		gpu1->current_address = "";
	return status;
}

/* One server that is well, watched for long enough. */
static struct ledger *a_server(void)
{
	struct ledger *l = watching_a("llama-server", RAW);

	answers(l, at(0), READY);
	assert_int_equal(told(l, 1), 0);
	return l;
}

static void goes_offline(struct ledger *l, double from)
{
	sees(l, at(from), fleet(false));
	told(l, from);
	sees(l, at(from + 2), fleet(false));
}

static void a_server_that_stops_and_starts_again_is_told_twice(void **state)
{
	struct ledger *l = a_server();

	(void)state;
	is_refused(l, at(100));
	assert_int_equal(told(l, 101), 1);
	assert_alert(RAW, "not-listening", SEVERITY_INFO, SEVERITY_DOWN);
	assert_string_equal(alerts[0].machine, "gpu1");
	assert_string_equal(alerts[0].url, RAW);
	assert_string_equal(alerts[0].run_on, "gpu1");
	assert_true(alerts[0].since == at(101).wall_ms);
	assert_int_equal(told(l, 110), 0);
	answers(l, at(300), READY);
	assert_int_equal(told(l, 301), 1);
	assert_alert(RAW, "not-listening", SEVERITY_DOWN, SEVERITY_INFO);
	assert_non_null(strstr(alerts[0].text, "is well again: not-listening is over"));
	assert_int_equal(told(l, 400), 0);
}

/* What it flaps to within a minute is told at the end of the minute, if it is another thing then. */
static void one_cause_is_told_once_a_minute_at_most(void **state)
{
	struct ledger *l = a_server();

	(void)state;
	is_refused(l, at(100));
	assert_int_equal(told(l, 100), 1);
	for (int second = 105; second < 155; second += 10) {
		answers(l, at(second), READY);
		assert_int_equal(told(l, second), 0);
		is_refused(l, at(second + 5));
		assert_int_equal(told(l, second + 5), 0);
	}
	assert_int_equal(told(l, 161), 0); /* down, as it was told */
	answers(l, at(162), READY);
	assert_int_equal(told(l, 163), 1);
	assert_int_equal(alerts[0].severity, SEVERITY_DEGRADED); /* endpoint-flapping */
	assert_string_equal(alerts[0].code, "endpoint-flapping");
}

static void what_stood_at_the_start_is_not_told_and_its_end_is(void **state)
{
	struct ledger *l = watching_a("llama-server", RAW);

	(void)state;
	is_refused(l, at(0));
	assert_int_equal(told(l, 1), 0);
	assert_int_equal(told(l, 100), 0);
	answers(l, at(110), READY);
	assert_int_equal(told(l, 111), 1);
	assert_alert(RAW, "not-listening", SEVERITY_DOWN, SEVERITY_INFO);
}

static void a_silent_server_at_the_start_is_not_told_when_it_is_judged_at_last(void **state)
{
	struct ledger *l = watching_a("llama-server", RAW);

	(void)state;
	stays_silent(l, at(0));
	assert_int_equal(told(l, 1), 0);
	stays_silent(l, at(40));
	assert_int_equal(told(l, 41), 0);
}

static void a_server_seen_working_that_stops_in_the_first_seconds_is_told(void **state)
{
	struct ledger *l = a_server();

	(void)state;
	is_refused(l, at(3));
	assert_int_equal(told(l, 4), 1);
}

static void a_host_seen_online_that_goes_in_the_first_seconds_is_told(void **state)
{
	struct ledger *l = a_server();

	(void)state;
	goes_offline(l, 3);
	assert_int_equal(told(l, 5), 1);
	assert_alert("gpu1", "host-offline", SEVERITY_INFO, SEVERITY_DOWN);
}

static void a_host_that_is_offline_at_the_start_is_not_told(void **state)
{
	struct ledger *l = empty_ledger(&patient);

	(void)state;
	sees(l, at(0), fleet(false));
	watches(l, "llama-server", RAW);
	assert_int_equal(told(l, 0), 0);
	sees(l, at(2), fleet(false));
	assert_int_equal(told(l, 2), 0);
	assert_int_equal(told(l, 100), 0);
	sees(l, at(200), fleet(true));
	assert_int_equal(told(l, 200), 1);
	assert_alert("gpu1", "host-offline", SEVERITY_DOWN, SEVERITY_INFO);
}

/* Its state stays, and no verdict says why: that is not well. */
static void one_silence_of_a_server_that_is_down_does_not_make_it_well(void **state)
{
	struct ledger *l = a_server();

	(void)state;
	is_refused(l, at(100));
	assert_int_equal(told(l, 101), 1);
	connect_times_out(l, at(200));
	assert_int_equal(told(l, 201), 0);
	is_refused(l, at(210));
	assert_int_equal(told(l, 211), 0);
}

static void a_machine_without_a_network_tells_that_and_no_server(void **state)
{
	struct ledger *l = a_server();

	(void)state;
	is_refused(l, at(100));
	assert_int_equal(told(l, 101), 1);
	comes_to(l, at(200), OUTCOME_UNREACHABLE);
	assert_int_equal(told(l, 201), 1);
	assert_alert("this machine", "no-route", SEVERITY_INFO, SEVERITY_DEGRADED);
}

static void a_host_with_its_servers_is_one_message_and_so_is_its_return(void **state)
{
	struct ledger *l = a_server();

	(void)state;
	for (int port = 8081; port < 8086; port++) {
		char url[64];

		snprintf(url, sizeof(url), "http://gpu1.tail4c1d.ts.net:%d", port);
		watches(l, "llama-server", url);
		answers(l, at(20), READY);
	}
	assert_int_equal(told(l, 21), 0);
	goes_offline(l, 100);
	assert_int_equal(told(l, 102), 1);
	assert_alert("gpu1", "host-offline", SEVERITY_INFO, SEVERITY_DOWN);
	assert_int_equal(alerts[0].servers, 6);
	assert_string_equal(alerts[0].machine, "gpu1");
	assert_string_equal(alerts[0].url, "");
	assert_non_null(strstr(alerts[0].text, " (6 servers with it)"));
	sees(l, at(200), fleet(true));
	assert_int_equal(told(l, 200), 1);
	assert_alert("gpu1", "host-offline", SEVERITY_DOWN, SEVERITY_INFO);
	assert_string_equal(alerts[0].text, "gpu1 is well again: host-offline is over (6 servers with it)");
	assert_int_equal(told(l, 300), 0);
}

static void a_server_that_was_down_is_not_well_because_its_host_is_offline(void **state)
{
	struct ledger *l = a_server();

	(void)state;
	is_refused(l, at(100));
	assert_int_equal(told(l, 101), 1);
	goes_offline(l, 200);
	assert_int_equal(told(l, 202), 1); /* the host */
	assert_string_equal(alerts[0].who, "gpu1");
	sees(l, at(300), fleet(true));
	assert_int_equal(told(l, 300), 1); /* the host again */
	assert_string_equal(alerts[0].who, "gpu1");
	is_refused(l, at(310));
	assert_int_equal(told(l, 320), 0); /* as it was told */
	answers(l, at(330), READY);
	assert_int_equal(told(l, 331), 1);
	assert_alert(RAW, "not-listening", SEVERITY_DOWN, SEVERITY_INFO);
}

/* Old timeouts of its servers are no evidence after a host came back. */
static void the_first_seconds_after_a_host_came_back_are_not_judged(void **state)
{
	struct ledger *l = a_server();

	(void)state;
	goes_offline(l, 100);
	assert_int_equal(told(l, 102), 1);
	connect_times_out(l, at(110));
	connect_times_out(l, at(120));
	assert_int_equal(told(l, 121), 0);
	sees(l, at(200), fleet(true));
	assert_int_equal(told(l, 200), 1);
	assert_string_equal(alerts[0].who, "gpu1");
	assert_int_equal(told(l, 203), 0);
	answers(l, at(205), READY);
	assert_int_equal(told(l, 300), 0);
}

static void a_daemon_that_is_away_is_told_and_nothing_of_its_rows(void **state)
{
	struct ledger *l = a_server();
	struct obs_status *stopped = in_state(BACKEND_STOPPED, "Stopped");

	(void)state;
	with_peer(stopped, GPU1_ID, "gpu1");
	sees(l, at(100), stopped);
	assert_int_equal(told(l, 101), 1);
	assert_alert("this machine", "tailscale-stopped", SEVERITY_INFO, SEVERITY_DOWN);
	assert_int_equal(told(l, 150), 0);
	sees(l, at(200), fleet(true));
	assert_int_equal(told(l, 200), 1);
	assert_alert("this machine", "tailscale-stopped", SEVERITY_DOWN, SEVERITY_INFO);
	answers(l, at(201), READY);
	assert_int_equal(told(l, 300), 0);
}

static void muted_verdicts_never_alarm(void **state)
{
	static const char *const ignore[] = { "not-listening", "host-offline@gpu1" };
	const struct ledger_terms terms = { .period_ms = DAYS(1000),
		.poll_ms = 10000,
		.ignore = (char *const *)(uintptr_t)ignore,
		.ignore_count = ARRAY_LEN(ignore) };
	struct ledger *l = empty_ledger(&terms);

	(void)state;
	sees(l, at(0), fleet(true));
	watches(l, "llama-server", RAW);
	answers(l, at(0), READY);
	assert_int_equal(told(l, 1), 0);
	is_refused(l, at(100));
	assert_int_equal(told(l, 101), 0);
	goes_offline(l, 200);
	assert_int_equal(told(l, 202), 0);
	sees(l, at(300), fleet(true));
	assert_int_equal(told(l, 330), 0);
}

static void what_gets_worse_and_better_is_told_with_what_it_was(void **state)
{
	struct ledger *l = a_server();

	(void)state;
	for (int second = 100; second <= 202; second += 2) {
		struct obs_status *expiring = fleet(second < 200);

		expiring->peers[0].key_expiry = at(0).wall_ms + DAYS(3);
		sees(l, at(second), expiring);
		if (second < 202)
			assert_int_equal(told(l, second), second == 100);
		if (second == 100)
			assert_alert("gpu1", "key-expiring", SEVERITY_INFO, SEVERITY_DEGRADED);
	}
	assert_int_equal(told(l, 202), 1);
	assert_alert("gpu1", "host-offline", SEVERITY_DEGRADED, SEVERITY_DOWN);
}

static void a_peer_without_a_server_is_nobodys_alarm(void **state)
{
	struct ledger *l = empty_ledger(NULL);

	(void)state;
	sees(l, at(0), fleet(true));
	assert_int_equal(told(l, 1), 0);
	goes_offline(l, 100);
	assert_int_equal(told(l, 103), 0);
}

/* An hour after it stopped it is grey: nobody made it well. */
static void a_server_that_is_gone_is_not_well_again(void **state)
{
	struct ledger *l = empty_ledger(NULL);

	(void)state;
	sees(l, at(0), fleet(true));
	finds_by_port(true);
	watches(l, "llama-server", RAW);
	finds_by_port(false);
	answers(l, at(0), READY);
	assert_int_equal(told(l, 1), 0);
	is_refused(l, at(100));
	assert_int_equal(told(l, 101), 1);
	is_refused(l, at(4000));
	assert_no_verdict(take(l, at(4001)), "not-listening");
	assert_int_equal(told(l, 4001), 0);
}

static void what_has_no_room_is_told_next(void **state)
{
	struct ledger *l = a_server();
	struct alert one;

	(void)state;
	watches(l, "llama-server", "http://gpu1.tail4c1d.ts.net:8081");
	answers(l, at(20), READY);
	assert_int_equal(told(l, 21), 0);
	is_refused(l, at(100));
	watches(l, "llama-server", RAW);
	is_refused(l, at(100));
	assert_int_equal(alarm_see(alarm_of_test, take(l, at(101)), &one, 1), 1);
	assert_int_equal(alarm_see(alarm_of_test, take(l, at(102)), &one, 1), 1);
	assert_int_equal(alarm_see(alarm_of_test, take(l, at(103)), &one, 1), 0);
}

static void a_dead_backend_and_its_mount_are_one_message(void **state)
{
	static const struct obs_mount mount = { .host = "admin.tail4c1d.ts.net",
		.service = "",
		.path = "/",
		.target = "http://127.0.0.1:8080",
		.port = 443,
		.protocol = SERVE_HTTPS,
		.url = "https://admin.tail4c1d.ts.net",
		.backend = "http://127.0.0.1:8080" };
	struct ledger *l = empty_ledger(&patient);

	(void)state;
	sees(l, at(0), fleet(true));
	sees_serve(l, &mount, 1);
	watches_own(l, "llama-server", "http://127.0.0.1:8080");
	answers(l, at(0), READY);
	watches_own(l, "llama-server", "https://admin.tail4c1d.ts.net");
	answers(l, at(1), READY);
	assert_int_equal(told(l, 2), 0);
	says(l, at(100), 502, "", ""); /* the mount is asked first */
	assert_int_equal(told(l, 100), 1);
	assert_alert("http://127.0.0.1:8080", "bad-gateway", SEVERITY_INFO, SEVERITY_DOWN);
	watches_own(l, "llama-server", "http://127.0.0.1:8080");
	is_refused(l, at(101));
	assert_int_equal(told(l, 101), 0);
	answers(l, at(200), READY);
	watches_own(l, "llama-server", "https://admin.tail4c1d.ts.net");
	answers(l, at(200), READY);
	assert_int_equal(told(l, 201), 1);
	assert_int_equal(alerts[0].severity, SEVERITY_INFO);
	assert_int_equal(told(l, 300), 0);
}

/* A port and an HTTPS URL of another machine: the same server with the same models. */
static struct ledger *one_engine(void)
{
	struct ledger *l = watching_a("llama-server", RAW);

	answers(l, at(0), READY);
	answers(l, at(0), "llama-server-0.5.0/ready-idle/v1-models");
	watches(l, "llama-server", GPU1);
	answers(l, at(0), READY);
	answers(l, at(0), "llama-server-0.5.0/ready-idle/v1-models");
	assert_int_equal(told(l, 1), 0);
	return l;
}

static void refuses(struct ledger *l, const char *url, double seconds)
{
	watches(l, "llama-server", url);
	is_refused(l, at(seconds));
}

static void works(struct ledger *l, const char *url, double seconds)
{
	watches(l, "llama-server", url);
	answers(l, at(seconds), READY);
}

static void an_engine_with_two_urls_is_one_message_and_so_is_its_return(void **state)
{
	struct ledger *l = one_engine();

	(void)state;
	refuses(l, GPU1, 100);
	assert_int_equal(told(l, 100), 1);
	assert_alert(GPU1, "not-listening", SEVERITY_INFO, SEVERITY_DOWN);
	assert_string_equal(alerts[0].machine, "gpu1");
	refuses(l, RAW, 105);
	assert_int_equal(told(l, 105), 0);
	assert_int_equal(told(l, 170), 0);
	works(l, GPU1, 200);
	assert_int_equal(told(l, 200), 0); /* the other is down */
	works(l, RAW, 210);
	assert_int_equal(told(l, 210), 1);
	assert_alert(GPU1, "not-listening", SEVERITY_DOWN, SEVERITY_INFO);
	assert_int_equal(told(l, 300), 0);
}

static void the_other_url_of_an_engine_that_fails_much_later_is_news(void **state)
{
	struct ledger *l = one_engine();

	(void)state;
	refuses(l, GPU1, 100);
	assert_int_equal(told(l, 100), 1);
	refuses(l, RAW, 400);
	assert_int_equal(told(l, 400), 1);
	assert_alert(RAW, "not-listening", SEVERITY_DOWN, SEVERITY_DOWN);
	assert_int_equal(told(l, 500), 0);
}

#define SAYS(test) cmocka_unit_test_teardown(test, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		SAYS(a_server_that_stops_and_starts_again_is_told_twice),
		SAYS(one_cause_is_told_once_a_minute_at_most),
		SAYS(what_stood_at_the_start_is_not_told_and_its_end_is),
		SAYS(a_silent_server_at_the_start_is_not_told_when_it_is_judged_at_last),
		SAYS(a_server_seen_working_that_stops_in_the_first_seconds_is_told),
		SAYS(one_silence_of_a_server_that_is_down_does_not_make_it_well),
		SAYS(a_machine_without_a_network_tells_that_and_no_server),
		SAYS(a_host_seen_online_that_goes_in_the_first_seconds_is_told),
		SAYS(a_host_that_is_offline_at_the_start_is_not_told),
		SAYS(a_host_with_its_servers_is_one_message_and_so_is_its_return),
		SAYS(a_server_that_was_down_is_not_well_because_its_host_is_offline),
		SAYS(the_first_seconds_after_a_host_came_back_are_not_judged),
		SAYS(a_daemon_that_is_away_is_told_and_nothing_of_its_rows),
		SAYS(muted_verdicts_never_alarm),
		SAYS(what_gets_worse_and_better_is_told_with_what_it_was),
		SAYS(a_peer_without_a_server_is_nobodys_alarm),
		SAYS(a_server_that_is_gone_is_not_well_again),
		SAYS(what_has_no_room_is_told_next),
		SAYS(a_dead_backend_and_its_mount_are_one_message),
		SAYS(an_engine_with_two_urls_is_one_message_and_so_is_its_return),
		SAYS(the_other_url_of_an_engine_that_fails_much_later_is_news),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
