/* Every recorded server, asked as the program asks: which family it is, and exactly which paths it took. */
#include "probes/servers/identify.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "probes/base/mem.h"
#include "probes/io/secret.h"
#include "tests/unit/played.h"

#define LS "llama-server-0.5.0"
#define OL "ollama-0.17.4"
#define SW "llama-swap-v250-5-g0bdb3720"
#define LL "litellm-1.106.2"
#define VL "vllm-0.32.0-cpu"
#define CP "llama-cpp-python-0.3.36"
#define OW "open-webui-0.12.4"
#define MX "mlx-lm-0.32.2"
#define XI "xinference-4.1.0"
#define RS "ray-serve-2.60.0"
#define PK "portkey-gateway-1.15.2"
#define TR "triton-2.51.0"

/* The recording of a path: in the state, as the state's 404 where the root is one, or in another state that
 * says the same there. */
static void answer_of(
	struct answer *answer, const char *server, const char *state, const char *base, const char *path)
{
	char slug[64], name[192];

	snprintf(slug, sizeof(slug), "%s", path[1] ? path + 1 : "root");
	for (char *at = slug; *at; at++)
		*at = *at == '/' ? '-' : *at;
	if (strcmp(slug, "openapi.json") == 0)
		strcpy(slug, "openapi");
	snprintf(name, sizeof(name), "%s/%s/%s", server, state, slug);
	if (!played_exists(name) && !path[1])
		snprintf(name, sizeof(name), "%s/%s/nonsense", server, state);
	if (!played_exists(name) && base)
		snprintf(name, sizeof(name), "%s/%s/%s", server, base, slug);
	played_load(answer, name);
}

/* Plays it to the end as it comes where this key was sent; asked becomes "/ /v1/models". */
static struct identification play(
	const char *server, const char *state, const char *base, const char *key, char *asked, size_t size)
{
	struct identification r;

	asked[0] = '\0';
	identify_init(&r);
	for (int i = 0; r.ask; i++) {
		struct answer answer;

		assert_true(i < RECOGNISE_MAX);
		snprintf(asked + strlen(asked), size - strlen(asked), "%s%s", i ? " " : "", r.ask);
		answer_of(&answer, server, state, base, r.ask);
		secret_hide(answer.headers, answer.headers_length, key);
		secret_hide(answer.body, answer.body_length, key);
		answer_examine(&answer);
		identify_step(&r, &answer);
		answer_fini(&answer);
	}
	return r;
}

struct row {
	const char *server, *state, *base, *family, *asked;
	bool is_proxy;
};

static void expect_with_key(const struct row *rows, size_t count, const char *key)
{
	for (size_t i = 0; i < count; i++) {
		const struct row *row = &rows[i];
		char asked[128];
		struct identification r = play(row->server, row->state, row->base, key, asked, sizeof(asked));
		const char *found = r.family ? r.family->facts.name : "";

		if (strcmp(found, row->family) != 0 || strcmp(asked, row->asked) != 0 ||
			r.is_proxy != row->is_proxy)
			fail_msg("%s/%s with the key \"%s\" is \"%s\", asked %s, proxy %d", row->server,
				row->state, key, found, asked, r.is_proxy);
	}
}

static void expect(const struct row *rows, size_t count)
{
	expect_with_key(rows, count, "");
}

static void every_recorded_server_is_told_in_every_state_whatever_the_key(void **state)
{
	static const struct row rows[] = {
		{ LS, "ready-idle", NULL, "llama-server", "/", false },
		{ LS, "loading", NULL, "llama-server", "/", false },
		{ LS, "sleeping", NULL, "llama-server", "/", false },
		{ LS, "api-key-missing", NULL, "llama-server", "/", false },
		{ LS, "router-all-unloaded", NULL, "llama-server", "/", false },
		{ LS, "wedged-after-sigterm", NULL, "llama-server", "/", false },
		{ OL, "no-models", NULL, "ollama", "/", false },
		{ OL, "loaded-idle", NULL, "ollama", "/", false },
		{ SW, "none-running", NULL, "llama-swap", "/ /running", false },
		{ SW, "ready-idle", NULL, "llama-swap", "/ /running", false },
		{ SW, "api-key-missing", NULL, "llama-swap", "/ /running", false },
		{ LL, "no-key-ready", NULL, "litellm", "/ /health/liveliness", false },
		{ LL, "key-missing", NULL, "litellm", "/ /health/liveliness", false },
		{ VL, "ready-idle", NULL, "vllm", "/ /v1/models /health", false },
		{ VL, "queue", NULL, "vllm", "/ /v1/models /health", false },
		{ VL, "api-key-missing", NULL, "vllm", "/ /v1/models /version", false },
		{ "vllm-router-0.1.17", "one-worker", NULL, "vllm-router", "/ /v1/models /health", false },
		{ "sglang-router-0.3.2", "one-worker", NULL, "sglang-router", "/ /v1/models /readiness",
			false },
		{ "smg-1.13.0", "one-worker", NULL, "smg", "/", false },
		{ OW, "key-missing", NULL, "open-webui", "/ /api/config", false },
		{ OW, "first-start-no-user", "key-missing", "open-webui", "/ /api/config", false },
		{ OW, "auth-off-no-key", "key-missing", "open-webui", "/ /api/config", false },
		{ MX, "ready-idle", NULL, "mlx", "/ /health", false },
		{ MX, "ready-idle-fresh", "ready-idle", "mlx", "/ /health", false },
		{ MX, "no-model-given", "ready-idle", "mlx", "/ /health", false },
		{ XI, "no-model", NULL, "xinference", "/ /v1/cluster/auth", false },
		{ XI, "auth-off-no-model", "no-model", "xinference", "/ /v1/cluster/auth", false },
		{ RS, "ready-idle", NULL, "ray-serve", "/ /-/routes", false },
		{ RS, "no-application", NULL, "ray-serve", "/", false },
		{ PK, "no-provider-header", NULL, "portkey", "/", false },
		{ TR, "no-models", NULL, "triton", "/ /v2", false },
		{ TR, "idle", NULL, "triton", "/ /v2", false },
		{ TR, "working", NULL, "triton", "/ /v2", false },
		{ TR, "model-broken", NULL, "triton", "/ /v2", false },
	};

	/* What people type who must type something. */
	static const char *const keys[] = { "", "0", "1", "x", "key", "api", "123", "test", "none", "true",
		"token", "model", "models", "object", "data", "list", "status", "detail", "secret", "openai",
		"ollama", "vllm", "llama", "local", "llm", "password", "apikey", "api-key", "sk-1234",
		"changeme", "llama.cpp", "llamacpp", "llama-server", "llama-swap", "litellm", "mlx", "triton",
		"portkey", "ray-serve", "xinference", "lm-studio", "not-needed", "openwebui", "open-webui",
		"root", "admin", "health", "version", "anything" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(keys); i++)
		expect_with_key(rows, ARRAY_LEN(rows), keys[i]);
}

static void llama_cpp_python_is_never_asked_for_its_models(void **state)
{
	static const struct row rows[] = {
		{ CP, "ready-idle", NULL, "llama-cpp-python", "/ /openapi.json", false },
		{ CP, "api-key-missing", "ready-idle", "llama-cpp-python", "/ /openapi.json", false },
	};

	(void)state;
	expect(rows, ARRAY_LEN(rows));
}

static void a_proxy_does_not_hide_its_engine(void **state)
{
	static const struct row rows[] = {
		{ "nginx-1.22.1", "engine-ready", NULL, "llama-server", "/ /v1/models", false },
		{ "nginx-1.22.1", "engine-loading", "engine-ready", "llama-server", "/ /v1/models", false },
		{ "nginx-1.22.1", "ollama-default-host", NULL, "ollama", "/", false },
		{ "caddy-2.6.2", "engine-ready", NULL, "llama-server", "/", false },
		{ "caddy-2.6.2", "ollama-host-rewritten", NULL, "ollama", "/", false },
		{ "caddy-2.11.9", "engine-ready", NULL, "llama-server", "/", false },
		{ "haproxy-2.6.12", "engine-ready", NULL, "llama-server", "/", false },
		{ "apache-2.4.71", "engine-ready", NULL, "llama-server", "/", false },
	};

	(void)state;
	expect(rows, ARRAY_LEN(rows));
}

static void a_proxy_page_at_the_root_and_at_the_list_is_the_proxys(void **state)
{
	static const struct row rows[] = {
		{ "nginx-1.22.1", "engine-dead", NULL, "", "/ /v1/models", true },
		{ "nginx-1.22.1", "basic-auth-missing", NULL, "", "/ /v1/models", true },
		{ "nginx-1.22.1", "deny-403", NULL, "", "/ /v1/models", true },
		{ "nginx-1.22.1", "login-redirect", NULL, "", "/ /v1/models", true },
		{ "caddy-2.6.2", "engine-dead", NULL, "", "/ /v1/models", true },
		{ "caddy-2.6.2", "basic-auth-missing", NULL, "", "/ /v1/models", true },
		{ "caddy-2.6.2", "bearer-missing-text", NULL, "", "/ /v1/models", true },
		{ "haproxy-2.6.12", "engine-dead", NULL, "", "/ /v1/models", true },
		{ "haproxy-2.6.12", "basic-auth-missing", NULL, "", "/ /v1/models", true },
		{ "oauth2-proxy-7.6.0", "no-login", NULL, "", "/ /v1/models", true },
		{ "nginx-1.22.1", "rate-limited-429", "engine-ready", "", "/ /v1/models", true },
	};

	(void)state;
	expect(rows, ARRAY_LEN(rows));
}

static void a_page_for_another_path_is_neither_family_nor_proxy(void **state)
{
	static const struct row rows[] = {
		{ "nginx-1.22.1", "subpath-wrong-base", NULL, "", "/ /v1/models", false },
		{ "caddy-2.6.2", "subpath-wrong-base", NULL, "", "/ /v1/models", false },
	};

	(void)state;
	expect(rows, ARRAY_LEN(rows));
}

static void a_host_check_is_left_to_the_verdicts(void **state)
{
	static const struct row rows[] = {
		{ "nginx-1.22.1", "ollama-host-passed", NULL, "", "/", false },
		{ "caddy-2.6.2", "ollama-default-host", NULL, "", "/", false },
		{ "caddy-2.11.9", "ollama-default-host", NULL, "", "/", false },
	};
	struct identification r;
	struct answer answer;

	(void)state;
	expect(rows, ARRAY_LEN(rows));
	identify_init(&r);
	played_load(&answer, OL "/host-check/root-host-foreign");
	identify_step(&r, &answer);
	answer_fini(&answer);
	assert_null(r.ask);
	assert_null(r.family);
	assert_false(r.is_proxy);
}

static void silence_and_refusal_end_the_questions(void **state)
{
	static const struct row rows[] = {
		{ LS, "sigstop-zombie", NULL, "", "/", false },
		{ OL, "sigstop-zombie", NULL, "", "/", false },
		{ "nginx-1.22.1", "return-444", NULL, "", "/", false },
	};

	(void)state;
	expect(rows, ARRAY_LEN(rows));
}

/* One answer of our own making to the question that is open. */
static void say(struct identification *r, int status, const char *headers, const char *body)
{
	struct answer answer;

	assert_non_null(r->ask);
	played_make(&answer, status, headers, body, strlen(body));
	identify_step(r, &answer);
	answer_fini(&answer);
}

#define JSON_TYPE "Content-Type: application/json\n"
#define PLAIN_ID JSON_TYPE "x-request-id: 4e2952a25e4d4e0b9937e0a6c61dd655\n"
#define NOT_FOUND "{\"detail\":\"Not Found\"}"
#define A_LIST "{\"object\":\"list\",\"data\":[{\"id\":\"m\"}]}"

static void a_guess_that_was_not_refuted_keeps_its_fears(void **state)
{
	struct identification r;

	(void)state;
	identify_init(&r);
	say(&r, 404, PLAIN_ID, NOT_FOUND);
	assert_string_equal(r.ask, "/openapi.json");
	say(&r, 404, PLAIN_ID, NOT_FOUND);
	assert_null(r.ask);
	assert_null(r.family);
}

static void another_program_with_plain_request_ids_is_asked_for_its_models(void **state)
{
	struct identification r;

	(void)state;
	identify_init(&r);
	say(&r, 404, PLAIN_ID, NOT_FOUND);
	say(&r, 200, PLAIN_ID, "{\"openapi\":\"3.1.0\",\"info\":{\"title\":\"FastAPI\",\"version\":\"1\"}}");
	assert_string_equal(r.ask, "/v1/models");
	say(&r, 200, JSON_TYPE, "{\"object\":\"list\",\"data\":[{\"id\":\"m\",\"owned_by\":\"vllm\"}]}");
	assert_string_equal(r.family->facts.name, "vllm");
}

static void a_guess_whose_proof_fails_falls_back_to_the_dialect(void **state)
{
	struct identification r;

	(void)state;
	identify_init(&r);
	say(&r, 404, JSON_TYPE, NOT_FOUND);
	say(&r, 200, JSON_TYPE, "{\"object\":\"list\",\"data\":[{\"id\":\"m\",\"owned_by\":\"library\"}]}");
	assert_string_equal(r.ask, "/api/version");
	say(&r, 502, "Content-Type: text/html\n", "<html>502</html>");
	assert_null(r.ask);
	assert_string_equal(r.family->facts.name, "openai-compatible");
	assert_false(r.is_proxy);
}

/* No index, a password, a web UI that is dead or wants a login: the API is open. */
static void a_root_that_the_proxy_refuses_hides_no_api(void **state)
{
	static const struct {
		int status;
		const char *headers;
	} roots[] = {
		{ 403, "Server: nginx\nContent-Type: text/html\n" },
		{ 401, "WWW-Authenticate: Basic\nContent-Type: text/html\n" },
		{ 502, "Server: nginx\nContent-Type: text/html\n" },
		{ 302, "Location: /login\nContent-Type: text/html\n" },
	};
	struct identification r;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(roots); i++) {
		identify_init(&r);
		say(&r, roots[i].status, roots[i].headers, "<html></html>");
		assert_string_equal(r.ask, "/v1/models");
		say(&r, 200, JSON_TYPE, A_LIST);
		assert_string_equal(r.family->facts.name, "openai-compatible");
		assert_false(r.is_proxy);
	}
	identify_init(&r);
	say(&r, 429, "Content-Type: text/html\n", "<html>429</html>");
	assert_null(r.ask);
}

static void a_key_at_the_proxy_behind_a_likely_root_hides_the_engine(void **state)
{
	struct identification r;

	(void)state;
	identify_init(&r);
	say(&r, 404, JSON_TYPE,
		"{\"error\":{\"message\":\"File Not Found\",\"type\":\"not_found_error\",\"code\":404}}");
	assert_string_equal(r.ask, "/v1/models");
	say(&r, 401, "Content-Type: text/html\n", "<html>401</html>");
	assert_null(r.family);
	assert_true(r.is_proxy);
}

static void a_server_without_a_family_speaks_the_openai_dialect(void **state)
{
	struct identification r;

	(void)state;
	identify_init(&r);
	say(&r, 404, JSON_TYPE, NOT_FOUND);
	say(&r, 200, JSON_TYPE, A_LIST);
	assert_string_equal(r.family->facts.name, "openai-compatible");
	identify_init(&r);
	say(&r, 404, JSON_TYPE, NOT_FOUND);
	say(&r, 401, JSON_TYPE, "{\"detail\":\"Unauthorized\"}");
	assert_string_equal(r.family->facts.name, "openai-compatible");
}

/* What every family says to one recorded answer: the one that is sure of it, NULL where there is none or
 * more. */
static const struct family *sure_of(const char *path, const char *recording)
{
	const struct family *found = NULL;
	struct answer answer;
	size_t count = 0;

	played_load(&answer, recording);
	for (size_t i = 0; families[i]; i++)
		if (families[i]->recognise(path, &answer) == SURE) {
			found = families[i];
			count++;
		}
	answer_fini(&answer);
	return count == 1 ? found : NULL;
}

static void a_gateways_passed_on_header_is_not_its_own(void **state)
{
	(void)state;
	assert_ptr_equal(sure_of("/v1/files", PK "/provider-header/v1-files"), family_by_name("portkey"));
	assert_ptr_equal(sure_of("/v1/models", PK "/provider-header/v1-models"), family_by_name("portkey"));
	assert_ptr_equal(
		sure_of("/v1/models", PK "/no-provider-header/v1-models"), family_by_name("portkey"));
}

static void a_list_tells_whose_it_is(void **state)
{
	(void)state;
	assert_ptr_equal(sure_of("/v1/models", XI "/model-ready/v1-models"), family_by_name("xinference"));
	assert_ptr_equal(sure_of("/v1/models", VL "/ready-idle/v1-models"), family_by_name("vllm"));
}

static void mlx_behind_a_proxy_that_takes_its_header_is_told_all_the_same(void **state)
{
	struct identification r;

	(void)state;
	identify_init(&r);
	say(&r, 404, "Server: nginx\n" JSON_TYPE, "Not Found");
	assert_string_equal(r.ask, "/health");
	say(&r, 200, "Server: nginx\n" JSON_TYPE, "{\"status\": \"ok\"}");
	assert_string_equal(r.ask, "/v1/models");
	say(&r, 200, "Server: nginx\n" JSON_TYPE, "{\"object\": \"list\", \"data\": []}");
	assert_string_equal(r.family->facts.name, "mlx");
}

#define DASHED_ID JSON_TYPE "x-request-id: 68e66ae0-d98c-4d2b-9375-bef038713b7d\n"

static void another_program_with_dashed_request_ids_is_asked_for_its_models(void **state)
{
	struct identification r;

	(void)state;
	identify_init(&r);
	say(&r, 404, DASHED_ID, NOT_FOUND);
	assert_string_equal(r.ask, "/-/routes");
	say(&r, 404, DASHED_ID, NOT_FOUND);
	assert_string_equal(r.ask, "/v1/models");
	say(&r, 200, DASHED_ID, "{\"object\":\"list\",\"data\":[{\"id\":\"m\",\"owned_by\":\"sglang\"}]}");
	assert_string_equal(r.family->facts.name, "sglang");
}

static void tgi_is_told_by_a_model_that_owns_itself_and_by_its_router(void **state)
{
	struct identification r;

	(void)state;
	identify_init(&r);
	say(&r, 200, "", "");
	assert_string_equal(r.ask, "/info");
	say(&r, 200, JSON_TYPE, "{\"model_id\":\"a/b\",\"router\":\"text-generation-router\"}");
	assert_string_equal(r.family->facts.name, "tgi");
	identify_init(&r);
	say(&r, 404, "", "");
	assert_string_equal(r.ask, "/v1/models");
	say(&r, 200, JSON_TYPE,
		"{\"object\":\"list\",\"data\":[{\"id\":\"a/"
		"b\",\"object\":\"model\",\"created\":0,\"owned_by\":\"a/"
		"b\"}]}");
	assert_string_equal(r.ask, "/info");
	say(&r, 200, JSON_TYPE,
		"{\"model_id\":\"a/b\",\"router\":\"text-generation-router\",\"version\":\"3.0.0\"}");
	assert_string_equal(r.family->facts.name, "tgi");
}

static void koboldcpp_is_told_by_its_header_whatever_it_imitates(void **state)
{
	struct identification r;

	(void)state;
	identify_init(&r);
	say(&r, 200, "Server: ConcedoLlamaForKoboldServer Python/3.11\nContent-Type: text/html\n",
		"Ollama is running");
	assert_string_equal(r.family->facts.name, "koboldcpp");
	identify_init(&r);
	say(&r, 200, "Server: nginx\nContent-Type: text/html\n", "<html>KoboldAI Lite</html>");
	say(&r, 200, JSON_TYPE,
		"{\"object\":\"list\",\"data\":[{\"id\":\"koboldcpp/m\",\"owned_by\":\"koboldcpp\",\"root\":"
		"\"koboldcpp\"}]}");
	assert_string_equal(r.family->facts.name, "koboldcpp");
}

static void localai_is_told_by_the_name_of_its_summary(void **state)
{
	struct identification r;

	(void)state;
	identify_init(&r);
	say(&r, 200, JSON_TYPE, "{\"Title\":\"LocalAI API - v3.5.0\",\"Models\":[]}");
	assert_string_equal(r.family->facts.name, "localai");
}

static void localai_in_ollamas_clothes_is_not_ollama(void **state)
{
	struct identification r;

	(void)state;
	identify_init(&r);
	say(&r, 200, "X-Correlation-ID: 1\n", "Ollama is running");
	assert_string_equal(r.ask, "/readyz");
	say(&r, 200, "", "OK");
	assert_string_equal(r.ask, "/v1/models");
	say(&r, 200, JSON_TYPE, A_LIST);
	assert_string_equal(r.family->facts.name, "localai");
}

static void tabbyapi_is_told_by_its_refusal_and_its_open_health(void **state)
{
	static const char *const refusals[] = {
		"{\"detail\":\"Please provide an API key\"}",
		"{\"error\":{\"message\":\"Please provide an API key\",\"type\":\"invalid_request_error\"}}",
	};
	struct identification r;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(refusals); i++) {
		identify_init(&r);
		say(&r, 404, JSON_TYPE, NOT_FOUND);
		say(&r, 401, JSON_TYPE, refusals[i]);
		assert_string_equal(r.ask, "/health");
		say(&r, 200, JSON_TYPE, "{\"status\":\"healthy\",\"issues\":[]}");
		assert_string_equal(r.family->facts.name, "tabbyapi");
	}
}

static void lm_studio_is_told_by_its_friendly_error(void **state)
{
	struct identification r;

	(void)state;
	identify_init(&r);
	say(&r, 200, JSON_TYPE, "{\"error\":\"Unexpected endpoint or method. (GET /)\"}");
	assert_string_equal(r.family->facts.name, "lm-studio");
}

static void lm_studio_is_told_by_its_refusal(void **state)
{
	struct identification r;

	(void)state;
	identify_init(&r);
	say(&r, 401, JSON_TYPE,
		"{\"error\":{\"type\":\"invalid_request\",\"code\":\"invalid_api_key\",\"message\":"
		"\"An LM Studio API token is required, and there was none in this request.\"}}");
	assert_string_equal(r.family->facts.name, "lm-studio");
	identify_init(&r);
	say(&r, 401, JSON_TYPE, "{\"error\":{\"message\":\"Malformed LM Studio API token provided\"}}");
	assert_string_equal(r.family->facts.name, "lm-studio");
	identify_init(&r);
	say(&r, 401, JSON_TYPE, "{\"error\":{\"message\":\"An API token is required\"}}");
	assert_string_equal(r.ask, "/v1/models");
}

static void one_foreign_owner_does_not_name_a_gateway(void **state)
{
	static const char *const owners[] = { "vllm", "sglang", "llamacpp", "library", "lemonade",
		"koboldcpp", "xinference", "tabbyAPI", "llama-swap", "organization_owner", "system" };
	char body[256];
	struct identification r;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(owners); i++) {
		snprintf(body, sizeof(body),
			"{\"object\":\"list\",\"data\":[{\"id\":\"gpt-x\",\"owned_by\":\"openai\"},"
			"{\"id\":\"m\",\"owned_by\":\"%s\"}]}",
			owners[i]);
		identify_init(&r);
		say(&r, 404, JSON_TYPE, "{\"error\":{\"message\":\"no such path\"}}");
		say(&r, 200, JSON_TYPE, body);
		if (r.ask)
			say(&r, 404, JSON_TYPE, "{\"error\":{\"message\":\"no such path\"}}");
		if (strcmp(r.family->facts.name, "openai-compatible") != 0)
			fail_msg("%s names it %s", owners[i], r.family->facts.name);
	}
}

static void textgen_is_told_by_its_closed_root_and_its_model(void **state)
{
	static const struct {
		int status;
		const char *body, *next;
	} ends[] = {
		{ 200, "{\"model_name\":\"m.gguf\",\"lora_names\":[]}", NULL },
		{ 401, "{\"detail\":\"Unauthorized\"}", "/v1/models" },
	};
	struct identification r;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(ends); i++) {
		identify_init(&r);
		say(&r, 405, JSON_TYPE, "{\"detail\":\"Method Not Allowed\"}");
		assert_string_equal(r.ask, "/v1/internal/model/info");
		say(&r, ends[i].status, JSON_TYPE, ends[i].body);
		if (ends[i].next) {
			assert_string_equal(r.ask, ends[i].next);
			say(&r, 401, JSON_TYPE, ends[i].body);
		}
		assert_null(r.ask);
		assert_string_equal(r.family->facts.name, "textgen");
	}
}

static void a_closed_root_alone_is_not_textgen(void **state)
{
	struct identification r;

	(void)state;
	identify_init(&r);
	say(&r, 405, JSON_TYPE, "{\"detail\":\"Method Not Allowed\"}");
	say(&r, 404, JSON_TYPE, NOT_FOUND);
	assert_string_equal(r.ask, "/v1/models");
	say(&r, 200, JSON_TYPE, A_LIST);
	assert_string_equal(r.family->facts.name, "openai-compatible");
}

static void jan_is_told_by_its_own_document(void **state)
{
	static const char page[] = "<!DOCTYPE html><title>API Docs</title>"
				   "<script src=\"/docs/swagger-ui-bundle.js\"></script>";
	struct identification r;

	(void)state;
	identify_init(&r);
	say(&r, 200, "Content-Type: text/html\n", page);
	assert_string_equal(r.ask, "/openapi.json");
	say(&r, 200, JSON_TYPE, "{\"openapi\":\"3.0.0\",\"info\":{\"title\":\"Jan API Server Endpoints\"}}");
	assert_null(r.ask);
	assert_string_equal(r.family->facts.name, "jan");
	identify_init(&r);
	say(&r, 200, "Content-Type: text/html\n", page);
	say(&r, 200, JSON_TYPE, "{\"openapi\":\"3.0.0\",\"info\":{\"title\":\"Pet shop\"}}");
	say(&r, 404, JSON_TYPE, NOT_FOUND);
	assert_null(r.family);
}

static void nim_is_told_by_a_list_of_the_systems_and_by_its_metadata(void **state)
{
	static const char list[] =
		"{\"object\":\"list\",\"data\":[{\"id\":\"nvidia/m\",\"owned_by\":\"system\","
		"\"max_model_len\":131072}]}";
	struct identification r;

	(void)state;
	identify_init(&r);
	say(&r, 404, JSON_TYPE, NOT_FOUND);
	say(&r, 200, JSON_TYPE, list);
	assert_string_equal(r.ask, "/v1/metadata");
	say(&r, 200, JSON_TYPE,
		"{\"version\":\"1.5.0\",\"modelInfo\":[],\"assetInfo\":[],\"licenseInfo\":{}}");
	assert_string_equal(r.family->facts.name, "nim");
	identify_init(&r);
	say(&r, 404, JSON_TYPE, NOT_FOUND);
	say(&r, 200, JSON_TYPE, list);
	say(&r, 404, JSON_TYPE, NOT_FOUND);
	assert_string_not_equal(r.family ? r.family->facts.name : "", "nim");
}

static void lemonade_owns_its_models(void **state)
{
	struct identification r;

	(void)state;
	identify_init(&r);
	say(&r, 200, "Content-Type: text/html\n", "<html>Lemonade</html>");
	assert_string_equal(r.ask, "/v1/models");
	say(&r, 200, JSON_TYPE, "{\"object\":\"list\",\"data\":[{\"id\":\"q\",\"owned_by\":\"lemonade\"}]}");
	assert_null(r.ask);
	assert_string_equal(r.family->facts.name, "lemonade");
}

static void llama_stack_is_told_by_its_own_list_alone(void **state)
{
	static const struct {
		const char *entry, *family;
	} rows[] = {
		{ "{\"identifier\":\"m\",\"provider_id\":\"ollama\",\"type\":\"model\"}", "llama-stack" },
		{ "{\"identifier\":\"m\",\"type\":\"model\"}", "openai-compatible" },
		{ "{\"id\":\"m\",\"provider_id\":\"ollama\",\"owned_by\":\"llama_stack\"}",
			"openai-compatible" },
	};
	char body[256];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct identification r;

		identify_init(&r);
		say(&r, 404, JSON_TYPE, NOT_FOUND);
		snprintf(body, sizeof(body), "{\"data\":[%s]}", rows[i].entry);
		say(&r, 200, JSON_TYPE, body);
		assert_string_equal(r.family->facts.name, rows[i].family);
	}
}

static void a_web_site_is_no_llm_server(void **state)
{
	struct identification r;

	(void)state;
	identify_init(&r);
	say(&r, 200, "Content-Type: text/html\n", "<html>hello</html>");
	say(&r, 404, "Content-Type: text/html\n", "<html>no</html>");
	assert_null(r.ask);
	assert_null(r.family);
	assert_false(r.is_proxy);
}

static void a_step_after_the_end_changes_nothing(void **state)
{
	struct identification r;
	struct answer answer;

	(void)state;
	identify_init(&r);
	say(&r, 200, "Content-Type: text/plain\n", "Ollama is running");
	played_make(&answer, 200, JSON_TYPE, A_LIST, strlen(A_LIST));
	identify_step(&r, &answer);
	answer_fini(&answer);
	assert_string_equal(r.family->facts.name, "ollama");
	assert_int_equal(r.asked_count, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_recorded_server_is_told_in_every_state_whatever_the_key),
		cmocka_unit_test(llama_cpp_python_is_never_asked_for_its_models),
		cmocka_unit_test(a_server_without_a_family_speaks_the_openai_dialect),
		cmocka_unit_test(a_proxy_does_not_hide_its_engine),
		cmocka_unit_test(a_proxy_page_at_the_root_and_at_the_list_is_the_proxys),
		cmocka_unit_test(a_page_for_another_path_is_neither_family_nor_proxy),
		cmocka_unit_test(a_host_check_is_left_to_the_verdicts),
		cmocka_unit_test(silence_and_refusal_end_the_questions),
		cmocka_unit_test(a_guess_that_was_not_refuted_keeps_its_fears),
		cmocka_unit_test(another_program_with_plain_request_ids_is_asked_for_its_models),
		cmocka_unit_test(a_guess_whose_proof_fails_falls_back_to_the_dialect),
		cmocka_unit_test(a_root_that_the_proxy_refuses_hides_no_api),
		cmocka_unit_test(a_key_at_the_proxy_behind_a_likely_root_hides_the_engine),
		cmocka_unit_test(a_gateways_passed_on_header_is_not_its_own),
		cmocka_unit_test(a_list_tells_whose_it_is),
		cmocka_unit_test(mlx_behind_a_proxy_that_takes_its_header_is_told_all_the_same),
		cmocka_unit_test(another_program_with_dashed_request_ids_is_asked_for_its_models),
		cmocka_unit_test(tgi_is_told_by_a_model_that_owns_itself_and_by_its_router),
		cmocka_unit_test(koboldcpp_is_told_by_its_header_whatever_it_imitates),
		cmocka_unit_test(localai_is_told_by_the_name_of_its_summary),
		cmocka_unit_test(localai_in_ollamas_clothes_is_not_ollama),
		cmocka_unit_test(tabbyapi_is_told_by_its_refusal_and_its_open_health),
		cmocka_unit_test(lm_studio_is_told_by_its_friendly_error),
		cmocka_unit_test(lm_studio_is_told_by_its_refusal),
		cmocka_unit_test(one_foreign_owner_does_not_name_a_gateway),
		cmocka_unit_test(textgen_is_told_by_its_closed_root_and_its_model),
		cmocka_unit_test(a_closed_root_alone_is_not_textgen),
		cmocka_unit_test(jan_is_told_by_its_own_document),
		cmocka_unit_test(nim_is_told_by_a_list_of_the_systems_and_by_its_metadata),
		cmocka_unit_test(lemonade_owns_its_models),
		cmocka_unit_test(llama_stack_is_told_by_its_own_list_alone),
		cmocka_unit_test(a_web_site_is_no_llm_server),
		cmocka_unit_test(a_step_after_the_end_changes_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
