/* Every recorded state of every server, polled as the program polls: which family, which state, which codes.
 *
 * A state under tests/recordings that the table does not have fails the test, so that none is forgotten. A
 * recording that stands still is polled twice: once is not enough for silence, and more would be a stalled
 * engine where requests are in work. The host has no tag, so an engine that wants no key is open. */
#include "tests/unit/ledger_help.h"

#include "probes/ledger/endpoints.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "probes/base/text.h"
#include "probes/servers/family.h"
#include "probes/servers/identify.h"
#include "tests/unit/played.h"

#define LS "llama-server-0.5.0/"
#define OL "ollama-0.17.4/"
#define SW "llama-swap-v250-5-g0bdb3720/"
#define LL "litellm-1.106.2/"
#define VL "vllm-0.32.0-cpu/"
#define CP "llama-cpp-python-0.3.36/"
#define OW "open-webui-0.12.4/"
#define MX "mlx-lm-0.32.2/"
#define XI "xinference-4.1.0/"
#define RS "ray-serve-2.60.0/"
#define TR "triton-2.51.0/"
#define PK "portkey-gateway-1.15.2/"
#define TR "triton-2.51.0/"

struct row {
	const char *recording, *family;
	const char *base; /* another state that says the same where this one has no recording; NULL: none */
	int polls;        /* 10 s apart */
	const char *expected; /* "state: codes", worst first */
};

static const struct row rows[] = {
	{ "apache-2.4.71/basic-auth-missing", "llama-server", NULL, 2, "auth: auth-at-proxy" },
	{ "apache-2.4.71/engine-dead", "llama-server", NULL, 2, "fault: proxy-backend-down" },
	{ "apache-2.4.71/engine-hung-timeout-3s", "llama-server", NULL, 2, "fault: proxy-backend-silent" },
	{ "apache-2.4.71/engine-ready", "llama-server", NULL, 2, "ok: context-small" },
	{ "caddy-2.11.9/basic-auth-missing", "llama-server", NULL, 2, "auth: auth-at-proxy" },
	{ "caddy-2.11.9/engine-dead", "llama-server", NULL, 2, "fault: proxy-backend-down" },
	{ "caddy-2.11.9/engine-loading", "llama-server", NULL, 2, "loading: loading" },
	{ "caddy-2.11.9/engine-ready", "llama-server", NULL, 2, "ok: context-small" },
	{ "caddy-2.11.9/no-route", "llama-server", NULL, 2, "fault: empty-answer" },
	{ "caddy-2.11.9/ollama-default-host", "ollama", NULL, 2, "fault: host-check" },
	{ "caddy-2.11.9/ollama-host-rewritten", "ollama", NULL, 2, "ok:" },
	{ "caddy-2.6.2/basic-auth-missing", "llama-server", NULL, 2, "auth: auth-at-proxy" },
	{ "caddy-2.6.2/bearer-missing-text", "llama-server", NULL, 2, "auth: auth-at-proxy" },
	{ "caddy-2.6.2/engine-dead", "llama-server", NULL, 2, "fault: proxy-backend-down" },
	{ "caddy-2.6.2/engine-ready", "llama-server", NULL, 2, "ok: context-small" },
	{ "caddy-2.6.2/ollama-default-host", "ollama", NULL, 2, "fault: host-check" },
	{ "caddy-2.6.2/ollama-host-rewritten", "ollama", NULL, 2, "ok:" },
	{ "caddy-2.6.2/subpath-wrong-base", "llama-server", NULL, 2, "fault: empty-answer" },
	{ "haproxy-2.6.12/basic-auth-missing", "llama-server", NULL, 2, "auth: auth-at-proxy" },
	{ "haproxy-2.6.12/engine-dead", "llama-server", NULL, 2, "fault: proxy-backend-down" },
	{ "haproxy-2.6.12/engine-hung-server-timeout-3s", "llama-server", NULL, 2,
		"fault: proxy-backend-silent" },
	{ "haproxy-2.6.12/engine-loading", "llama-server", NULL, 2, "loading: loading" },
	{ "haproxy-2.6.12/engine-ready", "llama-server", NULL, 2, "ok: context-small" },
	{ "haproxy-2.6.12/rate-limited-429", "llama-server", NULL, 2, "slow: rate-limited" },
	{ LL "key-missing", "litellm", NULL, 2, "auth: auth-required" },
	{ LL "key-missing-no-prisma", "litellm", NULL, 2, "ok:" },
	{ LL "key-right", "litellm", NULL, 2, "ok:" },
	{ LL "key-wrong", "litellm", LL "no-key-ready", 2, "warn: auth-rejected" },
	{ LL "no-key-ready", "litellm", NULL, 2, "ok:" },
	{ LL "sigstop-zombie", "litellm", NULL, 2, "stalled: no-answer" },
	{ LL "upstream-down", "litellm", NULL, 2, "ok:" },
	{ CP "api-key-missing", "llama-cpp-python", CP "ready-idle", 2, "ok:" },
	{ CP "api-key-right", "llama-cpp-python", CP "ready-idle", 2, "ok:" },
	{ CP "ready-idle", "llama-cpp-python", NULL, 2, "ok:" },
	{ CP "two-models", "llama-cpp-python", CP "ready-idle", 2, "ok:" },
	{ LS "api-key-missing", "llama-server", NULL, 2, "auth: auth-required" },
	{ LS "api-key-right", "llama-server", NULL, 2, "ok: context-small" },
	{ LS "api-key-wrong", "llama-server", NULL, 2, "warn: auth-rejected" },
	{ LS "burst-http-threads-blocked", "llama-server", NULL, 2, "stalled: no-answer" },
	{ LS "generating", "llama-server", NULL, 2, "busy: busy context-small" },
	{ LS "loading", "llama-server", NULL, 2, "loading: loading" },
	{ LS "no-metrics-flag", "llama-server", LS "ready-idle", 2,
		"ok: context-small figures-unread" },
	{ LS "queue", "llama-server", NULL, 2, "busy: busy context-small" },
	{ LS "ready-idle", "llama-server", NULL, 2, "ok: context-small" },
	{ LS "ready-idle-fresh", "llama-server", NULL, 2, "ok: context-small" },
	{ LS "router-all-unloaded", "llama-server", NULL, 2, "ok: cold" },
	{ LS "router-child-killed", "llama-server", NULL, 2, "ok: cold" },
	{ LS "router-loaded", "llama-server", NULL, 2, "ok: context-small" },
	{ LS "router-loading", "llama-server", LS "router-loaded", 2, "ok: context-small" },
	{ LS "router-model-sleeping", "llama-server", NULL, 2, "sleeping: sleeping" },
	{ LS "sigstop-zombie", "llama-server", NULL, 2, "stalled: no-answer" },
	{ LS "sleeping", "llama-server", NULL, 2, "sleeping: sleeping" },
	{ LS "wedged-after-sigterm", "llama-server", NULL, 2, "stalled: engine-stalled" },
	{ SW "after-failed-load", "llama-swap", NULL, 2, "ok: cold" },
	{ SW "api-key-missing", "llama-swap", NULL, 2, "auth: auth-required" },
	{ SW "api-key-right", "llama-swap", NULL, 2, "ok: cold" },
	{ SW "child-sigstop", "llama-swap", NULL, 2, "ok:" },
	{ SW "generating", "llama-swap", NULL, 2, "ok:" },
	{ SW "none-running", "llama-swap", NULL, 2, "ok: cold" },
	{ SW "ready-idle", "llama-swap", NULL, 2, "ok:" },
	{ SW "sigstop-zombie", "llama-swap", NULL, 2, "stalled: no-answer" },
	{ SW "starting", "llama-swap", NULL, 2, "loading: loading" },
	{ MX "no-model-given", "mlx", NULL, 2, "fault: no-models" },
	{ MX "ready-idle", "mlx", NULL, 2, "ok:" },
	{ MX "ready-idle-fresh", "mlx", NULL, 2, "ok:" },
	{ "nginx-1.22.1/basic-auth-missing", "llama-server", NULL, 2, "auth: auth-at-proxy" },
	{ "nginx-1.22.1/bearer-missing", "llama-server", NULL, 2, "auth: auth-at-proxy" },
	{ "nginx-1.22.1/deny-403", "llama-server", NULL, 2, "auth: auth-at-proxy" },
	{ "nginx-1.22.1/engine-dead", "llama-server", NULL, 2, "fault: proxy-backend-down" },
	{ "nginx-1.22.1/engine-hung-read-timeout-3s", "llama-server", NULL, 2,
		"fault: proxy-backend-silent" },
	{ "nginx-1.22.1/engine-loading", "llama-server", NULL, 2, "loading: loading" },
	{ "nginx-1.22.1/engine-ready", "llama-server", NULL, 2, "ok: context-small" },
	{ "nginx-1.22.1/login-redirect", "llama-server", NULL, 2, "fault: redirected" },
	{ "nginx-1.22.1/ollama-default-host", "ollama", NULL, 2, "ok:" },
	{ "nginx-1.22.1/ollama-host-passed", "ollama", NULL, 2, "fault: host-check" },
	{ "nginx-1.22.1/rate-limited-429", "llama-server", NULL, 2, "slow: rate-limited" },
	{ "nginx-1.22.1/rate-limited-503", "llama-server", NULL, 2, "slow: rate-limited" },
	{ "nginx-1.22.1/return-444", "llama-server", NULL, 2, "down: accepts-then-closes" },
	{ "nginx-1.22.1/subpath-wrong-base", "llama-server", NULL, 2, "fault: html-not-api" },
	{ "oauth2-proxy-7.6.0/no-login", "llama-server", NULL, 2, "auth: auth-at-proxy" },
	{ "oauth2-proxy-7.6.0/no-login-accept-json", "llama-server", NULL, 2, "auth: auth-required" },
	{ OL "generating", "ollama", NULL, 2, "ok: context-small" },
	{ OL "generating-expires-in-past", "ollama", OL "generating", 2, "ok: context-small" },
	{ OL "host-check", "ollama", NULL, 2, "fault: host-check" },
	{ OL "keep-alive-variants", "ollama", OL "loaded-idle", 2, "ok: context-small" },
	{ OL "loaded-idle", "ollama", NULL, 2, "ok: context-small" },
	{ OL "loading", "ollama", NULL, 2, "ok: context-small" },
	{ OL "models-unloaded", "ollama", NULL, 2, "ok: cold" },
	{ OL "no-models", "ollama", NULL, 2, "fault: no-models" },
	{ OL "queue-full", "ollama", NULL, 2, "ok: context-small" },
	{ OL "runner-killed", "ollama", NULL, 2, "ok: context-small" },
	{ OL "sigstop-zombie", "ollama", NULL, 2, "stalled: no-answer" },
	{ OL "stopping", "ollama", NULL, 2, "ok: context-small" },
	{ OL "two-models-loaded", "ollama", OL "loaded-idle", 2, "ok: context-small" },
	{ OW "auth-off-no-key", "open-webui", NULL, 2, "warn: open-onboarding front-end" },
	{ OW "engines-dead", "open-webui", NULL, 2, "web: front-end" },
	{ OW "first-start-no-user", "open-webui", NULL, 2, "warn: open-onboarding front-end" },
	{ OW "key-missing", "open-webui", NULL, 2, "web: front-end" },
	{ OW "sigstop-zombie", "open-webui", NULL, 2, "stalled: no-answer" },
	{ PK "no-provider-header", "portkey", NULL, 2, "ok:" },
	{ PK "provider-header", "portkey", PK "no-provider-header", 2, "ok:" },
	{ RS "application-deleted", "ray-serve", NULL, 2, "ok:" },
	{ RS "no-application", "ray-serve", NULL, 2, "loading: loading" },
	{ RS "ready-idle", "ray-serve", NULL, 2, "ok:" },
	{ RS "replica-sigstop", "ray-serve", NULL, 2, "ok:" },
	{ TR "idle", "triton", NULL, 2, "ok:" },
	{ TR "model-broken", "triton", NULL, 2, "ok:" },
	{ TR "no-models", "triton", NULL, 2, "ok:" },
	{ TR "working", "triton", NULL, 2, "ok:" },
	{ "vllm-router-0.1.17/one-worker", "vllm-router", NULL, 2, "ok:" },
	{ "vllm-router-0.1.17/worker-dead", "vllm-router", NULL, 2, "ok:" },
	{ "sglang-router-0.3.2/one-worker", "sglang-router", NULL, 2, "ok:" },
	{ "smg-1.13.0/one-worker", "smg", NULL, 2, "ok:" },
	{ VL "api-key-missing", "vllm", NULL, 2, "auth: auth-required" },
	{ VL "api-key-right", "vllm", VL "ready-idle", 2, "ok: context-small" },
	{ VL "engine-killed", "vllm", NULL, 2, "fault: server-error" },
	{ VL "engine-sigstop", "vllm", NULL, 4, "stalled: engine-stalled" },
	{ VL "generating", "vllm", NULL, 2, "busy: busy context-small" },
	{ VL "queue", "vllm", NULL, 2, "busy: busy context-small" },
	{ VL "ready-idle", "vllm", NULL, 2, "ok: context-small" },
	{ VL "ready-idle-fresh", "vllm", NULL, 2, "ok: context-small" },
	{ VL "sigstop-zombie", "vllm", NULL, 2, "stalled: no-answer" },
	{ XI "auth-off-no-model", "xinference", NULL, 2, "fault: no-models" },
	{ XI "model-process-killed", "xinference", XI "model-ready", 2, "fault: no-models" },
	{ XI "model-ready", "xinference", NULL, 2, "ok:" },
	{ XI "no-model", "xinference", NULL, 2, "auth: auth-required" },
};

/* Which of a family's questions this state answers, or its base. */
static bool find_recording(const struct row *row, const char *path, char *name, size_t size)
{
	static const char *const variants[] = { "", "-sk", "-forever", "-host-foreign" };
	const char *const places[] = { row->recording, row->base };
	char flat[64];

	snprintf(flat, sizeof(flat), "%s", path[1] ? path + 1 : "root");
	for (char *c = flat; *c; c++)
		*c = *c == '/' ? '-' : *c;
	if (strcmp(flat, "openapi.json") == 0)
		snprintf(flat, sizeof(flat), "openapi");
	for (size_t i = 0; i < ARRAY_LEN(places); i++)
		for (size_t k = 0; places[i] && k < ARRAY_LEN(variants); k++) {
			snprintf(name, size, "%s/%s%s", places[i], flat, variants[k]);
			if (played_exists(name))
				return true;
		}
	return false;
}

/* The primary question first; the others only where its answer is the family's own, as the worker does. */
static void poll(struct ledger *l, const struct row *row, struct when now)
{
	const struct family *family = family_by_name(row->family);
	const struct request *primary = &family->requests[family_primary(family)];
	char name[192];

	if (find_recording(row, primary->path, name, sizeof(name)) ||
		find_recording(row, "/", name, sizeof(name))) /* who is silent there is silent everywhere */
		answers(l, now, name);
	if (!endpoint_is_good(endpoint_find(l, GPU1)))
		return;
	for (size_t i = 0; i < family->request_count; i++) {
		const struct request *request = &family->requests[i];

		if (request != primary && request->cost == COST_FREE &&
			find_recording(row, request->path, name, sizeof(name)))
			answers(l, now, name);
	}
}

static void say_row(const struct snapshot *s, char *text, size_t size)
{
	const struct endpoint *endpoint = &s->endpoints[0];

	snprintf(text, size, "%s:", state_name(endpoint->state));
	for (size_t i = 0; i < endpoint->verdicts.count; i++)
		text_add(text, size, " %s", s->verdict_list[endpoint->verdicts.first + i].code);
}

static void every_recorded_state_has_its_state_and_codes(void **state)
{
	size_t wrong = 0;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct ledger *l = watching_a(rows[i].family, GPU1);
		char said[512];

		if (strstr(rows[i].recording, "key-wrong"))
			gives_a_key();
		for (int p = 0; p < rows[i].polls; p++) {
			poll(l, &rows[i], at(p * 10));
			take(l, at(p * 10));
		}
		say_row(take(l, at(rows[i].polls * 10 - 9)), said, sizeof(said));
		if (strcmp(said, rows[i].expected) == 0)
			continue;
		print_error("%s is \"%s\", not \"%s\"\n", rows[i].recording, said, rows[i].expected);
		wrong++;
	}
	assert_int_equal(wrong, 0);
}

/* Asked from the start, where all that it takes was recorded. */
static const struct family *recognised(const struct row *row, bool *is_whole)
{
	struct identification r;
	char name[192];

	identify_init(&r);
	*is_whole = true;
	while (r.ask) {
		struct answer answer;

		*is_whole = find_recording(row, r.ask, name, sizeof(name)) ||
			    (!r.ask[1] && find_recording(row, "/nonsense", name, sizeof(name)));
		if (!*is_whole)
			return NULL;
		played_load(&answer, name);
		identify_step(&r, &answer);
		answer_fini(&answer);
	}
	return r.family;
}

static void every_recorded_state_is_told_for_its_family(void **state)
{
	size_t told = 0;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		bool is_whole;
		const struct family *family = recognised(&rows[i], &is_whole);

		if (is_whole && family && strcmp(family->facts.name, rows[i].family) != 0)
			fail_msg("%s is taken for %s", rows[i].recording, family->facts.name);
		told += is_whole && family;
	}
	assert_true(told >= 30);
}

/* What stands in front is named, and is never told to be down itself. */
static void a_proxy_is_named_and_told_from_its_engine(void **state)
{
	static const struct {
		const char *server, *name;
	} proxies[] = { { "nginx-", "nginx in front" }, { "caddy-", "Caddy in front" },
		{ "apache-", "Apache in front" }, { "haproxy-", "HAProxy in front" },
		{ "oauth2-proxy-", "the proxy in front" } };
	static const char *const codes[] = { "proxy-backend-down", "proxy-backend-silent", "auth-at-proxy" };
	size_t told = 0;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		for (size_t p = 0; p < ARRAY_LEN(proxies); p++)
			for (size_t c = 0; c < ARRAY_LEN(codes); c++) {
				struct ledger *l;
				const char *message;

				if (!text_has_prefix(rows[i].recording, proxies[p].server) ||
					!strstr(rows[i].expected, codes[c]))
					continue;
				l = watching_a(rows[i].family, GPU1);
				poll(l, &rows[i], at(0));
				message = assert_verdict(take(l, at(1)), codes[c])->text;
				if (!text_has_prefix(message, proxies[p].name) ||
					!strstr(message, c == 2 ? "wants a login" : " is up, but its engine "
						""))
					fail_msg("%s says: %s", rows[i].recording, message);
				told++;
			}
	assert_in_range(told, 15, ARRAY_LEN(rows));
}

static bool has_row(const char *recording)
{
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (strcmp(rows[i].recording, recording) == 0)
			return true;
	return false;
}

static void look_into(const char *server)
{
	char path[128], recording[400];
	DIR *folder;

	snprintf(path, sizeof(path), "tests/recordings/%s", server);
	folder = opendir(path);
	for (struct dirent *entry = folder ? readdir(folder) : NULL; entry; entry = readdir(folder)) {
		snprintf(recording, sizeof(recording), "%s/%s", server, entry->d_name);
		if (entry->d_name[0] != '.' && !has_row(recording))
			fail_msg("%s has no row", recording);
	}
	if (folder)
		closedir(folder);
}

static void no_recorded_state_is_forgotten(void **state)
{
	DIR *folder = opendir("tests/recordings");

	(void)state;
	assert_non_null(folder);
	for (struct dirent *entry = readdir(folder); entry; entry = readdir(folder))
		if (entry->d_name[0] != '.' && strcmp(entry->d_name, "tailscale") != 0 &&
			strcmp(entry->d_name, "README.md") != 0)
			look_into(entry->d_name);
	closedir(folder);
}

#define SAYS(test) cmocka_unit_test_teardown(test, forget)

int main(void)
{
	const struct CMUnitTest tests[] = {
		SAYS(every_recorded_state_has_its_state_and_codes),
		SAYS(every_recorded_state_is_told_for_its_family),
		SAYS(a_proxy_is_named_and_told_from_its_engine),
		SAYS(no_recorded_state_is_forgotten),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
