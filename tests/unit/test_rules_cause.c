/* An endpoint whose trouble has its cause elsewhere: each code made to appear, and kept away by its neighbour. */
#include "probes/base/fault.h"
#include "probes/base/mem.h"
#include "probes/tailscaled/lock.h"
#include "probes/tailscaled/prefs.h"
#include "tests/unit/ledger_help.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#define RAW "http://gpu1.tail4c1d.ts.net:8080"
#define BEHIND "http://192.168.1.50:11434"
#define OUTSIDE "http://llm.example.org:8080"
#define LOCKED "this node is locked out; it will not have connectivity until it is signed."

static void sees_prefs(struct ledger *l, const char *text)
{
	struct fault fault;
	struct obs_prefs *prefs = prefs_parse(text, strlen(text), &fault);

	assert_non_null(prefs);
	ledger_see(l, &(struct observation){ .kind = OBSERVED_PREFS, .prefs = prefs }, at(0));
}

static void sees_lock(struct ledger *l, const char *text)
{
	struct fault fault;
	struct obs_lock *lock = lock_parse(text, strlen(text), &fault);

	assert_non_null(lock);
	ledger_see(l, &(struct observation){ .kind = OBSERVED_LOCK, .lock = lock }, at(0));
}

/* An endpoint outside the tailnet, whose name leads to that address. */
static struct ledger *watching_of(const char *url, const char *address, const char *peer_id)
{
	struct ledger *l = watching(url);

	ledger_see(l,
		&(struct observation){ .kind = OBSERVED_ENDPOINT,
			.endpoint =
				&(struct obs_endpoint){
					.url = url,
					.peer_id = peer_id ? peer_id : "",
					.address = address,
					.at = "",
					.port = 8080,
					.found_by = FOUND_CONFIG,
					.is_pinned = true,
					.is_of_tailnet = peer_id != NULL,
					.server = "",
				} },
		at(0));
	return l;
}

static struct ledger *watching_at(const char *url, const char *address)
{
	return watching_of(url, address, NULL);
}

static const struct snapshot *after_silence(struct ledger *l)
{
	connect_times_out(l, at(4));
	connect_times_out(l, at(14));
	return take(l, at(15));
}

/* The worst verdict of the endpoint itself: this machine's may have the same code. */
static const struct verdict *worst_of(const struct snapshot *s, const char *url)
{
	const struct verdict *worst = snapshot_worst(s, endpoint_row(s, url)->verdicts);

	assert_non_null(worst);
	return worst;
}

/* Two statuses with a peer that routes 192.168.1.0/24. */
static void sees_router(struct ledger *l, bool is_online, const char *own_address)
{
	for (int i = 0; i < 2; i++) {
		struct obs_status *status = running();
		struct obs_peer *router = with_peer(status, "n7", "router");

		router->routes = list_of(status, "192.168.1.0/24");
		status->own_addresses = list_of(status, own_address);
		if (!is_online)
			offline(router);
		sees(l, at(1 + 2 * i), status);
	}
}

static void a_router_that_is_offline_is_the_cause(void **state)
{
	struct ledger *l = watching_at(BEHIND, "192.168.1.50");
	const struct snapshot *s;

	(void)state;
	sees_router(l, false, "192.0.2.1:41641");
	s = after_silence(l);
	assert_fix(assert_says(s, "router-offline", LAYER_PATH, SEVERITY_DOWN, STATE_DOWN,
			   "behind the subnet router router, which is offline"),
		"wake router");
	assert_no_verdict(s, "filtered");
	assert_no_verdict(s, "routes-not-accepted");
}

static void a_router_is_no_cause_if_it_works_or_is_not_used(void **state)
{
	struct ledger *l = watching_at(BEHIND, "192.168.1.50");

	(void)state;
	sees_router(l, true, "192.0.2.1:41641");
	assert_verdict(after_silence(l), "filtered");
	l = watching_at(BEHIND, "192.168.1.50");
	sees_router(l, false, "192.168.1.20:41641");
	assert_no_verdict(after_silence(l), "router-offline");
	l = watching_at("http://192.168.2.50:8080", "192.168.2.50");
	sees_router(l, false, "192.0.2.1:41641");
	assert_no_verdict(after_silence(l), "router-offline");
}

static void routes_that_are_not_accepted_are_the_cause(void **state)
{
	struct ledger *l = watching_at("http://nas.lan.example:8080", "192.168.1.50");
	const struct snapshot *s;

	(void)state;
	sees_router(l, true, "192.0.2.1:41641");
	sees_prefs(l, "{\"RouteAll\":false}");
	s = after_silence(l);
	assert_fix(assert_says(s, "routes-not-accepted", LAYER_PATH, SEVERITY_DOWN, STATE_DOWN, "router"),
		"sudo tailscale set --accept-routes");
	assert_no_verdict(s, "filtered");
	sees_prefs(l, "{\"RouteAll\":true}");
	assert_no_verdict(take(l, at(16)), "routes-not-accepted");
	sees_prefs(l, "{}");
	assert_no_verdict(take(l, at(17)), "routes-not-accepted");
}

static void a_warning_tells_that_routes_are_not_accepted(void **state)
{
	struct ledger *l = watching_at(BEHIND, "192.168.1.50");
	struct obs_status *status = running();

	(void)state;
	with_peer(status, "n7", "router")->routes = list_of(status, "192.168.1.0/24");
	status->health = list_of(status, "Some peers are advertising routes but --accept-routes is false");
	sees(l, at(1), status);
	assert_verdict(after_silence(l), "routes-not-accepted");
	sees_prefs(l, "{\"RouteAll\":true}");
	assert_no_verdict(take(l, at(16)), "routes-not-accepted");
}

static void sees_exit_node(struct ledger *l, bool is_online)
{
	for (int i = 0; i < 2; i++) {
		struct obs_status *status = running();
		struct obs_peer *node = with_peer(status, "n7", "exit");

		status->exit_node = "n7";
		status->exit_node_online = is_online ? TRI_YES : TRI_NO;
		if (!is_online)
			offline(node);
		sees(l, at(1 + 2 * i), status);
	}
}

static void an_exit_node_that_is_offline_is_the_cause(void **state)
{
	struct ledger *l = watching_at(OUTSIDE, "198.51.100.7");
	const struct snapshot *s;

	(void)state;
	sees_exit_node(l, false);
	s = after_silence(l);
	assert_says(s, "exit-node-offline", LAYER_DAEMON, SEVERITY_DEGRADED, STATE_SLOW,
		"exit node exit is offline:");
	assert_string_equal(worst_of(s, OUTSIDE)->code, "exit-node-offline");
	assert_int_equal(worst_of(s, OUTSIDE)->severity, SEVERITY_DOWN);
	assert_fix(worst_of(s, OUTSIDE), "sudo tailscale set --exit-node=");
	assert_no_verdict(s, "filtered");
	l = watching_at(OUTSIDE, "198.51.100.7");
	sees_exit_node(l, true);
	s = after_silence(l);
	assert_no_verdict(s, "exit-node-offline");
	assert_verdict(s, "filtered");
}

/* Its control plane may think it offline, or may itself be out of reach. */
static void a_pong_outweighs_a_status_that_says_offline(void **state)
{
	struct ledger *l = watching_at(OUTSIDE, "198.51.100.7");
	const struct snapshot *s;

	(void)state;
	sees_exit_node(l, false);
	is_pinged(l, "n7", 20, at(3.5));
	s = after_silence(l);
	assert_no_verdict(s, "exit-node-offline");
	assert_no_verdict(s, "host-offline");
	l = watching_at(BEHIND, "192.168.1.50");
	sees_router(l, false, "192.0.2.1:41641");
	is_pinged(l, "n7", 20, at(3.5));
	assert_no_verdict(after_silence(l), "router-offline");
	l = watching_at(OUTSIDE, "198.51.100.7");
	sees_exit_node(l, false);
	is_pinged(l, "n7", NAN, at(3.5));
	assert_verdict(after_silence(l), "exit-node-offline");
}

static void an_exit_node_says_nothing_of_a_peer(void **state)
{
	struct ledger *l = watching(RAW);

	(void)state;
	connect_times_out(l, at(0));
	connect_times_out(l, at(10));
	assert_no_verdict(take(l, at(11)), "exit-node-offline");
	assert_verdict(take(l, at(11)), "filtered");
}

static void a_lock_that_keeps_us_out_explains_silence(void **state)
{
	struct ledger *l = watching(RAW);
	struct obs_status *status = running();
	const struct snapshot *s;

	(void)state;
	with_peer(status, GPU1_ID, "gpu1");
	status->health = list_of(status, LOCKED);
	status->node_key = "nodekey:01";
	sees(l, at(1), status);
	is_pinged(l, GPU1_ID, 0.0 / 0.0, at(2));
	s = after_silence(l);
	assert_string_equal(worst_of(s, RAW)->text,
		"gpu1.tail4c1d.ts.net cannot be reached: tailnet lock keeps this machine out until it is signed");
	assert_fix(worst_of(s, RAW), "on a signing node: sudo tailscale lock sign nodekey:01");
	assert_no_verdict(s, "host-unreachable");
	assert_no_verdict(s, "filtered");
}

static void a_peer_without_a_signature_is_hidden(void **state)
{
	struct ledger *l = watching("http://gpu9:11434");
	const struct snapshot *s;

	(void)state;
	sees_lock(l,
		"{\"Enabled\":true,\"NodeKeySigned\":true,\"FilteredPeers\":[{\"Name\":"
		"\"gpu9.tail4c1d.ts.net.\",\"TailscaleIPs\":[\"100.64.0.9\"],\"NodeKey\":\"nodekey:09\"}]}");
	comes_to(l, at(4), OUTCOME_UNRESOLVED);
	s = take(l, at(5));
	assert_fix(assert_says(s, "tailnet-lock", LAYER_HOST, SEVERITY_DOWN, STATE_DOWN, "gpu9"),
		"tailscale lock sign nodekey:09");
	assert_string_equal(find_verdict(s, "tailnet-lock")->run_on, "a signing node");
	assert_no_verdict(s, "unknown-host");
	sees_lock(l,
		"{\"Enabled\":true,\"NodeKeySigned\":true,\"PublicKey\":\"nlpub:1\",\"TrustedKeys\":[{\"Key\":"
		"\"nlpub:1\"}],\"FilteredPeers\":[{\"Name\":\"gpu9.tail4c1d.ts.net.\",\"NodeKey\":\"nodekey:09\"}]}");
	s = take(l, at(5.5));
	assert_string_equal(find_verdict(s, "tailnet-lock")->fix, "sudo tailscale lock sign nodekey:09");
	sees_lock(l, "{\"Enabled\":true,\"NodeKeySigned\":true,\"FilteredPeers\":null}");
	s = take(l, at(6));
	assert_no_verdict(s, "tailnet-lock");
	assert_verdict(s, "unknown-host");
}

static const struct snapshot *with_gpu1(const char *url, bool is_online)
{
	struct ledger *l = watching_of(url, "100.64.0.2", GPU1_ID);

	for (int i = 0; i < 2; i++) {
		struct obs_status *status = running();
		struct obs_peer *peer = with_peer(status, GPU1_ID, "gpu1");

		if (!is_online)
			offline(peer);
		sees(l, at(1 + 2 * i), status);
	}
	return after_silence(l);
}

static void a_domain_that_leads_to_an_offline_peer_is_told(void **state)
{
	(void)state;
	assert_says(with_gpu1(OUTSIDE, false), "domain-elsewhere", LAYER_PATH, SEVERITY_DOWN, STATE_OFFLINE,
		"the name llm.example.org points to gpu1 (100.64.0.2), which is offline");
	assert_no_verdict(with_gpu1(OUTSIDE, true), "domain-elsewhere");
	assert_no_verdict(with_gpu1(RAW, false), "domain-elsewhere");
}

static void a_machine_that_speaks_plain_http_only_is_told(void **state)
{
	struct ledger *l = watching_a("llama-server", "http://gpu1.tail4c1d.ts.net");
	const struct snapshot *s;

	(void)state;
	answers(l, at(1), "llama-server-0.5.0/ready-idle/health");
	watches(l, NULL, GPU1);
	is_refused(l, at(2));
	s = take(l, at(3));
	assert_fix(assert_says(s, "not-listening", LAYER_PORT, SEVERITY_DOWN, STATE_DOWN,
			   "but http://gpu1.tail4c1d.ts.net answers"),
		"use http://gpu1.tail4c1d.ts.net");
	answers(l, at(4), "llama-server-0.5.0/ready-idle/health");
	l = watching(GPU1);
	is_refused(l, at(2));
	assert_fix(assert_verdict(take(l, at(3)), "not-listening"), "tailscale serve --bg --https=443");
	l = watching_a("llama-server", GPU1);
	answers(l, at(2), "llama-server-0.5.0/ready-idle/health");
	assert_no_verdict(take(l, at(3)), "not-listening");
}

static const struct snapshot *without_certificates_after(
	enum tls_trouble trouble, enum tri issues, const char *prefs)
{
	struct ledger *l = watching(GPU1);
	struct obs_status *status = running();

	with_peer(status, GPU1_ID, "gpu1");
	status->issues_certs = issues;
	sees(l, at(1), status);
	sees_prefs(l, prefs);
	tls_fails(l, at(2), trouble);
	return take(l, at(3));
}

static const struct snapshot *without_certificates(enum tri issues, const char *prefs)
{
	return without_certificates_after(TLS_ALERT_INTERNAL, issues, prefs);
}

static void a_tailnet_without_certificates_is_told_for_certain(void **state)
{
	const char *headscale = "{\"ControlURL\":\"https://headscale.example.net\"}";
	const char *tailscale = "{\"ControlURL\":\"https://controlplane.tailscale.com/\"}";

	(void)state;
	assert_fix(assert_says(without_certificates(TRI_NO, headscale), "cert-not-issued", LAYER_TLS,
			   SEVERITY_DOWN, STATE_FAULT, "the control server of this tailnet issues none"),
		"sudo tailscale serve --bg --http=80 PORT");
	assert_fix(assert_says(without_certificates(TRI_NO, tailscale), "cert-not-issued", LAYER_TLS,
			   SEVERITY_DOWN, STATE_FAULT, "HTTPS is off for this tailnet"),
		"login.tailscale.com/admin/dns");
	assert_says(without_certificates(TRI_YES, headscale), "cert-not-issued", LAYER_TLS, SEVERITY_DOWN,
		STATE_FAULT, "either none was issued yet");
	assert_null(strstr(find_verdict(without_certificates(TRI_YES, headscale), "cert-not-issued")->fix,
		"login.tailscale.com"));
	assert_no_verdict(take(watching(GPU1), at(1)), "cert-not-issued");
	/* What has a certificate there has it from elsewhere. */
	assert_null(strstr(
		find_verdict(without_certificates_after(TLS_EXPIRED, TRI_NO, headscale), "cert-expired")->fix,
		"tailscale"));
}

static void a_backend_with_a_certificate_of_its_own_is_up(void **state)
{
	static const struct obs_mount mount = { .host = "admin.tail4c1d.ts.net",
		.service = "",
		.port = 443,
		.path = "/llm",
		.target = "https://127.0.0.1:8443",
		.url = "https://admin.tail4c1d.ts.net/llm",
		.backend = "https://127.0.0.1:8443" };
	const char *fix =
		"sudo tailscale serve --bg --https=443 --set-path=/llm https+insecure://127.0.0.1:8443";
	struct ledger *l = watching(GPU1);
	const struct snapshot *s;

	(void)state;
	sees_serve(l, &mount, 1);
	watches_own(l, NULL, "https://127.0.0.1:8443");
	tls_fails(l, at(2), TLS_UNTRUSTED);
	s = take(l, at(3));
	assert_fix(assert_says(s, "cert-untrusted", LAYER_TLS, SEVERITY_DOWN, STATE_FAULT, "is up"), fix);
	watches(l, NULL, "https://admin.tail4c1d.ts.net/llm");
	says(l, at(4), 502, "", "");
	s = take(l, at(5));
	assert_fix(assert_says(s, "proxy-scheme", LAYER_HTTP, SEVERITY_DOWN, STATE_FAULT,
			   "shows a certificate that tailscaled does not trust"),
		fix);
	assert_no_verdict(s, "bad-gateway");
	l = watching("https://llm.lan.example");
	tls_fails(l, at(2), TLS_UNTRUSTED);
	assert_fix(assert_verdict(take(l, at(3)), "cert-untrusted"), "ca_file");
	assert_no_verdict(take(watching(GPU1), at(1)), "cert-untrusted");
}

static const struct snapshot *after_go_404(const char *url)
{
	struct ledger *l = watching(url);

	says(l, at(0), 404, "Date: Mon, 23 Nov 2026 01:05:46 GMT\r\nContent-Type: text/plain\r\n",
		"404 page not found\n");
	return take(l, at(1));
}

static void serve_by_address_needs_the_name(void **state)
{
	const struct snapshot *s = after_go_404("http://100.64.0.2:8001/v1");
	struct ledger *l;

	(void)state;
	assert_fix(assert_says(s, "name-needed", LAYER_HTTP, SEVERITY_DOWN, STATE_FAULT, "100.64.0.2:8001"),
		"try http://gpu1.tail4c1d.ts.net:8001/v1");
	assert_no_verdict(s, "no-mount");
	s = after_go_404("http://100.64.0.2");
	assert_string_equal(find_verdict(s, "name-needed")->fix, "try http://gpu1.tail4c1d.ts.net");
	s = after_go_404("https://gpu1.tail4c1d.ts.net:8001");
	assert_no_verdict(s, "name-needed");
	assert_verdict(s, "no-mount");
	l = watching_a("llama-server", "http://100.64.0.2:8001");
	answers(l, at(0), "llama-server-0.5.0/ready-idle/health");
	says(l, at(1), 404, "Date: Mon, 23 Nov 2026 01:05:46 GMT\r\n", "404 page not found\n");
	assert_no_verdict(take(l, at(2)), "name-needed");
}

static const char *fix_on(const char *os)
{
	struct ledger *l = watching(RAW);
	struct obs_status *status = running();

	with_peer(status, GPU1_ID, "gpu1")->os = os;
	sees(l, at(1), status);
	return find_verdict(after_silence(l), "filtered")->fix;
}

static void a_fix_suits_the_system_of_the_machine(void **state)
{
	static const struct {
		const char *os, *part;
	} systems[] = {
		{ "linux", "on gpu1: sudo nft list ruleset" },
		{ "windows",
			"New-NetFirewallRule -DisplayName LLM -Direction Inbound -Protocol TCP -LocalPort 8080" },
		{ "macOS", "System Settings, Network, Firewall" },
		{ "android", "check that an app listens on port 8080" },
		{ "freebsd", "check that its firewall lets TCP port 8080 in" },
		{ "", "check that its firewall lets TCP port 8080 in" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(systems); i++)
		if (!strstr(fix_on(systems[i].os), systems[i].part))
			fail_msg("%s: %s", systems[i].os, fix_on(systems[i].os));
}

/* What is in "run" is typed as it stands, on the machine that "run_on" names. */
static void a_command_has_sudo_where_the_system_has_it(void **state)
{
	static const struct {
		const char *os, *run;
	} systems[] = {
		{ "linux", "sudo tailscale serve --bg --tcp=8080 tcp://127.0.0.1:8080" },
		{ "", "sudo tailscale serve --bg --tcp=8080 tcp://127.0.0.1:8080" },
		{ "windows", "tailscale serve --bg --tcp=8080 tcp://127.0.0.1:8080" },
		{ "macOS", "tailscale serve --bg --tcp=8080 tcp://127.0.0.1:8080" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(systems); i++) {
		struct ledger *l = watching(RAW);
		struct obs_status *status = running();
		const struct verdict *verdict;

		with_peer(status, GPU1_ID, "gpu1")->os = systems[i].os;
		sees(l, at(1), status);
		comes_to(l, at(2), OUTCOME_REFUSED);
		verdict = find_verdict(take(l, at(3)), "not-listening");
		assert_string_equal(verdict->run, systems[i].run);
		assert_string_equal(verdict->run_on, "gpu1");
		assert_non_null(strstr(verdict->hint, "that is safe"));
	}
}

static void every_cause_is_tested_both_ways(void **state)
{
	(void)state;
	assert_covered(name_rules);
	assert_covered(cause_rules);
}

#define SAYS(test) cmocka_unit_test_teardown(test, forget)

int main(void)
{
	const struct CMUnitTest tests[] = {
		SAYS(a_router_that_is_offline_is_the_cause),
		SAYS(a_router_is_no_cause_if_it_works_or_is_not_used),
		SAYS(routes_that_are_not_accepted_are_the_cause),
		SAYS(a_warning_tells_that_routes_are_not_accepted),
		SAYS(an_exit_node_that_is_offline_is_the_cause),
		SAYS(a_pong_outweighs_a_status_that_says_offline),
		SAYS(an_exit_node_says_nothing_of_a_peer),
		SAYS(a_lock_that_keeps_us_out_explains_silence),
		SAYS(a_peer_without_a_signature_is_hidden),
		SAYS(a_domain_that_leads_to_an_offline_peer_is_told),
		SAYS(a_machine_that_speaks_plain_http_only_is_told),
		SAYS(a_tailnet_without_certificates_is_told_for_certain),
		SAYS(a_backend_with_a_certificate_of_its_own_is_up),
		SAYS(serve_by_address_needs_the_name),
		SAYS(a_fix_suits_the_system_of_the_machine),
		SAYS(a_command_has_sudo_where_the_system_has_it),
		SAYS(every_cause_is_tested_both_ways),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
