/* What keeps a request from its server: the name, the port, the certificate. */
#include "tests/unit/ledger_help.h"
#include "tests/unit/status_help.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#define RAW "http://gpu1.tail4c1d.ts.net:8080"
#define READY "llama-server-0.5.0/ready-idle/health"

static const struct snapshot *after(const char *url, enum outcome outcome)
{
	struct ledger *l = watching(url);

	comes_to(l, at(0), outcome);
	return take(l, at(1));
}

static const struct snapshot *after_tls(const char *url, enum tls_trouble trouble)
{
	struct ledger *l = watching(url);

	tls_fails(l, at(0), trouble);
	return take(l, at(1));
}

static void a_door_that_answers_raises_nothing(void **state)
{
	struct ledger *l = watching_a("llama-server", GPU1);
	const struct snapshot *s;

	(void)state;
	ledger_see(l,
		&(struct observation){ .kind = OBSERVED_CERTIFICATE,
			.url = GPU1,
			.cert_not_after = at(0).wall_ms + DAYS(60) },
		at(0));
	answers(l, at(0), READY);
	s = take(l, at(1));
	for (const struct rule *rule = reach_rules; rule->code; rule++)
		assert_no_verdict(s, rule->code);
	assert_state(s, STATE_OK);
}

static void a_door_that_was_never_asked_is_unknown(void **state)
{
	const struct snapshot *s = take(watching(GPU1), at(1));

	(void)state;
	assert_int_equal(s->verdict_count, 0);
	assert_state(s, STATE_UNKNOWN);
}

static void a_name_without_an_address_is_an_unknown_host(void **state)
{
	const struct snapshot *s = after("http://nowhere.tail4c1d.ts.net", OUTCOME_UNRESOLVED);

	(void)state;
	assert_fix(assert_says(s, "unknown-host", LAYER_HOST, SEVERITY_DOWN, STATE_DOWN,
			   "nowhere.tail4c1d.ts.net"),
		"tailscale status");
	assert_state(s, STATE_DOWN);
}

static void only_a_name_outside_the_tailnet_is_looked_up(void **state)
{
	const struct snapshot *s = after("http://llm.corp.example:8080", OUTCOME_UNRESOLVED);

	(void)state;
	assert_says(s, "unknown-host", LAYER_HOST, SEVERITY_DOWN, STATE_DOWN, "its name does not resolve");
}

static void a_name_that_is_not_resolved_yet_is_unknown(void **state)
{
	struct ledger *l = empty_ledger(NULL);
	const struct snapshot *s;

	(void)state;
	sees(l, at(0), running());
	watches_unresolved(l, "http://llm.corp.example:8080", true);
	s = take(l, at(1));
	assert_says(s, "name-pending", LAYER_HOST, SEVERITY_INFO, STATE_UNKNOWN, "llm.corp.example");
	assert_state(s, STATE_UNKNOWN);
	watches_unresolved(l, "http://llm.corp.example:8080", false);
	assert_no_verdict(take(l, at(2)), "name-pending");
}

/* Whose the address is, a tailnet that does not run cannot tell. */
static void what_belongs_to_a_tailnet_that_does_not_run_is_not_asked(void **state)
{
	struct ledger *l = empty_ledger(NULL);
	struct obs_status *status = in_state(BACKEND_STOPPED, "Stopped");
	const struct snapshot *s;

	(void)state;
	with_peer(status, "n2", "gpu1");
	sees(l, at(0), status);
	watches(l, "ollama", "http://gpu1.tail4c1d.ts.net:11434");
	s = take(l, at(1));
	assert_says(s, "not-asked", LAYER_HOST, SEVERITY_INFO, STATE_UNKNOWN, "gpu1.tail4c1d.ts.net");
	assert_state(s, STATE_UNKNOWN);
	status = running();
	with_peer(status, "n2", "gpu1");
	sees(l, at(2), status);
	assert_no_verdict(take(l, at(3)), "not-asked");
}

static void a_refusal_is_believed_at_once(void **state)
{
	const struct snapshot *s = after(RAW, OUTCOME_REFUSED);

	(void)state;
	assert_fix(assert_says(s, "not-listening", LAYER_PORT, SEVERITY_DOWN, STATE_DOWN,
			   "gpu1.tail4c1d.ts.net:8080: either the server is stopped or it is bound to "
			   "localhost"),
		"on gpu1: sudo tailscale serve --bg --tcp=8080 tcp://127.0.0.1:8080; then use "
		"http://100.64.0.2:8080 if it is Ollama, which refuses its name; that is safe, while --host 0.0.0.0 "
		"opens it");
	assert_state(s, STATE_DOWN);
}

static void a_refusal_of_the_serve_port_is_a_mount_that_is_not_there(void **state)
{
	(void)state;
	assert_fix(assert_says(after(GPU1, OUTCOME_REFUSED), "not-listening", LAYER_PORT, SEVERITY_DOWN,
			   STATE_DOWN, "nothing is served on that port"),
		"on gpu1: serve it there, with the port of the server for PORT: "
		"sudo tailscale serve --bg --https=443 PORT");
}

static void the_safe_way_comes_first_for_ollama_too(void **state)
{
	const struct snapshot *s = after("http://gpu1.tail4c1d.ts.net:11434", OUTCOME_REFUSED);

	(void)state;
	assert_fix(assert_verdict(s, "not-listening"),
		"sudo tailscale serve --bg --tcp=11434 tcp://127.0.0.1:11434; then use "
		"http://100.64.0.2:11434 "
		"(its address, not its name); that is safe, while OLLAMA_HOST=0.0.0.0 opens it");
}

static void a_known_server_is_told_its_own_way_to_listen(void **state)
{
	static const struct {
		const char *family, *url, *fix;
	} rows[] = {
		{ "ollama", "http://gpu1.tail4c1d.ts.net:8080",
			"tcp://127.0.0.1:8080; then use http://100.64.0.2:8080 (its address, not its name)" },
		{ "vllm", "http://gpu1.tail4c1d.ts.net:11434",
			"tailscale serve --bg --tcp=11434 tcp://127.0.0.1:11434; that is safe, while --host" },
		{ NULL, "http://gpu1.tail4c1d.ts.net:4711",
			"then use http://100.64.0.2:4711 if it is Ollama, which refuses its name" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct ledger *l = watching_a(rows[i].family, rows[i].url);

		is_refused(l, at(1));
		assert_fix(assert_verdict(take(l, at(1)), "not-listening"), rows[i].fix);
	}
}

static void our_own_refused_port_is_a_stopped_server(void **state)
{
	struct ledger *l = watching(GPU1);

	(void)state;
	watches_own(l, "ollama", "http://127.0.0.1:11434");
	is_refused(l, at(0));
	assert_fix(assert_says(take(l, at(1)), "not-listening", LAYER_PORT, SEVERITY_DOWN, STATE_DOWN,
			   "127.0.0.1:11434: the server is stopped"),
		"start the server on port 11434 of this machine");
}

static void a_port_proven_to_be_bound_to_loopback_is_told_so(void **state)
{
	struct ledger *l = watching(RAW);

	(void)state;
	is_refused(l, at(0));
	ledger_see(l,
		&(struct observation){ .kind = OBSERVED_PROOF, .url = RAW, .proof = PROOF_LOOPBACK_ONLY },
		at(1));
	assert_says(take(l, at(1)), "not-listening", LAYER_PORT, SEVERITY_DOWN, STATE_DOWN,
		"it is bound to 127.0.0.1 only");
}

static void the_daemons_word_for_an_acl_is_believed_at_once(void **state)
{
	struct ledger *l = watching(RAW);

	(void)state;
	connect_times_out(l, at(0));
	ledger_see(l, &(struct observation){ .kind = OBSERVED_PROOF, .url = RAW, .proof = PROOF_ACL }, at(1));
	assert_fix(assert_says(take(l, at(1)), "acl-denied", LAYER_PORT, SEVERITY_DOWN, STATE_FILTERED,
			   "reach gpu1 on port 8080"),
		"{\"src\": [\"ada@example.com\"], \"dst\": [\"100.64.0.2\"], \"ip\": [\"tcp:8080\"]}");
	assert_no_verdict(take(l, at(1)), "filtered");
}

static void a_first_timeout_says_what_it_may_be(void **state)
{
	struct ledger *l = watching(RAW);

	(void)state;
	assert_no_verdict(take(l, at(0)), "connect-timeout");
	connect_times_out(l, at(0));
	assert_says(take(l, at(1)), "connect-timeout", LAYER_PORT, SEVERITY_INFO, STATE_UNKNOWN,
		"after 1 attempt: either it is frozen or cut off");
	connect_times_out(l, at(10));
	assert_no_verdict(take(l, at(11)), "connect-timeout");
	assert_verdict(take(l, at(11)), "filtered");
}

static void a_first_timeout_of_a_server_that_answered_says_nothing(void **state)
{
	struct ledger *l = watching_a("llama-server", RAW);

	(void)state;
	answers(l, at(0), "llama-server-0.5.0/ready-idle/health");
	connect_times_out(l, at(10));
	assert_no_verdict(take(l, at(11)), "connect-timeout");
}

/* Twice silent, and the daemon's log says that of it. */
static const struct verdict *filtered_by(enum proof proof)
{
	struct ledger *l = watching(RAW);

	connect_times_out(l, at(0));
	ledger_see(l, &(struct observation){ .kind = OBSERVED_PROOF, .url = RAW, .proof = proof }, at(1));
	assert_no_verdict(take(l, at(1)), "filtered"); /* one silence is none */
	connect_times_out(l, at(10));
	assert_no_verdict(take(l, at(11)), "acl-denied");
	return assert_verdict(take(l, at(11)), "filtered");
}

static void what_the_log_says_of_other_ports_makes_an_acl_likely(void **state)
{
	(void)state;
	assert_non_null(strstr(filtered_by(PROOF_ACL_NEARBY)->text, "probably the tailnet policy"));
}

static void a_host_with_its_shields_up_is_named(void **state)
{
	const struct verdict *verdict = filtered_by(PROOF_SHIELDS);

	(void)state;
	assert_non_null(strstr(verdict->text, "accepts no connections"));
	assert_fix(verdict, "sudo tailscale set --shields-up=false");
}

static void a_grant_names_tags_where_there_are_any(void **state)
{
	struct ledger *l = watching(RAW);
	struct obs_status *status = running();
	struct obs_peer *peer = with_peer(status, GPU1_ID, "gpu1");

	(void)state;
	peer->tags = list_of(status, "tag:gpu");
	status->self.tags = list_of(status, "tag:laptop");
	sees(l, at(0), status);
	connect_times_out(l, at(0));
	ledger_see(l, &(struct observation){ .kind = OBSERVED_PROOF, .url = RAW, .proof = PROOF_ACL }, at(1));
	assert_fix(assert_verdict(take(l, at(1)), "acl-denied"),
		"{\"src\": [\"tag:laptop\"], \"dst\": [\"tag:gpu\"]");
	assert_null(strstr(assert_verdict(take(l, at(1)), "acl-denied")->fix, "tailscale serve"));
}

static void a_rule_for_the_engines_port_does_not_open_that_of_serve(void **state)
{
	static const char note[] = "a rule for the engine's own port does not open this one";
	struct ledger *l = watching(GPU1);

	(void)state;
	connect_times_out(l, at(0));
	connect_times_out(l, at(10));
	assert_fix(assert_verdict(take(l, at(15)), "filtered"), note);
	ledger_see(
		l, &(struct observation){ .kind = OBSERVED_PROOF, .url = GPU1, .proof = PROOF_ACL }, at(16));
	assert_fix(assert_verdict(take(l, at(16)), "acl-denied"), note);
}

static void a_proof_does_not_outlive_what_it_proves(void **state)
{
	struct ledger *l = watching(RAW);

	(void)state;
	connect_times_out(l, at(0));
	ledger_see(l, &(struct observation){ .kind = OBSERVED_PROOF, .url = RAW, .proof = PROOF_ACL }, at(1));
	is_refused(l, at(10));
	assert_no_verdict(take(l, at(11)), "acl-denied");
	connect_times_out(l, at(20));
	assert_no_verdict(take(l, at(21)), "acl-denied");
}

static void connects_before_the_first_handshake_may_just_be_lost(void **state)
{
	struct ledger *l = watching(RAW);
	struct obs_status *status = running();

	(void)state;
	with_peer(status, GPU1_ID, "gpu1")->last_handshake = 0;
	sees(l, at(1), status);
	for (int i = 0; i < 3; i++)
		connect_times_out(l, at(2 + 10 * i));
	assert_no_verdict(take(l, at(25)), "filtered");
	connect_times_out(l, at(32));
	assert_says(take(l, at(33)), "filtered", LAYER_PORT, SEVERITY_DOWN, STATE_FILTERED, "time out");
}

static void connects_that_vanish_twice_are_filtered(void **state)
{
	struct ledger *l = watching(RAW);
	const struct snapshot *s;

	(void)state;
	connect_times_out(l, at(0));
	assert_no_verdict(take(l, at(5)), "filtered");
	assert_state(take(l, at(5)), STATE_UNKNOWN);
	connect_times_out(l, at(10));
	s = take(l, at(15));
	assert_fix(assert_says(s, "filtered", LAYER_PORT, SEVERITY_DOWN, STATE_FILTERED,
			   "gpu1.tail4c1d.ts.net:8080 time out: either an ACL or that host's firewall"),
		"tcp:8080 of gpu1");
	assert_state(s, STATE_FILTERED);
	is_pinged(l, GPU1_ID, 0.4, at(16));
	assert_says(take(l, at(16)), "filtered", LAYER_PORT, SEVERITY_DOWN, STATE_FILTERED,
		"the host itself answers pings");
}

static struct obs_status *fleet(struct obs_peer *(*make)(struct obs_peer *))
{
	struct obs_status *status = running();

	make(with_peer(status, GPU1_ID, "gpu1"));
	return status;
}

static void a_connect_that_vanishes_while_the_path_changes_does_not_count(void **state)
{
	struct ledger *l = watching(RAW);

	(void)state;
	sees(l, at(2), fleet(by_derp));
	connect_times_out(l, at(3));
	sees(l, at(4), fleet(by_derp));
	connect_times_out(l, at(8));
	assert_no_verdict(take(l, at(9)), "filtered");
	connect_times_out(l, at(20));
	assert_no_verdict(take(l, at(21)), "filtered");
	connect_times_out(l, at(30));
	assert_verdict(take(l, at(31)), "filtered");
}

static void a_connect_that_is_turned_away_is_filtered_at_once(void **state)
{
	struct ledger *l = watching(RAW);
	const struct snapshot *s;

	(void)state;
	answers(l, at(0), READY);
	comes_to(l, at(10), OUTCOME_UNREACHABLE);
	s = take(l, at(11));
	assert_says(s, "filtered", LAYER_PORT, SEVERITY_DOWN, STATE_FILTERED,
		"gpu1.tail4c1d.ts.net:8080 are rejected: either by that host's firewall");
	assert_no_verdict(s, "no-route");
	assert_no_verdict(after(RAW, OUTCOME_UNREACHABLE), "filtered");
	assert_verdict(after("http://203.0.113.9:8080", OUTCOME_UNREACHABLE), "filtered");
}

static void a_host_outside_the_tailnet_is_not_blamed_on_its_policy(void **state)
{
	static const char outside[] = "http://203.0.113.9:8080";
	static const struct {
		enum outcome outcome;
		const char *code, *fix;
	} rows[] = {
		{ OUTCOME_UNREACHABLE, "filtered", "check that the firewall of 203.0.113.9 lets TCP port "
			"8080 in" },
		{ OUTCOME_CONNECT_TIMEOUT, "filtered",
			"check that the firewall of 203.0.113.9 lets TCP port 8080 in" },
		{ OUTCOME_REFUSED, "not-listening", "on 203.0.113.9: start the server on port 8080" },
		{ OUTCOME_CLOSED, "accepts-then-closes",
			"on 203.0.113.9: check that the server behind port 8080 runs" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct ledger *l = watching(outside);
		const struct verdict *v;

		for (int poll = 0; poll < 2; poll++)
			comes_to(l, at(10 * poll), rows[i].outcome);
		v = assert_verdict(take(l, at(11)), rows[i].code);
		assert_fix(v, rows[i].fix);
		assert_null(strstr(v->fix, "tail"));
		assert_null(strstr(v->text, "ACL"));
	}
}

static void closing_without_a_byte_is_told_at_once(void **state)
{
	struct ledger *l = watching(RAW);
	const struct snapshot *s;

	(void)state;
	answers(l, at(0), "nginx-1.22.1/return-444/root");
	s = take(l, at(1));
	assert_fix(assert_says(s, "accepts-then-closes", LAYER_PORT, SEVERITY_DOWN, STATE_DOWN,
			   "gpu1.tail4c1d.ts.net:8080 accepts the connection and closes it"),
		"on gpu1");
	stays_silent(l, at(10));
	assert_no_verdict(take(l, at(11)), "accepts-then-closes");
}

static void a_short_name_has_no_certificate(void **state)
{
	const struct snapshot *s = after_tls("https://gpu1", TLS_ALERT_INTERNAL);

	(void)state;
	assert_fix(assert_says(s, "short-name", LAYER_TLS, SEVERITY_DOWN, STATE_FAULT, "short name gpu1"),
		"use https://gpu1.tail4c1d.ts.net");
	assert_no_verdict(s, "cert-not-issued");
	assert_fix(assert_verdict(after_tls("https://gpu1:8443", TLS_ALERT_INTERNAL), "short-name"),
		"https://gpu1.tail4c1d.ts.net:8443");
}

static void a_short_name_on_a_plain_port_is_not_to_blame(void **state)
{
	const struct snapshot *s = after_tls("https://gpu1:8080", TLS_NOT_TLS);

	(void)state;
	assert_no_verdict(s, "short-name");
	assert_verdict(s, "not-tls");
}

static void https_by_address_needs_a_name(void **state)
{
	const struct snapshot *s = after_tls("https://100.64.0.2", TLS_ALERT_INTERNAL);

	(void)state;
	assert_fix(assert_says(s, "name-needed", LAYER_TLS, SEVERITY_DOWN, STATE_FAULT, "100.64.0.2"),
		"use https://gpu1.tail4c1d.ts.net");
	assert_no_verdict(after_tls("https://100.64.0.2", TLS_EXPIRED), "name-needed");
}

static void a_plain_port_is_not_tls(void **state)
{
	const struct snapshot *s = after_tls("https://gpu1.tail4c1d.ts.net:8080", TLS_NOT_TLS);

	(void)state;
	assert_fix(assert_says(s, "not-tls", LAYER_TLS, SEVERITY_DOWN, STATE_FAULT,
			   "port 8080 of gpu1.tail4c1d.ts.net speaks no TLS"),
		"check that the port is really");
}

/* SSH, MySQL and Redis are no TLS either. */
static void that_it_speaks_plain_http_is_said_once_it_is_proven(void **state)
{
	struct ledger *l = watching("https://gpu1.tail4c1d.ts.net:22");
	const struct verdict *verdict;

	(void)state;
	tls_fails(l, at(0), TLS_NOT_TLS);
	verdict = assert_verdict(take(l, at(1)), "not-tls");
	assert_null(strstr(verdict->text, "HTTP"));
	assert_null(strstr(verdict->fix, "http://"));
	ledger_see(l,
		&(struct observation){ .kind = OBSERVED_PROOF,
			.url = "https://gpu1.tail4c1d.ts.net:22",
			.proof = PROOF_PLAIN_HTTP },
		at(1));
	verdict = assert_verdict(take(l, at(2)), "not-tls");
	assert_non_null(strstr(verdict->text, "speaks plain HTTP, not HTTPS"));
	assert_fix(verdict, "use http://");
}

static void a_handshake_that_hangs_is_not_tls_where_plain_http_answers(void **state)
{
	struct ledger *l = watching("https://gpu1.tail4c1d.ts.net:8080");

	(void)state;
	tls_fails(l, at(0), TLS_TIMEOUT);
	assert_no_verdict(take(l, at(1)), "not-tls");
	ledger_see(l,
		&(struct observation){ .kind = OBSERVED_PROOF,
			.url = "https://gpu1.tail4c1d.ts.net:8080",
			.proof = PROOF_PLAIN_HTTP },
		at(1));
	assert_verdict(take(l, at(1)), "not-tls");
}

static void an_expired_certificate_is_told_with_its_age(void **state)
{
	struct ledger *l = watching(GPU1);
	const struct snapshot *s;

	(void)state;
	tls_fails(l, at(0), TLS_EXPIRED);
	ledger_see(l,
		&(struct observation){ .kind = OBSERVED_CERTIFICATE,
			.url = GPU1,
			.cert_not_after = at(0).wall_ms - DAYS(4) },
		at(0));
	s = take(l, at(1));
	assert_fix(assert_says(s, "cert-expired", LAYER_TLS, SEVERITY_DOWN, STATE_FAULT,
			   "gpu1.tail4c1d.ts.net expired 4 d ago"),
		"on gpu1: sudo tailscale cert gpu1.tail4c1d.ts.net");
	assert_no_verdict(s, "cert-expiring");
}

static void a_stranger_s_signature_is_not_trusted(void **state)
{
	const struct snapshot *s = after_tls(GPU1, TLS_UNTRUSTED);

	(void)state;
	assert_fix(assert_says(s, "cert-untrusted", LAYER_TLS, SEVERITY_DOWN, STATE_FAULT,
			   "gpu1.tail4c1d.ts.net"),
		"ca_file");
	assert_no_verdict(s, "cert-name-mismatch");
}

static void another_name_in_the_certificate_is_told(void **state)
{
	const struct snapshot *s = after_tls(GPU1, TLS_NAME_MISMATCH);

	(void)state;
	assert_says(s, "cert-name-mismatch", LAYER_TLS, SEVERITY_DOWN, STATE_FAULT, "for another name");
	assert_no_verdict(s, "cert-untrusted");
}

/* `tailscale cert` is for the names of machines of the tailnet, and tells nothing of any other. */
static void elsewhere_tailscale_gives_no_certificate(void **state)
{
	static const struct {
		enum tls_trouble trouble;
		const char *code, *fix;
	} rows[] = {
		{ TLS_EXPIRED, "cert-expired", "give the server at llm.example.com:443 a new certificate" },
		{ TLS_UNTRUSTED, "cert-untrusted", "set ca_file in the configuration" },
		{ TLS_NAME_MISMATCH, "cert-name-mismatch", "use a name that its certificate is for" },
		{ TLS_ALERT_INTERNAL, "tls-failed", "check that port 443 of llm.example.com serves HTTPS" },
		{ TLS_OTHER, "tls-failed", "check that port 443 of llm.example.com serves HTTPS" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const struct snapshot *s = after_tls("https://llm.example.com", rows[i].trouble);

		assert_fix(assert_verdict(s, rows[i].code), rows[i].fix);
		assert_null(strstr(find_verdict(s, rows[i].code)->fix, "tailscale"));
		assert_no_verdict(s, "cert-not-issued");
	}
}

static void of_localhost_there_is_no_certificate_to_ask_for(void **state)
{
	struct ledger *l = empty_ledger(NULL);

	(void)state;
	watches_own(l, "", "https://localhost:8443");
	tls_fails(l, at(0), TLS_TIMEOUT);
	tls_fails(l, at(10), TLS_TIMEOUT);
	assert_fix(assert_says(take(l, at(11)), "tls-failed", LAYER_TLS, SEVERITY_DOWN, STATE_FAULT,
			   "the TLS handshake with localhost fails: it does not finish"),
		"check that port 8443 of localhost serves HTTPS");
	assert_no_verdict(take(l, at(11)), "cert-not-issued");
}

static void a_name_or_address_that_is_not_of_the_tailnet_has_no_fuller_one(void **state)
{
	static const char *const urls[] = { "https://nas", "https://192.168.77.9" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(urls); i++) {
		const struct snapshot *s = after_tls(urls[i], TLS_NAME_MISMATCH);

		assert_verdict(s, "cert-name-mismatch");
		assert_no_verdict(s, "short-name");
		assert_no_verdict(s, "name-needed");
	}
}

static void what_closes_here_is_no_mount_of_another(void **state)
{
	struct ledger *l = empty_ledger(NULL);

	(void)state;
	watches_own(l, "", "http://127.0.0.1:8080");
	comes_to(l, at(0), OUTCOME_CLOSED);
	assert_string_equal(assert_verdict(take(l, at(1)), "accepts-then-closes")->fix,
		"check that the server on port 8080 of this machine runs");
	assert_null(strstr(find_verdict(take(l, at(1)), "accepts-then-closes")->text, "tailscale serve"));
}

static void a_certificate_for_a_short_name_or_an_address_is_that_of_the_full_name(void **state)
{
	static const char *const urls[] = { "https://gpu1", "https://100.64.0.2" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(urls); i++)
		assert_fix(assert_verdict(after_tls(urls[i], TLS_EXPIRED), "cert-expired"),
			"sudo tailscale cert gpu1.tail4c1d.ts.net");
}

static void a_certificate_of_tomorrow_asks_for_the_clocks(void **state)
{
	struct ledger *l = watching(GPU1);
	struct obs_answer answer = an_answer(GPU1, "/", OUTCOME_TLS, 0);

	(void)state;
	answer.is_primary = true;
	answer.tls = TLS_OTHER;
	answer.tls_text = "SSL certificate problem: certificate is not yet valid";
	ledger_see(l, &(struct observation){ .kind = OBSERVED_ANSWER, .answer = &answer }, at(0));
	assert_fix(assert_says(take(l, at(1)), "tls-failed", LAYER_TLS, SEVERITY_DOWN, STATE_FAULT,
			   "certificate is not yet valid"),
		"check the clocks of this machine and of gpu1.tail4c1d.ts.net");
}

static void a_server_that_wants_a_client_certificate_says_so_whatever_plain_http_gets(void **state)
{
	struct ledger *l = watching(GPU1);

	(void)state;
	tls_fails(l, at(0), TLS_WANTS_CERTIFICATE);
	ledger_see(l, &(struct observation){ .kind = OBSERVED_PROOF, .url = GPU1, .proof = PROOF_PLAIN_HTTP },
		at(1));
	assert_fix(assert_says(take(l, at(2)), "tls-failed", LAYER_TLS, SEVERITY_DOWN, STATE_FAULT,
			   "fails: it wants a client certificate"),
		"tsllm-top has no client certificate to show");
	comes_to(l, at(10), OUTCOME_CLOSED);
	assert_verdict(take(l, at(11)), "accepts-then-closes");
}

static void go_s_internal_error_is_a_certificate_not_to_be_had(void **state)
{
	(void)state;
	assert_fix(assert_says(after_tls(GPU1, TLS_ALERT_INTERNAL), "cert-not-issued", LAYER_TLS,
			   SEVERITY_DOWN, STATE_FAULT, "gpu1.tail4c1d.ts.net has no certificate"),
		"on gpu1: sudo tailscale cert gpu1.tail4c1d.ts.net");
}

static void a_handshake_that_hangs_once_is_not_yet_a_missing_certificate(void **state)
{
	struct ledger *l = watching(GPU1);

	(void)state;
	tls_fails(l, at(0), TLS_TIMEOUT);
	assert_no_verdict(take(l, at(1)), "cert-not-issued");
	tls_fails(l, at(10), TLS_TIMEOUT);
	assert_verdict(take(l, at(11)), "cert-not-issued");
}

static void other_tls_trouble_is_told_in_the_library_s_words(void **state)
{
	(void)state;
	assert_says(after_tls(GPU1, TLS_OTHER), "tls-failed", LAYER_TLS, SEVERITY_DOWN, STATE_FAULT,
		"wrong version number");
	assert_no_verdict(after_tls(GPU1, TLS_EXPIRED), "tls-failed");
}

static void a_certificate_is_expiring_two_weeks_before_its_end(void **state)
{
	struct ledger *l = watching_a("llama-server", GPU1);
	const struct snapshot *s;

	(void)state;
	answers(l, at(0), READY);
	ledger_see(l,
		&(struct observation){ .kind = OBSERVED_CERTIFICATE,
			.url = GPU1,
			.cert_not_after = at(0).wall_ms + DAYS(15) },
		at(0));
	assert_no_verdict(take(l, at(1)), "cert-expiring");
	ledger_see(l,
		&(struct observation){ .kind = OBSERVED_CERTIFICATE,
			.url = GPU1,
			.cert_not_after = at(0).wall_ms + DAYS(10) },
		at(0));
	s = take(l, at(1));
	assert_says(s, "cert-expiring", LAYER_TLS, SEVERITY_DEGRADED, STATE_WARN, "expires in 9 d");
	assert_state(s, STATE_WARN);
	assert_int_equal(s->status, STATUS_DEGRADED);
}

#define HOURS(n) (INT64_C(3600) * (n))

/* Found by discovery, and stopped at 0. */
static struct ledger *stopped(bool is_pinned)
{
	struct ledger *l = watching_a("llama-server", GPU1);

	finds_by_port(!is_pinned);
	watches(l, "llama-server", RAW);
	answers(l, at(0), READY);
	is_refused(l, at(10));
	return l;
}

static void what_was_found_and_stops_is_down_for_an_hour_and_gone_for_a_day(void **state)
{
	struct ledger *l = stopped(false);
	const struct snapshot *s = take(l, at(20));

	(void)state;
	assert_int_equal(endpoint_row(s, RAW)->state, STATE_DOWN);
	assert_no_verdict(s, "gone");
	is_refused(l, at(3500));
	assert_int_equal(endpoint_row(take(l, at(3500)), RAW)->state, STATE_DOWN);
	is_refused(l, at(3620));
	s = take(l, at(3620));
	assert_says(s, "gone", LAYER_PORT, SEVERITY_INFO, STATE_OFFLINE,
		"gpu1.tail4c1d.ts.net:8080 has been gone for 60 min; it will be forgotten in 23 h");
	assert_no_verdict(s, "not-listening");
	assert_int_equal(endpoint_row(s, RAW)->state, STATE_OFFLINE);
	assert_int_equal(s->status, STATUS_OK);
	assert_non_null(strstr(s->events[0].text, "has been gone"));
	answers(l, at(HOURS(2)), READY);
	s = take(l, at(HOURS(2)));
	assert_int_equal(endpoint_row(s, RAW)->state, STATE_OK);
	is_refused(l, at(HOURS(3)));
	assert_int_equal(
		endpoint_row(take(l, at(HOURS(3))), RAW)->state, STATE_DOWN); /* the hour begins anew */
}

static void what_drops_connects_since_it_stopped_is_gone_too(void **state)
{
	struct ledger *l = watching_a("llama-server", GPU1);

	(void)state;
	finds_by_port(true);
	watches(l, "llama-server", RAW);
	answers(l, at(0), READY);
	connect_times_out(l, at(10));
	connect_times_out(l, at(12));
	assert_verdict(take(l, at(13)), "filtered");
	connect_times_out(l, at(3700));
	assert_verdict(take(l, at(3700)), "gone");
}

static void what_is_pinned_or_served_is_never_gone(void **state)
{
	const struct obs_mount mount = { .host = "gpu1.tail4c1d.ts.net",
		.service = "",
		.port = 8080,
		.path = "",
		.target = "127.0.0.1:8080",
		.url = RAW,
		.backend = "" };
	struct ledger *l = stopped(true);

	(void)state;
	is_refused(l, at(HOURS(30)));
	assert_int_equal(endpoint_row(take(l, at(HOURS(30))), RAW)->state, STATE_DOWN);
	assert_no_verdict(take(l, at(HOURS(30))), "gone");
	l = stopped(false);
	sees_serve(l, &mount, 1);
	is_refused(l, at(HOURS(30)));
	assert_no_verdict(take(l, at(HOURS(30))), "gone");
}

static void what_is_forgotten_leaves_an_event(void **state)
{
	struct ledger *l = stopped(false);

	(void)state;
	ledger_see(l, &(struct observation){ .kind = OBSERVED_DROPPED, .url = RAW }, at(HOURS(26)));
	assert_non_null(strstr(take(l, at(HOURS(26)))->events[0].text, "gone: nothing has listened there"));
	l = stopped(false);
	ledger_see(l, &(struct observation){ .kind = OBSERVED_DROPPED, .url = RAW }, at(HOURS(2)));
	for (size_t i = 0; i < take(l, at(HOURS(2)))->event_count; i++)
		assert_null(strstr(take(l, at(HOURS(2)))->events[i].text, "gone: nothing"));
}

static void every_code_of_reach_is_tested_both_ways(void **state)
{
	(void)state;
	assert_covered(reach_rules);
	assert_covered(unasked_rules);
}

#define SAYS(test) cmocka_unit_test_teardown(test, forget)

int main(void)
{
	const struct CMUnitTest tests[] = {
		SAYS(a_door_that_answers_raises_nothing),
		SAYS(a_door_that_was_never_asked_is_unknown),
		SAYS(what_was_found_and_stops_is_down_for_an_hour_and_gone_for_a_day),
		SAYS(what_drops_connects_since_it_stopped_is_gone_too),
		SAYS(what_is_pinned_or_served_is_never_gone),
		SAYS(what_is_forgotten_leaves_an_event),
		SAYS(a_name_without_an_address_is_an_unknown_host),
		SAYS(only_a_name_outside_the_tailnet_is_looked_up),
		SAYS(a_name_that_is_not_resolved_yet_is_unknown),
		SAYS(what_belongs_to_a_tailnet_that_does_not_run_is_not_asked),
		SAYS(a_refusal_is_believed_at_once),
		SAYS(a_refusal_of_the_serve_port_is_a_mount_that_is_not_there),
		SAYS(the_safe_way_comes_first_for_ollama_too),
		SAYS(a_known_server_is_told_its_own_way_to_listen),
		SAYS(our_own_refused_port_is_a_stopped_server),
		SAYS(a_port_proven_to_be_bound_to_loopback_is_told_so),
		SAYS(the_daemons_word_for_an_acl_is_believed_at_once),
		SAYS(a_first_timeout_says_what_it_may_be),
		SAYS(a_first_timeout_of_a_server_that_answered_says_nothing),
		SAYS(what_the_log_says_of_other_ports_makes_an_acl_likely),
		SAYS(a_host_with_its_shields_up_is_named),
		SAYS(a_grant_names_tags_where_there_are_any),
		SAYS(a_rule_for_the_engines_port_does_not_open_that_of_serve),
		SAYS(a_proof_does_not_outlive_what_it_proves),
		SAYS(connects_before_the_first_handshake_may_just_be_lost),
		SAYS(connects_that_vanish_twice_are_filtered),
		SAYS(a_connect_that_vanishes_while_the_path_changes_does_not_count),
		SAYS(a_connect_that_is_turned_away_is_filtered_at_once),
		SAYS(a_host_outside_the_tailnet_is_not_blamed_on_its_policy),
		SAYS(closing_without_a_byte_is_told_at_once),
		SAYS(a_short_name_has_no_certificate),
		SAYS(a_short_name_on_a_plain_port_is_not_to_blame),
		SAYS(https_by_address_needs_a_name),
		SAYS(a_plain_port_is_not_tls),
		SAYS(that_it_speaks_plain_http_is_said_once_it_is_proven),
		SAYS(a_handshake_that_hangs_is_not_tls_where_plain_http_answers),
		SAYS(an_expired_certificate_is_told_with_its_age),
		SAYS(a_stranger_s_signature_is_not_trusted),
		SAYS(another_name_in_the_certificate_is_told),
		SAYS(elsewhere_tailscale_gives_no_certificate),
		SAYS(of_localhost_there_is_no_certificate_to_ask_for),
		SAYS(a_name_or_address_that_is_not_of_the_tailnet_has_no_fuller_one),
		SAYS(what_closes_here_is_no_mount_of_another),
		SAYS(a_certificate_for_a_short_name_or_an_address_is_that_of_the_full_name),
		SAYS(a_certificate_of_tomorrow_asks_for_the_clocks),
		SAYS(a_server_that_wants_a_client_certificate_says_so_whatever_plain_http_gets),
		SAYS(go_s_internal_error_is_a_certificate_not_to_be_had),
		SAYS(a_handshake_that_hangs_once_is_not_yet_a_missing_certificate),
		SAYS(other_tls_trouble_is_told_in_the_library_s_words),
		SAYS(a_certificate_is_expiring_two_weeks_before_its_end),
		SAYS(every_code_of_reach_is_tested_both_ways),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
