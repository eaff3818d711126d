/* What is wrong with our own mounts and with Services, and what is only unusual. */
#include "tests/unit/ledger_help.h"

#include "probes/base/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#define HOST "admin.tail4c1d.ts.net"
#define ADMIN "https://" HOST
#define BACKEND "http://127.0.0.1:11434"
#define SERVICE "https://llm.tail4c1d.ts.net"
#define READY "ollama-0.17.4/loaded-idle/api-ps"

static const struct obs_mount good = { .host = HOST,
	.service = "",
	.port = 443,
	.path = "/",
	.target = BACKEND,
	.url = ADMIN,
	.backend = BACKEND };

/* This mount, whose endpoint is asked next. */
static struct ledger *serving(struct obs_mount mount)
{
	struct ledger *l = watching(GPU1);

	sees_serve(l, &mount, 1);
	watches(l, NULL, mount.url);
	return l;
}

static void a_mount_that_works_raises_nothing(void **state)
{
	struct ledger *l = serving(good);
	const struct snapshot *s;

	(void)state;
	watches(l, "ollama", ADMIN);
	answers(l, at(0), READY);
	s = take(l, at(1));
	for (const struct rule *rule = serve_rules; rule->code; rule++)
		assert_no_verdict(s, rule->code);
	for (const struct rule *rule = mount_rules; rule->code; rule++)
		assert_no_verdict(s, rule->code);
}

static struct obs_mount with_host(const char *host, const char *url)
{
	struct obs_mount mount = good;

	mount.host = host;
	mount.url = url;
	return mount;
}

static void a_mount_for_a_name_that_the_machine_had_is_told_with_the_way_to_serve_again(void **state)
{
	struct obs_mount old = with_host("oldbox.tail4c1d.ts.net", "https://oldbox.tail4c1d.ts.net/x");
	struct ledger *l;
	const struct snapshot *s;

	(void)state;
	old.path = "/x";
	l = serving(old);
	s = take(l, at(1)); /* not asked yet: the mount itself tells it */
	assert_fix(assert_says(s, "serve-renamed", LAYER_HTTP, SEVERITY_DOWN, STATE_FAULT,
			   "for oldbox.tail4c1d.ts.net, but this machine's name is " HOST),
		"sudo tailscale serve reset && sudo tailscale serve --bg "
		"--https=443 --set-path=/x " BACKEND);
	tls_fails(l, at(1), TLS_ALERT_INTERNAL);
	s = take(l, at(2));
	assert_int_equal(endpoint_row(s, "https://oldbox.tail4c1d.ts.net/x")->state, STATE_FAULT);
	assert_no_verdict(s, "cert-not-issued");
}

static void a_name_of_this_node_or_its_certificates_or_a_service_is_no_old_one(void **state)
{
	static const char *const domains[] = { "alias.example.net", NULL };
	struct obs_mount service = with_host("llm.tail4c1d.ts.net", SERVICE);
	struct ledger *l = watching(GPU1);
	struct obs_status *status = running();
	struct obs_mount mounts[] = { with_host("ADMIN.tail4c1d.ts.net", ADMIN),
		with_host("alias.example.net", "https://alias.example.net"), with_host("", "http://" HOST),
		service };

	(void)state;
	mounts[3].service = "svc:llm";
	status->cert_domains = domains;
	sees(l, at(0), status);
	sees_serve(l, mounts, ARRAY_LEN(mounts));
	assert_no_verdict(take(l, at(1)), "serve-renamed");
}

static void a_target_without_its_brackets_is_told_with_one_that_works(void **state)
{
	struct obs_mount mount = good;
	struct ledger *l;
	const struct snapshot *s;

	(void)state;
	mount.target = "http://::1:1234";
	mount.backend = "";
	l = serving(mount);
	says(l, at(0), 500, "Content-Type: text/plain\n", "unknown proxy destination\n");
	s = take(l, at(1));
	assert_fix(assert_says(s, "bad-target", LAYER_HTTP, SEVERITY_DOWN, STATE_FAULT, "http://::1:1234"),
		"sudo tailscale serve --bg --https=443 http://localhost:1234");
	assert_no_verdict(s, "server-error");
	mount.service = "svc:llm";
	assert_fix(assert_verdict(take(serving(mount), at(1)), "bad-target"),
		"sudo tailscale serve --bg --service=svc:llm --https=443 http://localhost:1234");
	mount.service = "";
	mount.path = "/a b";
	assert_fix(assert_verdict(take(serving(mount), at(1)), "bad-target"),
		"sudo tailscale serve --bg --https=443 --set-path='/a b' http://localhost:1234");
	mount.path = "/";
	mount.target = "http://::1:11434"; /* Ollama's port */
	assert_fix(assert_verdict(take(serving(mount), at(1)), "bad-target"),
		"sudo tailscale serve --bg --tcp=11434 tcp://127.0.0.1:11434; then use http://100.64.0.1:11434");
	mount.target = "http://fd7a:115c:a1e0::5:1234";
	assert_fix(assert_verdict(take(serving(mount), at(1)), "bad-target"), "brackets");
	mount.target = "http://[::1]:1234";
	assert_no_verdict(take(serving(mount), at(1)), "bad-target");
}

static void another_program_at_the_port_is_no_matter_of_certificates(void **state)
{
	struct obs_mount mount = good;
	struct ledger *l;
	const struct snapshot *s;

	(void)state;
	mount.is_port_taken = true;
	l = serving(mount);
	assert_no_verdict(take(l, at(1)), "port-taken");
	tls_fails(l, at(1), TLS_ALERT_INTERNAL);
	s = take(l, at(2));
	assert_fix(assert_says(s, "port-taken", LAYER_PORT, SEVERITY_DEGRADED, STATE_FAULT,
			   "listens on port 443 of all addresses"),
		"sudo ss -ltnp sport = :443");
	assert_no_verdict(s, "cert-not-issued");
	l = serving(good);
	tls_fails(l, at(1), TLS_ALERT_INTERNAL);
	assert_no_verdict(take(l, at(2)), "port-taken");
}

static struct ledger *serving_a_service(void)
{
	struct obs_mount mount = with_host("llm.tail4c1d.ts.net", SERVICE);

	mount.service = "svc:llm";
	return serving(mount);
}

static void an_own_service_that_refuses_is_told_without_opening_its_port_at_the_node(void **state)
{
	struct ledger *l = serving_a_service();
	const struct verdict *verdict;

	(void)state;
	is_refused(l, at(0));
	verdict = assert_says(take(l, at(1)), "not-listening", LAYER_PORT, SEVERITY_DOWN, STATE_DOWN,
		"llm.tail4c1d.ts.net:443, the address of this machine's own Service svc:llm");
	assert_string_equal(verdict->fix, "sudo tailscale serve advertise svc:llm");
}

static void that_this_machine_does_not_reach_its_own_service_proves_nothing(void **state)
{
	struct ledger *l = serving_a_service();
	const struct snapshot *s;

	(void)state;
	connect_times_out(l, at(0));
	connect_times_out(l, at(2));
	s = take(l, at(3));
	assert_says(s, "service-untested", LAYER_PORT, SEVERITY_INFO, STATE_UNKNOWN, "svc:llm");
	assert_nothing_above_info(s);
}

/* Of others: its address is no peer's. */
static struct ledger *using_a_service(const char *health)
{
	struct ledger *l = watching(GPU1);
	struct obs_status *status = running();

	status->health = list_of(status, health);
	sees(l, at(0), status);
	ledger_see(l,
		&(struct observation){ .kind = OBSERVED_ENDPOINT,
			.endpoint = &(struct obs_endpoint){ .url = SERVICE,
				.peer_id = "",
				.address = "100.64.9.1",
				.at = "",
				.port = 443,
				.is_pinned = true,
				.is_of_tailnet = true,
				.server = "" } },
		at(0));
	for (int i = 0; i < 2; i++) {
		struct obs_answer answer = an_answer(SERVICE, "/", OUTCOME_CONNECT_TIMEOUT, 0);

		answer.is_primary = true;
		ledger_see(l, &(struct observation){ .kind = OBSERVED_ANSWER, .answer = &answer }, at(i));
	}
	return l;
}

/* A Service is no machine on which a command could be run. */
static void a_service_of_others_is_mended_where_it_is_hosted(void **state)
{
	struct ledger *l = using_a_service("something else");
	struct obs_answer answer = an_answer(SERVICE, "/", OUTCOME_ANSWERED, 502);
	const struct verdict *verdict;

	(void)state;
	answer.is_primary = true;
	answer.shape = BODY_EMPTY;
	ledger_see(l, &(struct observation){ .kind = OBSERVED_ANSWER, .answer = &answer }, at(5));
	verdict = assert_verdict(take(l, at(6)), "bad-gateway");
	assert_fix(verdict, "on a machine that hosts llm.tail4c1d.ts.net");
	assert_string_equal(verdict->run, "");
}

static void a_service_may_need_routes_that_are_not_accepted(void **state)
{
	const struct snapshot *s = take(
		using_a_service("Some peers are advertising routes but --accept-routes is false"), at(2));

	(void)state;
	assert_string_equal(assert_says(s, "routes-not-accepted", LAYER_PATH, SEVERITY_DOWN, STATE_DOWN,
				    "llm.tail4c1d.ts.net cannot be reached, probably")
				    ->fix,
		"sudo tailscale set --accept-routes");
	assert_no_verdict(s, "filtered");
	s = take(using_a_service("something else"), at(2));
	assert_no_verdict(s, "routes-not-accepted");
	assert_verdict(s, "filtered");
}

static void a_service_that_refuses_is_not_told_to_be_opened_at_a_node(void **state)
{
	struct ledger *l = using_a_service("");
	struct obs_answer answer = an_answer(SERVICE, "/", OUTCOME_REFUSED, 0);
	const struct snapshot *s;

	(void)state;
	answer.is_primary = true;
	ledger_see(l, &(struct observation){ .kind = OBSERVED_ANSWER, .answer = &answer }, at(3));
	s = take(l, at(4));
	assert_fix(assert_says(s, "not-listening", LAYER_PORT, SEVERITY_DOWN, STATE_DOWN,
			   "llm.tail4c1d.ts.net:443"),
		"start the server behind");
	assert_null(strstr(assert_verdict(s, "not-listening")->fix, "serve --bg"));
}

static void assert_unexpanded(const char *target, bool is_told)
{
	struct obs_mount mount = good;
	struct ledger *l = watching(GPU1);
	const struct snapshot *s;

	mount.target = target;
	mount.url = mount.backend = "";
	sees_serve(l, &mount, 1);
	s = take(l, at(1));
	if (is_told)
		assert_says(s, "unexpanded-config", LAYER_HTTP, SEVERITY_DOWN, STATE_FAULT, target);
	else
		assert_no_verdict(s, "unexpanded-config");
}

static void tailscaled_expands_two_variables_of_a_redirect_itself(void **state)
{
	(void)state;
	assert_unexpanded("redirect:301:https://${HOST}${REQUEST_URI}", false);
	assert_unexpanded("redirect:https://x.example${REQUEST_URI}", false);
	assert_unexpanded("redirect:https://${TS_CERT_DOMAIN}${REQUEST_URI}", true);
	assert_unexpanded("http://${HOST}:8080", true);
}

static void what_is_no_llm_server_may_be_public(void **state)
{
	struct obs_mount mount = good;
	struct ledger *l;
	const struct snapshot *s;

	(void)state;
	mount.is_funnel = true;
	mount.target = "path:/srv/www";
	mount.url = mount.backend = "";
	l = watching(GPU1);
	sees_serve(l, &mount, 1);
	assert_nothing_above_info(take(l, at(1)));
	mount = good;
	mount.is_funnel = true;
	l = watching(GPU1);
	sees_serve(l, &mount, 1);
	assert_says(
		take(l, at(1)), "funnel-public", LAYER_EXPOSURE, SEVERITY_DEGRADED, STATE_WARN, HOST ":443/");
	ledger_see(l, &(struct observation){ .kind = OBSERVED_WEB, .url = BACKEND }, at(1));
	s = take(l, at(2));
	assert_nothing_above_info(s);
	assert_int_equal(s->mounts[0].backend_state, STATE_WEB);
}

static void a_plain_server_asked_by_tls_is_told(void **state)
{
	struct obs_mount mount = good;
	struct ledger *l = watching(GPU1);

	(void)state;
	mount.target = "https+insecure://127.0.0.1:11434";
	mount.backend = "https://127.0.0.1:11434";
	sees_serve(l, &mount, 1);
	watches_own(l, NULL, mount.backend);
	tls_fails(l, at(2), TLS_NOT_TLS);
	assert_fix(assert_says(take(l, at(3)), "proxy-scheme", LAYER_HTTP, SEVERITY_DOWN, STATE_FAULT,
			   "speaks no TLS"),
		"tcp://127.0.0.1:11434");
	l = watching(GPU1);
	mount.target = "https+insecure://192.168.77.5:11434";
	mount.backend = "https://192.168.77.5:11434";
	sees_serve(l, &mount, 1);
	watches(l, NULL, mount.backend);
	tls_fails(l, at(2), TLS_NOT_TLS);
	assert_fix(assert_verdict(take(l, at(3)), "proxy-scheme"), "http://192.168.77.5:11434");
}

static void every_code_is_tested_both_ways(void **state)
{
	(void)state;
	assert_covered(serve_rules);
	assert_covered(mount_rules);
}

#define SAYS(test) cmocka_unit_test_teardown(test, forget)

int main(void)
{
	const struct CMUnitTest tests[] = {
		SAYS(a_mount_that_works_raises_nothing),
		SAYS(a_mount_for_a_name_that_the_machine_had_is_told_with_the_way_to_serve_again),
		SAYS(a_name_of_this_node_or_its_certificates_or_a_service_is_no_old_one),
		SAYS(a_target_without_its_brackets_is_told_with_one_that_works),
		SAYS(another_program_at_the_port_is_no_matter_of_certificates),
		SAYS(an_own_service_that_refuses_is_told_without_opening_its_port_at_the_node),
		SAYS(that_this_machine_does_not_reach_its_own_service_proves_nothing),
		SAYS(a_service_of_others_is_mended_where_it_is_hosted),
		SAYS(a_service_may_need_routes_that_are_not_accepted),
		SAYS(a_service_that_refuses_is_not_told_to_be_opened_at_a_node),
		SAYS(tailscaled_expands_two_variables_of_a_redirect_itself),
		SAYS(what_is_no_llm_server_may_be_public),
		SAYS(a_plain_server_asked_by_tls_is_told),
		SAYS(every_code_is_tested_both_ways),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
