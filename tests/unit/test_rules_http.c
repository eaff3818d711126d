/* Who failed, told from recorded answers of servers and of the proxies before them. */
#include "tests/unit/ledger_help.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define HOST "gpu1.tail4c1d.ts.net"
#define DATE "Date: Mon, 23 Nov 2026 00:45:46 GMT\n"
#define HTML "Content-Type: text/html\n"
#define JSON "Content-Type: application/json\n"

/* What is said after one recorded answer of a server that was llama-server so far, or of an unknown one. */
static const struct snapshot *after(const char *family, const char *recording)
{
	struct ledger *l = watching_a(family, GPU1);

	answers(l, at(0), recording);
	return take(l, at(1));
}

static const struct snapshot *after_made(
	const char *family, int status, const char *headers, const char *body)
{
	struct ledger *l = watching_a(family, GPU1);

	says(l, at(0), status, headers, body);
	return take(l, at(1));
}

static void a_server_that_answers_well_raises_nothing(void **state)
{
	const struct snapshot *s = after("llama-server", "llama-server-0.5.0/ready-idle/health");

	(void)state;
	for (const struct rule *rule = http_rules; rule->code; rule++)
		assert_no_verdict(s, rule->code);
	assert_state(s, STATE_OK);
}

static void silence_twice_is_no_answer(void **state)
{
	struct ledger *l = watching_a("llama-server", GPU1);
	const struct snapshot *s;

	(void)state;
	answers(l, at(0), "llama-server-0.5.0/ready-idle/health");
	assert_state(take(l, at(5)), STATE_OK);
	answers(l, at(10), "llama-server-0.5.0/sigstop-zombie/health");
	s = take(l, at(15));
	assert_no_verdict(s, "no-answer");
	assert_state(s, STATE_OK);
	answers(l, at(20), "llama-server-0.5.0/sigstop-zombie/health");
	s = take(l, at(25));
	assert_fix(assert_says(s, "no-answer", LAYER_HTTP, SEVERITY_DOWN, STATE_STALLED,
			   "llama-server at " HOST
			   ":443 accepts connections but has not answered the last two requests; it "
			   "last answered 25 s ago"),
		"on gpu1");
	assert_state(s, STATE_STALLED);
}

static void silence_of_a_server_that_was_busy_is_busy_or_hung(void **state)
{
	struct ledger *l = watching_a("llama-server", GPU1);

	(void)state;
	answers(l, at(0), "llama-server-0.5.0/generating/health");
	answers(l, at(0), "llama-server-0.5.0/generating/metrics");
	stays_silent(l, at(10));
	stays_silent(l, at(20));
	assert_says(take(l, at(25)), "no-answer", LAYER_HTTP, SEVERITY_DEGRADED, STATE_STALLED,
		"was working on 1 request: busy or hung");
	assert_int_equal(find_verdict(take(l, at(70)), "no-answer")->severity, SEVERITY_DOWN);
}

static void one_answer_ends_a_silence(void **state)
{
	struct ledger *l = watching_a("llama-server", GPU1);

	(void)state;
	stays_silent(l, at(0));
	stays_silent(l, at(10));
	answers(l, at(20), "llama-server-0.5.0/ready-idle/health");
	assert_no_verdict(take(l, at(21)), "no-answer");
	assert_state(take(l, at(21)), STATE_OK);
	stays_silent(l, at(30));
	assert_no_verdict(take(l, at(31)), "no-answer");
}

static void http_on_a_tls_port_is_told(void **state)
{
	const struct snapshot *s =
		after_made(NULL, 400, "", "Client sent an HTTP request to an HTTPS server.\n");

	(void)state;
	assert_fix(assert_says(s, "not-tls", LAYER_TLS, SEVERITY_DOWN, STATE_FAULT,
			   "port 443 of " HOST " speaks HTTPS"),
		"https://");
	assert_no_verdict(after_made(NULL, 400, "", "Bad Request"), "not-tls");
}

static struct ledger *with_mount(const char *target, const char *backend)
{
	struct ledger *l = watching(GPU1);
	const struct obs_mount mount = { .host = "admin.tail4c1d.ts.net",
		.service = "",
		.port = 443,
		.path = "/",
		.target = target,
		.url = "https://admin.tail4c1d.ts.net",
		.backend = backend };

	sees_serve(l, &mount, 1);
	watches_own(l, NULL, backend);
	return l;
}

static void an_insecure_target_that_speaks_plain_http_is_a_wrong_scheme(void **state)
{
	struct ledger *l = with_mount("https+insecure://127.0.0.1:8080", "https://127.0.0.1:8080");
	const struct snapshot *s;

	(void)state;
	tls_fails(l, at(0), TLS_NOT_TLS);
	watches(l, NULL, "https://admin.tail4c1d.ts.net");
	says(l, at(0), 502, DATE, "");
	s = take(l, at(1));
	assert_fix(assert_says(s, "proxy-scheme", LAYER_HTTP, SEVERITY_DOWN, STATE_FAULT,
			   "https+insecure://127.0.0.1:8080"),
		"http://");
	assert_no_verdict(s, "bad-gateway");
}

static void an_insecure_target_that_is_dead_is_no_wrong_scheme(void **state)
{
	struct ledger *l = with_mount("https+insecure://127.0.0.1:8080", "https://127.0.0.1:8080");
	const struct snapshot *s;

	(void)state;
	is_refused(l, at(0));
	watches(l, NULL, "https://admin.tail4c1d.ts.net");
	says(l, at(0), 502, DATE, "");
	s = take(l, at(1));
	assert_no_verdict(s, "proxy-scheme");
	assert_fix(assert_says(s, "bad-gateway", LAYER_HTTP, SEVERITY_DOWN, STATE_FAULT,
			   "its backend https+insecure://127.0.0.1:8080 is not"),
		"start the server at https+insecure://127.0.0.1:8080");
}

static void a_502_without_a_body_is_a_dead_backend_at_once(void **state)
{
	const struct snapshot *s = after_made("llama-server", 502, DATE, "");

	(void)state;
	assert_fix(assert_says(s, "bad-gateway", LAYER_HTTP, SEVERITY_DOWN, STATE_FAULT,
			   "tailscale serve (or a proxy like it) is up, the backend behind it is not"),
		"on gpu1: tailscale serve status");
	assert_state(s, STATE_FAULT);
}

static void a_502_of_nginx_is_not_that_of_serve(void **state)
{
	const struct snapshot *s = after("llama-server", "nginx-1.22.1/engine-dead/health");

	(void)state;
	assert_no_verdict(s, "bad-gateway");
	assert_no_verdict(after("llama-server", "caddy-2.11.9/engine-dead/health"), "bad-gateway");
}

/* Every reverse proxy in Go says it so; serve has names of the tailnet alone. */
static void a_502_without_a_body_elsewhere_is_not_that_of_serve(void **state)
{
	static const char *const urls[] = { "http://100.64.0.2:11434", "http://llm.example.net:8080",
		"https://llm.example.net" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(urls); i++) {
		struct ledger *l = watching_a(NULL, urls[i]);

		says(l, at(0), 502, DATE, "");
		assert_no_verdict(take(l, at(1)), "bad-gateway");
		assert_says(take(l, at(1)), "proxy-backend-down", LAYER_HTTP, SEVERITY_DOWN, STATE_FAULT,
			"the proxy in front of");
	}
}

/* tailscale serve --http */
static void a_502_without_a_body_by_a_name_of_the_tailnet_may_be_that_of_serve(void **state)
{
	struct ledger *l = watching_a(NULL, "http://gpu1.tail4c1d.ts.net:8090");

	(void)state;
	says(l, at(0), 502, DATE, "");
	assert_says(take(l, at(1)), "bad-gateway", LAYER_HTTP, SEVERITY_DOWN, STATE_FAULT,
		"tailscale serve (or a proxy like it) is up");
}

static void an_empty_403_is_ollama_s_host_check(void **state)
{
	struct ledger *l = watching_a("ollama", GPU1);
	const struct snapshot *s;

	(void)state;
	answers(l, at(0), "ollama-0.17.4/host-check/api-ps-host-foreign");
	s = take(l, at(1));
	assert_true(assert_verdict(s, "host-check")->is_inferred);
	assert_fix(assert_says(s, "host-check", LAYER_HTTP, SEVERITY_DOWN, STATE_FAULT, "probably Ollama"),
		"serve --bg --tcp=11434 tcp://127.0.0.1:11434; then use http://100.64.0.2:11434");
	ledger_see(l,
		&(struct observation){ .kind = OBSERVED_PROOF, .url = GPU1, .proof = PROOF_HOST_LOCALHOST },
		at(2));
	assert_false(
		assert_says(take(l, at(2)), "host-check", LAYER_HTTP, SEVERITY_DOWN, STATE_FAULT, "(proven)")
			->is_inferred);
	answers(l, at(10), "ollama-0.17.4/host-check/api-ps-host-localhost");
	assert_no_verdict(take(l, at(11)), "host-check");
}

static void the_host_check_shows_through_a_proxy(void **state)
{
	(void)state;
	assert_verdict(after("ollama", "nginx-1.22.1/ollama-host-passed/api-ps"), "host-check");
	assert_no_verdict(after("ollama", "nginx-1.22.1/deny-403/root"), "host-check");
}

/* What helps there is a line in the proxy's configuration. Caddy may as well refuse in the same way itself. */
static void a_refusal_behind_a_proxy_is_mended_in_the_proxy(void **state)
{
	static const struct {
		const char *headers, *text;
		bool may_be_own;
	} cases[] = {
		{ "Server: Caddy\n", "Caddy itself refuses", true },
		{ "Server: nginx/1.27.0\n", "Ollama behind nginx, bound to localhost", true },
		{ "Via: 1.1 Caddy\n", "Ollama behind Caddy, bound to localhost", false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const struct verdict *verdict = assert_says(after_made("ollama", 403, cases[i].headers, ""),
			"host-check", LAYER_HTTP, SEVERITY_DOWN, STATE_FAULT, cases[i].text);

		assert_int_equal(strstr(verdict->text, "itself") != NULL, cases[i].may_be_own);
		assert_fix(verdict, "Caddy: header_up Host localhost");
		assert_null(strstr(verdict->fix, "serve --bg"));
	}
}

static void a_refusal_behind_a_proxy_can_be_proven(void **state)
{
	struct ledger *l = watching_a("ollama", GPU1);
	const struct verdict *verdict;

	(void)state;
	says(l, at(0), 403, "Server: Caddy\n", "");
	ledger_see(l,
		&(struct observation){ .kind = OBSERVED_PROOF, .url = GPU1, .proof = PROOF_HOST_LOCALHOST },
		at(1));
	verdict = assert_says(take(l, at(2)), "host-check", LAYER_HTTP, SEVERITY_DOWN, STATE_FAULT,
		"Ollama behind Caddy refuses this name: it is bound to localhost and answers only to "
		"`Host: localhost` (proven)");
	assert_null(strstr(verdict->text, "itself"));
	assert_fix(verdict, "Caddy: header_up Host localhost");
}

static void a_name_that_is_not_trusted_is_a_host_check(void **state)
{
	static const char plain[] = "Content-Type: text/plain; charset=utf-8\n" DATE;
	struct ledger *l = watching_a("jan", GPU1);
	const struct snapshot *s;

	(void)state;
	says(l, at(0), 403, DATE, "Invalid host header");
	s = take(l, at(1));
	assert_fix(assert_says(s, "host-check", LAYER_HTTP, SEVERITY_DOWN, STATE_FAULT,
			   "Jan refuses the name " HOST ": it answers only to names that it trusts"),
		"Local API Server: add " HOST);
	ledger_see(l,
		&(struct observation){ .kind = OBSERVED_PROOF, .url = GPU1, .proof = PROOF_HOST_LOCALHOST },
		at(2));
	assert_says(take(l, at(2)), "host-check", LAYER_HTTP, SEVERITY_DOWN, STATE_FAULT, "(proven)");
	s = after_made(NULL, 400, plain, "Invalid host header");
	assert_fix(assert_says(s, "host-check", LAYER_HTTP, SEVERITY_DOWN, STATE_FAULT,
			   "the server refuses the name"),
		"--listen");
	assert_verdict(after_made(NULL, 400, "Content-Type: application/json\n",
			       "{\"detail\":\"Invalid host header\"}"),
		"host-check");
	assert_no_verdict(after_made(NULL, 400, plain, "Invalid header"), "host-check");
	assert_no_verdict(after_made(NULL, 200, plain, "Invalid host header"), "host-check");
}

static void go_s_404_is_a_path_without_a_mount(void **state)
{
	static const char headers[] = "Content-Type: text/plain; charset=utf-8\n" DATE;
	const struct snapshot *s = after_made(NULL, 404, headers, "404 page not found\n");

	(void)state;
	assert_says(s, "no-mount", LAYER_HTTP, SEVERITY_DOWN, STATE_FAULT, HOST ":443");
	assert_says(s, "no-mount", LAYER_HTTP, SEVERITY_DOWN, STATE_FAULT, "or it is another proxy");
	assert_no_verdict(s, "wrong-base-path");
	assert_no_verdict(
		after_made(NULL, 404, "Content-Type: text/plain\n", "404 page not found\n"), "no-mount");
	assert_no_verdict(
		after("openai-compatible", "nginx-1.22.1/subpath-wrong-base/v1-models"), "no-mount");
}

/* Every program in Go says it; serve is likely at HTTPS on a machine of the tailnet alone. */
static void go_s_404_on_a_port_of_its_own_is_not_serve(void **state)
{
	static const char *const urls[] = { "http://gpu1.tail4c1d.ts.net:40114", "http://100.64.0.5:8080",
		"https://llm.example.net:8443", "http://[fd7a:115c:a1e0::5]:8080" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(urls); i++) {
		struct ledger *l = watching_a(NULL, urls[i]);
		const struct snapshot *s;

		says(l, at(0), 404, "Content-Type: text/plain\n" DATE, "404 page not found\n");
		s = take(l, at(1));
		assert_no_verdict(s, "no-mount");
		assert_verdict(s, "wrong-base-path");
	}
}

/* Bifrost answers, but its list waits for a dead provider. */
static void a_list_that_does_not_come_is_no_frozen_server(void **state)
{
	struct ledger *l = watching_a("openai-compatible", GPU1);
	struct obs_answer root;

	(void)state;
	says_at(l, at(0), "/v1/models", 200, JSON, "{\"object\":\"list\",\"data\":[{\"id\":\"m\"}]}");
	stays_silent(l, at(60));
	assert_no_verdict(take(l, at(61)), "no-list");
	stays_silent(l, at(120));
	assert_no_verdict(take(l, at(125)), "no-answer");
	assert_says(take(l, at(125)), "no-list", LAYER_HTTP, SEVERITY_DEGRADED, STATE_SLOW,
		"either it hangs, or a server behind it does; it last came 2 min ago");
	root = an_answer(GPU1, "/", OUTCOME_SILENT, 0);
	ledger_see(l, &(struct observation){ .kind = OBSERVED_ANSWER, .answer = &root }, at(126));
	assert_no_verdict(take(l, at(127)), "no-list");
	assert_verdict(take(l, at(127)), "no-answer");
}

static void a_server_that_wants_a_key_is_up(void **state)
{
	const struct snapshot *s = after("llama-swap", "llama-swap-v250-5-g0bdb3720/api-key-missing/running");

	(void)state;
	assert_fix(assert_says(s, "auth-required", LAYER_HTTP, SEVERITY_INFO, STATE_AUTH,
			   "llama-swap is up and wants a key"),
		"url = " GPU1);
	assert_state(s, STATE_AUTH);
	assert_int_equal(s->status, STATUS_OK);
}

/* It was down, and what it answers now is neither a good answer nor a fault. */
static void what_was_down_and_answers_is_not_down_any_more(void **state)
{
	static const struct {
		const char *family;
		int status;
		const char *body;
		enum state state;
	} table[] = {
		{ "vllm", 401, "{\"error\":\"Unauthorized\"}", STATE_AUTH },
		{ "llama-server", 401, "{\"error\":{\"code\":401,\"message\":\"Invalid API Key\"}}",
			STATE_AUTH },
		{ "lm-studio", 401, "{\"error\":\"a key is wanted\"}", STATE_AUTH },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(table); i++) {
		struct ledger *l = watching_a(table[i].family, GPU1);

		is_refused(l, at(0));
		assert_state(take(l, at(1)), STATE_DOWN);
		says(l, at(10), table[i].status, "Content-Type: application/json\r\n", table[i].body);
		assert_state(take(l, at(11)), table[i].state);
		is_refused(l, at(20));
		assert_state(take(l, at(21)), STATE_DOWN);
		forget(state);
	}
}

static void a_key_wanted_on_another_path_than_the_primary_is_told(void **state)
{
	struct ledger *l = watching_a("vllm", GPU1);

	(void)state;
	answers(l, at(0), "vllm-0.32.0-cpu/api-key-missing/health");
	assert_no_verdict(take(l, at(1)), "auth-required");
	answers(l, at(1), "vllm-0.32.0-cpu/api-key-missing/v1-models");
	assert_verdict(take(l, at(2)), "auth-required");
	answers(l, at(10), "vllm-0.32.0-cpu/api-key-missing/health");
	assert_verdict(take(l, at(11)), "auth-required");
	answers(l, at(12), "vllm-0.32.0-cpu/api-key-right/v1-models");
	assert_no_verdict(take(l, at(13)), "auth-required");
}

static void a_server_that_wanted_a_key_can_still_die(void **state)
{
	struct ledger *l = watching_a("vllm", GPU1);
	const struct snapshot *s;

	(void)state;
	answers(l, at(0), "vllm-0.32.0-cpu/api-key-missing/health");
	answers(l, at(1), "vllm-0.32.0-cpu/api-key-missing/v1-models");
	answers(l, at(10), "vllm-0.32.0-cpu/engine-killed/health");
	s = take(l, at(11));
	assert_no_verdict(s, "auth-required");
	assert_state(s, STATE_FAULT);
}

static void a_stranger_s_refusal_in_json_is_a_demand_for_a_key(void **state)
{
	(void)state;
	assert_verdict(after(NULL, "oauth2-proxy-7.6.0/no-login-accept-json/v1-models"), "auth-required");
}

#define NAS "http://nas.lan.example:8080"

static void a_key_that_was_withheld_is_said_with_the_line_that_sends_it(void **state)
{
	struct ledger *l = empty_ledger(NULL);
	const struct snapshot *s;

	(void)state;
	sees(l, at(0), running());
	watches_without_its_key(l, "llama-swap", NAS);
	answers(l, at(0), "llama-swap-v250-5-g0bdb3720/api-key-missing/running");
	s = take(l, at(1));
	assert_fix(assert_says(s, "key-withheld", LAYER_HTTP, SEVERITY_DEGRADED, STATE_AUTH,
			   "the key for nas.lan.example is not sent"),
		"plain-key = on");
	assert_state(s, STATE_AUTH);
	assert_no_verdict(s, "auth-required");
	assert_int_equal(s->status, STATUS_DEGRADED);
}

/* A proxy's login page asks for the same key. */
static void a_key_that_a_proxy_misses_was_withheld_too(void **state)
{
	struct ledger *l = empty_ledger(NULL);
	const struct snapshot *s;

	(void)state;
	watches_without_its_key(l, NULL, NAS);
	says(l, at(0), 401, "Server: nginx\nContent-Type: text/html\n", "<html>401</html>");
	s = take(l, at(1));
	assert_verdict(s, "key-withheld");
	assert_no_verdict(s, "auth-at-proxy");
}

static void a_withheld_key_that_nobody_misses_is_information(void **state)
{
	struct ledger *l = empty_ledger(NULL);
	const struct snapshot *s;

	(void)state;
	sees(l, at(0), running());
	watches_without_its_key(l, "llama-server", NAS);
	answers(l, at(0), "llama-server-0.5.0/ready-idle/health");
	s = take(l, at(1));
	assert_says(s, "key-withheld", LAYER_HTTP, SEVERITY_INFO, STATE_OK, "is not sent");
	assert_state(s, STATE_OK);
	assert_int_equal(s->status, STATUS_OK);
	assert_no_verdict(
		after("llama-swap", "llama-swap-v250-5-g0bdb3720/api-key-missing/running"), "key-withheld");
}

static void a_key_that_is_refused_is_wrong(void **state)
{
	struct ledger *l = watching_a("litellm", GPU1);
	const struct snapshot *s;

	(void)state;
	answers(l, at(0), "litellm-1.106.2/key-missing/health-liveliness");
	answers(l, at(0), "litellm-1.106.2/key-missing/v1-models");
	assert_no_verdict(take(l, at(1)), "auth-rejected");
	gives_a_key();
	answers(l, at(10), "litellm-1.106.2/key-wrong/v1-models-sk");
	s = take(l, at(11));
	assert_fix(assert_says(s, "auth-rejected", LAYER_HTTP, SEVERITY_DEGRADED, STATE_WARN,
			   "LiteLLM rejects the key"),
		"key_env or key_file");
	assert_no_verdict(s, "auth-required");
	answers(l, at(20), "litellm-1.106.2/key-right/v1-models");
	assert_no_verdict(take(l, at(21)), "auth-rejected");
}

static void a_rate_limit_is_told_with_what_it_asks(void **state)
{
	(void)state;
	assert_says(after("llama-server", "haproxy-2.6.12/rate-limited-429/health"), "rate-limited",
		LAYER_HTTP, SEVERITY_DEGRADED, STATE_SLOW, HOST " limits the rate of requests (HTTP 429)");
	assert_verdict(after("llama-server", "nginx-1.22.1/rate-limited-429/health"), "rate-limited");
	assert_says(after("llama-server", "nginx-1.22.1/rate-limited-503/health"), "rate-limited", LAYER_HTTP,
		SEVERITY_DEGRADED, STATE_SLOW, "(HTTP 503); or it is closed for maintenance");
	assert_says(after_made("llama-server", 429, "Retry-After: 30\n", ""), "rate-limited", LAYER_HTTP,
		SEVERITY_DEGRADED, STATE_SLOW, "; it asks to wait 30 s");
}

static void a_503_of_another_proxy_is_no_rate_limit(void **state)
{
	(void)state;
	assert_no_verdict(after("llama-server", "haproxy-2.6.12/engine-dead/health"), "rate-limited");
	assert_no_verdict(after("llama-server", "apache-2.4.71/engine-dead/health"), "rate-limited");
}

static void a_proxy_whose_engine_is_silent_is_told_by_name(void **state)
{
	static const struct {
		const char *recording, *part;
	} cases[] = {
		{ "nginx-1.22.1/engine-hung-read-timeout-3s/health", "nginx in front of " HOST " is up" },
		{ "haproxy-2.6.12/engine-hung-server-timeout-3s/health",
			"HAProxy in front of " HOST " is up, but its engine does not answer (HTTP 504)" },
		{ "apache-2.4.71/engine-hung-timeout-3s/health", "Apache in front of " HOST },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		assert_says(after("llama-server", cases[i].recording), "proxy-backend-silent", LAYER_HTTP,
			SEVERITY_DOWN, STATE_FAULT, cases[i].part);
	assert_no_verdict(after("llama-server", "apache-2.4.71/engine-dead/health"), "proxy-backend-silent");
}

static void a_proxy_whose_engine_is_dead_is_told_by_name(void **state)
{
	static const struct {
		const char *recording, *part;
	} cases[] = {
		{ "nginx-1.22.1/engine-dead/health",
			"nginx in front of " HOST " is up, but its engine is not (HTTP 502)" },
		{ "caddy-2.11.9/engine-dead/health", "Caddy in front of" },
		{ "caddy-2.6.2/engine-dead/health", "Caddy in front of" },
		{ "haproxy-2.6.12/engine-dead/health",
			"HAProxy in front of " HOST " is up, but its engine is not (HTTP 503)" },
		{ "apache-2.4.71/engine-dead/health", "Apache in front of" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		assert_says(after("llama-server", cases[i].recording), "proxy-backend-down", LAYER_HTTP,
			SEVERITY_DOWN, STATE_FAULT, cases[i].part);
}

/* Statuses that only Cloudflare has, and Kong's JSON. */
static void proxies_with_words_of_their_own_are_told_by_name(void **state)
{
	static const char cloudflare[] = "Server: cloudflare\nContent-Type: text/html\n";
	static const char kong[] = "Server: kong/3.9.0\nContent-Type: application/json\n";
	static const struct {
		int status;
		const char *headers, *body, *code, *part, *fix;
	} cases[] = {
		{ 521, cloudflare, "<html>521</html>", "proxy-backend-down", "Cloudflare in front of",
			"start the engine" },
		{ 522, cloudflare, "<html>522</html>", "proxy-backend-silent", "Cloudflare in front of", "" },
		{ 526, cloudflare, "<html>526</html>", "proxy-backend-down", "(HTTP 526)", "certificate" },
		{ 530, "Server: cloudflare\nContent-Type: text/plain\n", "error code: 1033",
			"proxy-backend-down", "(HTTP 530)", "start cloudflared" },
		{ 503, kong, "{\"message\":\"failure to get a peer from the ring-balancer\"}",
			"proxy-backend-down", "Kong in front of", "" },
		{ 504, kong, "{\"message\":\"The upstream server is timing out\"}", "proxy-backend-silent",
			"Kong in front of", "" },
		{ 503, "Server: uvicorn\nVia: 1.1 kong/3.9.0\nContent-Type: application/json\n",
			"{\"error\":\"overloaded\"}", "server-error", "HTTP 503", "" },
		{ 530, "Server: uvicorn\nContent-Type: text/plain\n", "error code: 1033", "server-error",
			"530", "" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		assert_fix(assert_says(after_made("vllm", cases[i].status, cases[i].headers, cases[i].body),
				   cases[i].code, LAYER_HTTP, SEVERITY_DOWN, STATE_FAULT, cases[i].part),
			cases[i].fix);
}

static void an_engine_that_loads_behind_a_proxy_is_not_down(void **state)
{
	static const char *const recordings[] = { "nginx-1.22.1/engine-loading/health",
		"caddy-2.11.9/engine-loading/health", "haproxy-2.6.12/engine-loading/health" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(recordings); i++) {
		const struct snapshot *s = after("llama-server", recordings[i]);

		assert_no_verdict(s, "proxy-backend-down");
		assert_state(s, STATE_LOADING);
	}
}

static void a_login_at_a_proxy_hides_the_engine(void **state)
{
	static const char *const recordings[] = { "nginx-1.22.1/basic-auth-missing/health",
		"nginx-1.22.1/deny-403/health", "caddy-2.6.2/basic-auth-missing/health",
		"caddy-2.6.2/bearer-missing-text/health", "haproxy-2.6.12/basic-auth-missing/health",
		"apache-2.4.71/basic-auth-missing/health", "oauth2-proxy-7.6.0/no-login/health" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(recordings); i++)
		assert_says(after("llama-server", recordings[i]), "auth-at-proxy", LAYER_HTTP, SEVERITY_INFO,
			STATE_AUTH, "wants a login");
	assert_no_verdict(
		after("openai-compatible", "llama-server-0.5.0/api-key-missing/v1-models"), "auth-at-proxy");
}

static void a_redirect_is_told_with_its_target(void **state)
{
	(void)state;
	assert_says(after("llama-server", "nginx-1.22.1/login-redirect/health"), "redirected", LAYER_HTTP,
		SEVERITY_DOWN, STATE_FAULT, "(HTTP 302), which is not followed: https://login.example.net/");
	assert_no_verdict(after("llama-server", "nginx-1.22.1/engine-ready/health"), "redirected");
}

static void a_3xx_that_leads_nowhere_is_no_redirect(void **state)
{
	static const int codes[] = { 300, 302, 304, 399 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(codes); i++) {
		const struct snapshot *s = after_made(NULL, codes[i], "", "");

		assert_no_verdict(s, "redirected");
		assert_verdict(s, "malformed");
	}
	assert_says(after_made(NULL, 304, "", ""), "malformed", LAYER_HTTP, SEVERITY_DOWN, STATE_FAULT,
		"HTTP 304 (not modified)");
}

static void large_json_is_large_and_not_broken(void **state)
{
	const size_t values = 200001;
	char *body = mem_alloc(values * 2 + 2), *at = body;
	const struct snapshot *s;

	(void)state;
	*at++ = '[';
	for (size_t i = 0; i < values; i++) {
		*at++ = '0';
		*at++ = i + 1 < values ? ',' : ']';
	}
	s = after_made(NULL, 200, JSON, body);
	assert_says(s, "malformed", LAYER_HTTP, SEVERITY_DOWN, STATE_FAULT, "more values than are read");
	body[0] = '{';
	body[1] = '!'; /* nor is it said to be JSON where it is small */
	strcpy(body + 2, "}");
	assert_says(after_made(NULL, 200, JSON, body), "malformed", LAYER_HTTP, SEVERITY_DOWN, STATE_FAULT,
		"broken JSON");
	free(body);
}

static void a_web_page_is_no_api(void **state)
{
	const struct snapshot *s = after("openai-compatible", "open-webui-0.12.4/key-missing/v1-models");

	(void)state;
	assert_fix(assert_says(s, "html-not-api", LAYER_HTTP, SEVERITY_DOWN, STATE_FAULT, "(/v1/models)"),
		"/api");
}

static void a_page_where_an_engine_answered_has_replaced_it(void **state)
{
	struct ledger *l = watching_a("llama-server", GPU1);
	const struct snapshot *s;

	(void)state;
	answers(l, at(0), "llama-server-0.5.0/ready-idle/health");
	says(l, at(10), 404, HTML, "<!DOCTYPE HTML><p>File not found.");
	s = take(l, at(12));
	assert_fix(assert_says(s, "replaced", LAYER_HTTP, SEVERITY_DOWN, STATE_FAULT,
			   "llama-server answered here until 12 s ago, now a web page does (HTTP 404 for "
			   "/health)"),
		"see whether llama-server still runs");
	assert_no_verdict(s, "wrong-base-path");
	says(l, at(20), 200, HTML, "<!DOCTYPE HTML><p>Welcome");
	s = take(l, at(20));
	assert_verdict(s, "replaced");
	assert_no_verdict(s, "html-not-api");
	says(l, at(30), 404, "Content-Type: text/plain\n", "no such thing");
	assert_says(take(l, at(30)), "replaced", LAYER_HTTP, SEVERITY_DOWN, STATE_FAULT,
		"now something else does");
	answers(l, at(40), "llama-server-0.5.0/ready-idle/health");
	assert_no_verdict(take(l, at(40)), "replaced");
}

static void an_engine_that_says_no_in_its_own_words_is_not_replaced(void **state)
{
	struct ledger *l = watching_a("llama-server", GPU1);

	(void)state;
	answers(l, at(0), "llama-server-0.5.0/ready-idle/health");
	says(l, at(10), 404, JSON, "{\"error\":\"no such path\"}");
	assert_no_verdict(take(l, at(10)), "replaced");
	says(l, at(20), 200, JSON, "{\"status\":");
	assert_no_verdict(take(l, at(20)), "replaced");
	assert_no_verdict(after_made("llama-server", 404, HTML, "<p>File not found."), "replaced");
}

static void nothing_with_200_is_a_proxy_that_knows_no_such_name(void **state)
{
	const struct snapshot *s = after("llama-server", "caddy-2.11.9/no-route/health");

	(void)state;
	assert_says(s, "empty-answer", LAYER_HTTP, SEVERITY_DOWN, STATE_FAULT, "HTTP 200 with an empty body");
	assert_no_verdict(s, "html-not-api");
	assert_verdict(after("vllm", "caddy-2.11.9/no-route/health"), "empty-answer");
	assert_no_verdict(after("vllm", "vllm-0.32.0-cpu/ready-idle/health"), "empty-answer");
}

static void what_is_no_answer_of_an_llm_server_is_malformed(void **state)
{
	static const char json[] = "Content-Type: application/json\n";

	(void)state;
	assert_says(after_made("llama-server", 200, json, "{\"status\": \"o"), "malformed", LAYER_HTTP,
		SEVERITY_DOWN, STATE_FAULT, "broken JSON, it begins with: “{\"status\": \"o”");
	assert_says(after_made("llama-server", 200, json, "{\"wiki\":1}"), "malformed", LAYER_HTTP,
		SEVERITY_DOWN, STATE_FAULT, "not that of an LLM server, it begins with: “{\"wiki\":1}”");
	assert_no_verdict(after_made("llama-server", 200, json, "{\"status\":\"ok\"}"), "malformed");
}

static void an_answer_that_breaks_off_is_malformed_at_once(void **state)
{
	static const struct {
		enum outcome outcome;
		const char *part;
	} cases[] = {
		{ OUTCOME_TRUNCATED, "broke off" },
		{ OUTCOME_TOO_BIG, "too large to read" },
		{ OUTCOME_NOT_HTTP, "not HTTP" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct ledger *l = watching_a("llama-server", GPU1);

		comes_to(l, at(0), cases[i].outcome);
		assert_says(
			take(l, at(1)), "malformed", LAYER_HTTP, SEVERITY_DOWN, STATE_FAULT, cases[i].part);
	}
}

static void a_long_excerpt_is_cut_at_a_whole_character(void **state)
{
	char body[200];
	const struct verdict *verdict;

	(void)state;
	memset(body, 0, sizeof(body));
	for (size_t i = 0; i < 60; i++)
		memcpy(body + 1 + 3 * i, "€", 3);
	body[0] = '{';
	verdict = assert_verdict(
		after_made("llama-server", 200, "Content-Type: application/json\n", body), "malformed");
	assert_non_null(strstr(verdict->text, "€…"));
	assert_null(strchr(verdict->text, '\\'));
}

static void an_error_of_the_engine_is_its_own(void **state)
{
	const struct snapshot *s = after_made("llama-server", 500,
		"Server: llama.cpp\nContent-Type: application/json\n", "{\"error\":\"oom\"}");

	(void)state;
	assert_says(s, "server-error", LAYER_HTTP, SEVERITY_DOWN, STATE_FAULT,
		"llama-server answers HTTP 500: “{\"error\":\"oom\"}”");
	assert_no_verdict(s, "proxy-backend-down");
	s = after("vllm", "vllm-0.32.0-cpu/engine-killed/health");
	assert_says(s, "server-error", LAYER_HTTP, SEVERITY_DOWN, STATE_FAULT,
		"vLLM answers HTTP 503: its engine process is dead");
	assert_no_verdict(s, "proxy-backend-down");
	assert_string_equal(find_verdict(after_made("llama-server", 500, "", ""), "server-error")->text,
		"llama-server answers HTTP 500");
}

static void a_503_of_a_proxy_is_no_error_of_the_engine(void **state)
{
	(void)state;
	assert_no_verdict(after("vllm", "haproxy-2.6.12/engine-dead/health"), "server-error");
}

static void a_wrong_path_is_told_with_the_likely_base(void **state)
{
	static const struct {
		const char *path, *fix;
	} rows[] = {
		{ "", "give the base URL of the server: it may be under a path, or on another port" },
		{ "/v1", "give the base URL without /v1: " GPU1 },
		{ "/v1/v1", "give the base URL without /v1: " GPU1 },
		{ "/ollama/v1", "give the base URL without /v1: " GPU1 "/ollama" },
		{ "/v1/chat/completions", "give the base URL without /v1: " GPU1 },
		{ "/v2", "give the base URL of the server, probably " GPU1 },
		{ "/ollama/v2", "give the base URL of the server, probably " GPU1 "/ollama" },
		{ "/api/chat", "give the base URL of the server, probably " GPU1 },
		{ "/v1beta", "give the base URL of the server, probably " GPU1 },
	};
	char url[128];

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct ledger *l;

		snprintf(url, sizeof(url), "%s%s", GPU1, rows[i].path);
		l = watching(url);
		says(l, at(0), 404, "Content-Type: text/plain\n", "404 page not found");
		assert_string_equal(assert_verdict(take(l, at(0)), "wrong-base-path")->fix, rows[i].fix);
		forget(state);
	}
}

static void a_404_of_anybody_is_a_wrong_path(void **state)
{
	(void)state;
	assert_fix(assert_says(after("openai-compatible", "nginx-1.22.1/subpath-wrong-base/v1-models"),
			   "wrong-base-path", LAYER_HTTP, SEVERITY_DOWN, STATE_FAULT,
			   HOST ":443 has no LLM API here (HTTP 404 for /v1/models)"),
		"give the base URL of the server: it may be");
	assert_verdict(after(NULL, "ray-serve-2.60.0/no-application/root"), "wrong-base-path");
	assert_no_verdict(
		after("llama-cpp-python", "llama-cpp-python-0.3.36/ready-idle/root"), "wrong-base-path");
}

static void a_mount_without_a_target_is_no_error_of_a_server(void **state)
{
	struct ledger *l = watching(GPU1);
	const struct snapshot *s;

	(void)state;
	says(l, at(0), 500, "Content-Type: text/plain; charset=utf-8\r\n", "unknown proxy destination\n");
	s = take(l, at(1));
	assert_says(s, "bad-gateway", LAYER_HTTP, SEVERITY_DOWN, STATE_FAULT,
		"it cannot proxy to the target of this mount");
	assert_no_verdict(s, "server-error");
	says(l, at(2), 500, "Content-Type: text/plain\r\n", "out of memory\n");
	assert_verdict(take(l, at(3)), "server-error");
}

static void a_gateway_by_its_tag_wants_no_key(void **state)
{
	struct ledger *l = watching(GPU1);
	struct obs_status *status = running();

	(void)state;
	with_peer(status, GPU1_ID, "gpu1")->tags = list_of(status, "tag:aperture");
	sees(l, at(0), status);
	says(l, at(1), 403, "Content-Type: application/json\r\n", "{\"error\":\"Forbidden\"}");
	assert_verdict(take(l, at(2)), "no-grant");
}

static const struct snapshot *after_403(const char *body)
{
	struct ledger *l = watching(GPU1);

	says(l, at(0), 403, "Content-Type: application/json\r\n", body);
	return take(l, at(1));
}

static void a_gateway_that_knows_no_grant_for_us_wants_no_key(void **state)
{
	static const char *const refusals[] = { "{\"error\":\"access denied: no role granted\"}\n",
		"{\"message\":\"Access denied for this Tailscale identity\"}",
		"{\"error\":\"missing capability tailscale.com/cap/aperture\"}" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(refusals); i++) {
		const struct snapshot *s = after_403(refusals[i]);

		assert_fix(assert_says(s, "no-grant", LAYER_HTTP, SEVERITY_INFO, STATE_AUTH,
				   "ada@example.com has no access"),
			"a grant for ada@example.com");
		assert_no_verdict(s, "auth-required");
	}
	assert_no_verdict(after_403("{\"error\":\"access denied: invalid API key\"}"), "no-grant");
	assert_verdict(after_403("{\"error\":\"Forbidden\"}"), "auth-required");
	assert_verdict(after_403("{\"error\":\"Access denied\"}"), "auth-required");
}

static void every_code_of_http_is_tested_both_ways(void **state)
{
	(void)state;
	assert_covered(http_rules);
}

#define SAYS(test) cmocka_unit_test_teardown(test, forget)

int main(void)
{
	const struct CMUnitTest tests[] = {
		SAYS(a_server_that_answers_well_raises_nothing),
		SAYS(what_was_down_and_answers_is_not_down_any_more),
		SAYS(silence_twice_is_no_answer),
		SAYS(silence_of_a_server_that_was_busy_is_busy_or_hung),
		SAYS(one_answer_ends_a_silence),
		SAYS(http_on_a_tls_port_is_told),
		SAYS(an_insecure_target_that_speaks_plain_http_is_a_wrong_scheme),
		SAYS(an_insecure_target_that_is_dead_is_no_wrong_scheme),
		SAYS(a_502_without_a_body_is_a_dead_backend_at_once),
		SAYS(a_502_of_nginx_is_not_that_of_serve),
		SAYS(a_502_without_a_body_elsewhere_is_not_that_of_serve),
		SAYS(a_502_without_a_body_by_a_name_of_the_tailnet_may_be_that_of_serve),
		SAYS(a_refusal_behind_a_proxy_is_mended_in_the_proxy),
		SAYS(a_refusal_behind_a_proxy_can_be_proven),
		SAYS(proxies_with_words_of_their_own_are_told_by_name),
		SAYS(an_empty_403_is_ollama_s_host_check),
		SAYS(the_host_check_shows_through_a_proxy),
		SAYS(a_name_that_is_not_trusted_is_a_host_check),
		SAYS(go_s_404_is_a_path_without_a_mount),
		SAYS(go_s_404_on_a_port_of_its_own_is_not_serve),
		SAYS(a_list_that_does_not_come_is_no_frozen_server),
		SAYS(a_server_that_wants_a_key_is_up),
		SAYS(a_key_wanted_on_another_path_than_the_primary_is_told),
		SAYS(a_server_that_wanted_a_key_can_still_die),
		SAYS(a_stranger_s_refusal_in_json_is_a_demand_for_a_key),
		SAYS(a_key_that_was_withheld_is_said_with_the_line_that_sends_it),
		SAYS(a_key_that_a_proxy_misses_was_withheld_too),
		SAYS(a_withheld_key_that_nobody_misses_is_information),
		SAYS(a_key_that_is_refused_is_wrong),
		SAYS(a_rate_limit_is_told_with_what_it_asks),
		SAYS(a_503_of_another_proxy_is_no_rate_limit),
		SAYS(a_proxy_whose_engine_is_silent_is_told_by_name),
		SAYS(a_proxy_whose_engine_is_dead_is_told_by_name),
		SAYS(an_engine_that_loads_behind_a_proxy_is_not_down),
		SAYS(a_login_at_a_proxy_hides_the_engine),
		SAYS(a_redirect_is_told_with_its_target),
		SAYS(a_3xx_that_leads_nowhere_is_no_redirect),
		SAYS(large_json_is_large_and_not_broken),
		SAYS(a_web_page_is_no_api),
		SAYS(a_page_where_an_engine_answered_has_replaced_it),
		SAYS(an_engine_that_says_no_in_its_own_words_is_not_replaced),
		SAYS(nothing_with_200_is_a_proxy_that_knows_no_such_name),
		SAYS(what_is_no_answer_of_an_llm_server_is_malformed),
		SAYS(an_answer_that_breaks_off_is_malformed_at_once),
		SAYS(a_long_excerpt_is_cut_at_a_whole_character),
		SAYS(an_error_of_the_engine_is_its_own),
		SAYS(a_503_of_a_proxy_is_no_error_of_the_engine),
		SAYS(a_404_of_anybody_is_a_wrong_path),
		SAYS(a_wrong_path_is_told_with_the_likely_base),
		SAYS(a_gateway_that_knows_no_grant_for_us_wants_no_key),
		SAYS(a_mount_without_a_target_is_no_error_of_a_server),
		SAYS(a_gateway_by_its_tag_wants_no_key),
		SAYS(every_code_of_http_is_tested_both_ways),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
