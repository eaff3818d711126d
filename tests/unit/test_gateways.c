/* Gateways and the newer families: how each is told from its neighbours, and what its answers tell. Where there is
 * no recording, the answers are made after the server's source or documentation. */
#include "probes/servers/identify.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "probes/base/mem.h"
#include "tests/unit/ledger_help.h"
#include "tests/unit/played.h"

#define JSON_TYPE "Content-Type: application/json\n"
#define UVICORN JSON_TYPE "server: uvicorn\n"
#define TEXT_TYPE "Content-Type: text/plain; charset=utf-8\n"
#define HTML_TYPE "Content-Type: text/html\n"
#define NOT_FOUND 404, UVICORN, "{\"detail\":\"Not Found\"}"
#define GO_404 404, TEXT_TYPE, "404 page not found\n"
#define PAGE(title) 200, HTML_TYPE, "<!doctype html><html><head><title>" title "</title></head></html>"
#define LIST(entries) "{\"object\":\"list\",\"data\":[" entries "]}"
#define A_VLLM "{\"id\":\"m\",\"object\":\"model\",\"owned_by\":\"vllm\",\"max_model_len\":8192}"

/* ---- which family it is ---- */

struct asked {
	const char *path;
	int status;
	const char *headers, *body;
};

struct server {
	const char *family; /* "": none */
	struct asked asked[RECOGNISE_MAX];
};

static void expect(const struct server *servers, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct identification r;
		size_t k = 0;

		identify_init(&r);
		for (; r.ask && k < RECOGNISE_MAX; k++) {
			const struct asked *asked = &servers[i].asked[k];
			struct answer answer;

			if (!asked->path || strcmp(asked->path, r.ask) != 0)
				fail_msg("row %zu is asked %s, not %s", i, r.ask, asked->path);
			played_make(&answer, asked->status, asked->headers, asked->body, strlen(asked->body));
			identify_step(&r, &answer);
			answer_fini(&answer);
		}
		assert_true(k == RECOGNISE_MAX || !servers[i].asked[k].path);
		if (strcmp(r.family ? r.family->facts.name : "", servers[i].family) != 0)
			fail_msg("row %zu is %s, not %s", i, r.family ? r.family->facts.name : "nothing",
				servers[i].family);
	}
}

static void a_router_that_keeps_its_engines_names_is_told_by_its_health(void **state)
{
	static const struct server servers[] = {
		{ "vllm-router", { { "/", NOT_FOUND }, { "/v1/models", 200, UVICORN, LIST(A_VLLM) },
					 { "/health", 200, UVICORN, "{\"status\":\"healthy\"}" } } },
		{ "vllm-router",
			{ { "/", NOT_FOUND }, { "/v1/models", 200, UVICORN, LIST(A_VLLM) },
				{ "/health", 200, UVICORN,
					"{\"status\":\"healthy\",\"dynamic_config\":{\"routing_logic\":\"roundrobin\"}"
					"}" } } },
		{ "vllm-router", { { "/", NOT_FOUND }, { "/v1/models", 200, UVICORN, LIST(A_VLLM) },
					 { "/health", 200, TEXT_TYPE, "All servers healthy" } } },
		/* An engine: well, dead, and dead in words. */
		{ "vllm", { { "/", NOT_FOUND }, { "/v1/models", 200, UVICORN, LIST(A_VLLM) },
				  { "/health", 200, "server: uvicorn\n", "" } } },
		{ "vllm", { { "/", NOT_FOUND }, { "/v1/models", 200, UVICORN, LIST(A_VLLM) },
				  { "/health", 503, "server: uvicorn\n", "" } } },
		{ "vllm", { { "/", NOT_FOUND }, { "/v1/models", 200, UVICORN, LIST(A_VLLM) },
				  { "/health", 503, UVICORN,
					  "{\"error\":{\"message\":\"engine is dead\"}}" } } },
	};

	(void)state;
	expect(servers, ARRAY_LEN(servers));
}

/* A proxy that passes on /v1 alone, or a gateway of another make: no engine of vLLM's has such a /health. */
static void who_lists_the_models_of_engines_and_is_neither_is_no_engine(void **state)
{
	static const struct server servers[] = {
		{ "openai-compatible",
			{ { "/", NOT_FOUND }, { "/v1/models", 200, UVICORN, LIST(A_VLLM) },
				{ "/health", 404, HTML_TYPE "Server: nginx\n", "<html>404</html>" } } },
		{ "openai-compatible",
			{ { "/", PAGE("Some Gateway") }, { "/v1/models", 200, JSON_TYPE, LIST(A_VLLM) },
				{ "/health", 200, JSON_TYPE, "{\"status\":\"ok\"}" } } },
		{ "openai-compatible", { { "/", GO_404 }, { "/version", GO_404 },
					       { "/v1/models", 200, JSON_TYPE, LIST("{\"id\":\"m\"}") } } },
		/* One of its owners is another family's sign, which has to be confirmed. */
		{ "openai-compatible",
			{ { "/", PAGE("Some Gateway") },
				{ "/v1/models", 200, JSON_TYPE,
					LIST(A_VLLM ",{\"id\":\"t\",\"owned_by\":\"library\"}") },
				{ "/api/version", 404, JSON_TYPE, "{}" } } },
		/* Its proxy is in trouble: that says nothing. */
		{ "vllm", { { "/", NOT_FOUND }, { "/v1/models", 200, UVICORN, LIST(A_VLLM) },
				  { "/health", 502, HTML_TYPE "Server: nginx\n", "<html>502</html>" } } },
		{ "vllm", { { "/", NOT_FOUND }, { "/v1/models", 200, UVICORN, LIST(A_VLLM) },
				  { "/health", 401, HTML_TYPE "Server: nginx\n", "<html>401</html>" } } },
	};

	(void)state;
	expect(servers, ARRAY_LEN(servers));
}

/* Many programs are "healthy". */
static void what_confirms_a_router_confirms_nobody_else(void **state)
{
	static const struct server servers[] = {
		{ "", { { "/", 307, "Location: /docs\n", "" },
			      { "/health", 200, UVICORN, "{\"status\":\"healthy\"}" },
			      { "/v1/models", NOT_FOUND } } },
		{ "openai-compatible", { { "/", 307, "Location: /docs\n", "" },
					       { "/health", 200, UVICORN, "{\"status\":\"healthy\"}" },
					       { "/v1/models", 200, UVICORN, LIST("{\"id\":\"m\"}") } } },
	};

	(void)state;
	expect(servers, ARRAY_LEN(servers));
}

/* Two programs have the owner "local". */
static void mistral_rs_and_the_router_of_sglang_are_told_apart(void **state)
{
	static const struct server servers[] = {
		{ "mistral.rs",
			{ { "/", 200, TEXT_TYPE, "OK" },
				{ "/v1/models", 200, JSON_TYPE,
					LIST("{\"id\":\"default\",\"created\":1,\"owned_by\":\"local\"},"
					     "{\"id\":\"m\",\"created\":1,\"owned_by\":\"local\",\"status\":\"loaded\"}") } } },
		{ "mistral.rs", { { "/", 404, "", "" },
					{ "/v1/models", 200, JSON_TYPE,
						LIST("{\"id\":\"m\",\"created\":1,\"owned_by\":\"local\"}") },
					{ "/health", 200, TEXT_TYPE, "OK" } } },
		{ "sglang-router",
			{ { "/", 404, "", "" },
				{ "/v1/models", 200, TEXT_TYPE,
					LIST("{\"id\":\"m\",\"owned_by\":\"local\"}") },
				{ "/readiness", 200, JSON_TYPE,
					"{\"status\":\"ready\",\"healthy_workers\":2,\"total_workers\":2}" } } },
		{ "openai-compatible", { { "/", 404, "", "" },
					       { "/v1/models", 200, JSON_TYPE,
						       LIST("{\"id\":\"m\",\"owned_by\":\"local\"}") },
					       { "/readiness", 404, "", "" } } },
		{ "smg", { { "/", 404, JSON_TYPE, "{}" },
				 { "/v1/models", 200, JSON_TYPE,
					 LIST("{\"id\":\"m\",\"owned_by\":\"self_hosted\"}") } } },
	};

	(void)state;
	expect(servers, ARRAY_LEN(servers));
}

static void a_list_that_is_work_is_not_asked_for_recognition(void **state)
{
	static const struct server servers[] = {
		{ "bifrost", { { "/", PAGE("Bifrost") },
				     { "/health", 200, JSON_TYPE,
					     "{\"status\":\"ok\",\"components\":{\"db_pings\":\"ok\"}}" } } },
		{ "bifrost", { { "/", PAGE("Bifrost - gateway") },
				     { "/health", 200, JSON_TYPE, "{\"status\":\"ok\"}" } } },
		{ "nemo-guardrails", { { "/", 200, UVICORN, "{\"status\":\"ok\"}" },
					     { "/healthz", 200, "Content-Type: application/health+json\n",
						     "{\"status\":\"pass\"}" } } },
		{ "", { { "/", PAGE("Bifrost - gateway") }, { "/health", 503, HTML_TYPE, "<html>" } } },
		{ "nemo-guardrails", { { "/", 307, "Location: chat\n", "" },
					     { "/healthz", 200, "Content-Type: application/health+json\n",
						     "{\"status\":\"pass\"}" } } },
		/* The guess fails: the list tells. */
		{ "openai-compatible",
			{ { "/", 200, UVICORN, "{\"status\":\"ok\"}" }, { "/healthz", NOT_FOUND },
				{ "/v1/models", 200, UVICORN, LIST("{\"id\":\"m\"}") } } },
		{ "openai-compatible", { { "/", 307, "Location: /docs\n", "" },
					       { "/health", 200, UVICORN, "{\"status\":\"ok\"}" },
					       { "/v1/models", 200, UVICORN, LIST("{\"id\":\"m\"}") } } },
	};

	(void)state;
	expect(servers, ARRAY_LEN(servers));
}

static void servers_of_embeddings_are_told_without_a_list(void **state)
{
	static const struct server servers[] = {
		{ "tei",
			{ { "/", 200, "", "" },
				{ "/info", 200, JSON_TYPE,
					"{\"model_id\":\"e\",\"model_type\":{\"embedding\":{\"pooling\":\"cls\"}},"
					"\"version\":\"1.8.3\"}" } } },
		{ "tgi", { { "/", 200, "", "" },
				 { "/info", 200, JSON_TYPE,
					 "{\"model_id\":\"m\",\"router\":\"text-generation-router\"}" } } },
		{ "", { { "/", 200, "", "" }, { "/info", 404, "", "" }, { "/v1/models", 404, "", "" } } },
		{ "infinity", { { "/", 307, "location: /docs\nserver: uvicorn\n", "" },
				      { "/health", 200, UVICORN, "{\"unix\":1790000000.5}" },
				      { "/v1/models", 200, UVICORN,
					      LIST("{\"id\":\"e\",\"owned_by\":\"infinity\"}") } } },
		{ "infinity-bare", { { "/", 307, "location: /docs\nserver: uvicorn\n", "" },
					   { "/health", 200, UVICORN, "{\"unix\":1790000000.5}" },
					   { "/v1/models", NOT_FOUND } } },
	};

	(void)state;
	expect(servers, ARRAY_LEN(servers));
}

static void other_gateways_and_engines_are_told_by_their_signs(void **state)
{
	static const struct server servers[] = {
		{ "gpustack",
			{ { "/", PAGE("GPUStack") }, { "/healthz", 200, JSON_TYPE, "\"ok\"" },
				{ "/v1/models", 401, UVICORN,
					"{\"code\":401,\"reason\":\"Unauthorized\",\"message\":\"no\"}" } } },
		{ "gpustack",
			{ { "/", NOT_FOUND },
				{ "/v1/models", 401, UVICORN,
					"{\"code\":401,\"reason\":\"Unauthorized\",\"message\":\"no\"}" },
				{ "/healthz", 200, JSON_TYPE, "\"ok\"" } } },
		{ "new-api", { { "/", 200, HTML_TYPE "X-New-Api-Version: v1.0.0\n", "<html>" } } },
		{ "new-api", { { "/", 200, HTML_TYPE "X-Oneapi-Request-Id: 2026\n", "<html>" } } },
		{ "aperture",
			{ { "/", 404, "", "" },
				{ "/v1/models", 200, JSON_TYPE,
					LIST("{\"id\":\"m\",\"pricing\":{\"input\":\"0.1\",\"output\":\"0.2\"}}") },
				{ "/api/providers", 200, JSON_TYPE,
					"{\"providers\":[{\"id\":\"a\",\"compatibility\":{\"openai_chat\":true}}]}" } } },
		{ "aperture",
			{ { "/", 302, "Location: /ui/\n", "" },
				{ "/api/providers", 200, JSON_TYPE,
					"{\"providers\":{\"a\":{\"compatibility\":{\"openai_chat\":true}}}}" } } },
		{ "olla", { { "/", GO_404 }, { "/version", 200, JSON_TYPE,
						     "{\"name\":\"Olla\",\"version\":\"v0.0.20\"}" } } },
		{ "openai-compatible", { { "/", GO_404 }, { "/version", GO_404 },
					       { "/v1/models", 200, JSON_TYPE, LIST("{\"id\":\"m\"}") } } },
		{ "docker-model-runner",
			{ { "/", 200, TEXT_TYPE, "Docker Model Runner\n\nThe service is running.\n" } } },
		{ "aphrodite", { { "/", NOT_FOUND },
				       { "/v1/models", 200, UVICORN,
					       LIST("{\"id\":\"m\",\"owned_by\":\"pygmalionai\"}") } } },
		{ "lmdeploy",
			{ { "/", NOT_FOUND }, { "/v1/models", 200, UVICORN,
						      LIST("{\"id\":\"m\",\"owned_by\":\"lmdeploy\"}") } } },
		{ "exo", { { "/", PAGE("EXO") }, { "/v1/models", 200, JSON_TYPE,
							 LIST("{\"id\":\"m\",\"owned_by\":\"exo\"}") } } },
		{ "trtllm", { { "/", NOT_FOUND },
				    { "/v1/models", 200, UVICORN,
					    LIST("{\"id\":\"m\",\"owned_by\":\"tensorrt_llm\"}") } } },
	};

	(void)state;
	expect(servers, ARRAY_LEN(servers));
}

/* ---- what it tells ---- */

static struct arena *arena;

static int open_arena(void **state)
{
	(void)state;
	arena = arena_new();
	return 0;
}

static int close_arena(void **state)
{
	(void)state;
	arena_free(arena);
	return 0;
}

static bool is_read(const char *family, const char *path, int status, const char *headers, const char *body,
	struct reading *reading)
{
	const struct family *f = family_by_name(family);

	reading_init(reading, arena);
	for (size_t i = 0; i < f->request_count; i++)
		if (strcmp(f->requests[i].path, path) == 0) {
			struct answer answer;
			bool is_its_own;

			played_make(&answer, status, headers, body, strlen(body));
			is_its_own = f->requests[i].read(&answer, reading);
			answer_fini(&answer);
			return is_its_own;
		}
	fail_msg("%s does not ask %s", family, path);
	return false;
}

static void assert_model(const struct reading *r, size_t i, const char *id, enum model_state state)
{
	assert_true(i < r->model_count);
	assert_string_equal(r->models[i].id, id);
	assert_int_equal(r->models[i].state, state);
}

static void what_is_loaded_is_told_where_the_server_says_so(void **state)
{
	struct reading r;

	(void)state;
	assert_true(is_read("mistral.rs", "/v1/models", 200, JSON_TYPE,
		LIST("{\"id\":\"default\",\"owned_by\":\"local\"},{\"id\":\"a\",\"status\":\"loaded\"},"
		     "{\"id\":\"b\",\"status\":\"unloaded\"},{\"id\":\"c\",\"status\":\"reloading\"},"
		     "{\"id\":\"d\"}"),
		&r));
	assert_int_equal(r.model_count, 4);
	assert_model(&r, 0, "a", MODEL_LOADED);
	assert_model(&r, 1, "b", MODEL_COLD);
	assert_model(&r, 2, "c", MODEL_LOADING);
	assert_model(&r, 3, "d", MODEL_UNKNOWN);
	assert_true(is_read("mistral.rs", "/v1/models", 200, JSON_TYPE, LIST("{\"id\":\"default\"}"), &r));
	assert_model(&r, 0, "default", MODEL_UNKNOWN); /* nothing that it stands for is listed */
	assert_true(is_read("docker-model-runner", "/engines/v1/models", 200, JSON_TYPE,
		LIST("{\"id\":\"docker.io/ai/tinychat:latest\",\"owned_by\":\"docker\"}"), &r));
	assert_model(&r, 0, "docker.io/ai/tinychat:latest", MODEL_UNKNOWN);
	assert_true(is_read("exo", "/v1/models", 200, JSON_TYPE,
		LIST("{\"id\":\"a\",\"context_length\":0},{\"id\":\"b\",\"context_length\":4096}"), &r));
	assert_model(&r, 0, "a", MODEL_UNKNOWN); /* a catalogue */
	assert_true(isnan(r.models[0].context) && r.models[1].context == 4096);
	assert_true(
		is_read("aphrodite", "/metrics", 200, TEXT_TYPE, "aphrodite:num_requests_running 2.0\n", &r));
	assert_true(r.figures.running == 2);
	assert_true(is_read("lmdeploy", "/v1/models", 200, UVICORN, LIST("{\"id\":\"m\"}"), &r));
	assert_model(&r, 0, "m", MODEL_LOADED);
	assert_true(is_read("vllm-router", "/v1/models", 200, UVICORN, LIST(A_VLLM), &r));
	assert_model(&r, 0, "m", MODEL_UNKNOWN); /* it is on an engine that is not seen */
	assert_true(r.models[0].context == 8192);
}

static void tei_has_the_model_of_its_info_and_a_queue(void **state)
{
	struct reading r;

	(void)state;
	assert_true(is_read("tei", "/info", 200, JSON_TYPE,
		"{\"model_id\":\"acme/embed\",\"model_type\":{\"reranker\":{}},\"max_input_length\":512,"
		"\"version\":\"1.8.3\"}",
		&r));
	assert_int_equal(r.list, MODELS_ALL);
	assert_model(&r, 0, "acme/embed", MODEL_LOADED);
	assert_true(r.models[0].context == 512);
	assert_string_equal(r.version, "1.8.3");
	assert_true(is_read("tei", "/metrics", 200, TEXT_TYPE, "te_queue_size 3\n", &r));
	assert_true(r.figures.waiting == 3);
	assert_true(is_read("tei", "/metrics", 200, TEXT_TYPE, "", &r));
	assert_true(isnan(r.figures.waiting));
	assert_true(is_read("tei", "/info", 401, "", "", &r) && r.wants_key);
	assert_false(is_read("tei", "/info", 401, "WWW-Authenticate: Basic\n", "", &r)); /* a proxy's */
}

static void infinity_counts_the_queues_of_its_models(void **state)
{
	static const char *const families_of_it[][2] = { { "infinity", "/v1/models" },
		{ "infinity-bare", "/models" } };
	struct reading r;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(families_of_it); i++) {
		const char *name = families_of_it[i][0], *path = families_of_it[i][1];

		assert_true(is_read(name, path, 200, UVICORN,
			"{\"data\":[{\"id\":\"a\",\"stats\":{\"queue_absolute\":2}},"
			"{\"id\":\"b\",\"stats\":{\"queue_absolute\":3}}]}",
			&r));
		assert_model(&r, 1, "b", MODEL_LOADED);
		assert_true(r.figures.waiting == 5);
		assert_true(is_read(name, path, 200, UVICORN, "{\"data\":[{\"id\":\"a\"}]}", &r));
		assert_true(isnan(r.figures.waiting));
		assert_true(is_read(name, path, 401, UVICORN, "{\"detail\":\"Unauthorized\"}", &r));
		assert_true(r.wants_key);
		assert_false(is_read(name, "/health", 200, UVICORN, "{\"status\":\"ok\"}", &r));
	}
}

static void trtllm_has_figures_where_they_are_switched_on(void **state)
{
	struct reading r;
	const struct family *f = family_by_name("trtllm");

	(void)state;
	assert_true(is_read("trtllm", "/prometheus/metrics", 200, TEXT_TYPE,
		"trtllm_num_requests_running 2\ntrtllm_num_requests_waiting 1\n"
		"trtllm_kv_cache_utilization 0.25\n",
		&r));
	assert_true(r.figures.running == 2 && r.figures.waiting == 1 && r.figures.kv_cache == 0.25);
	assert_true(is_read("trtllm", "/prometheus/metrics", NOT_FOUND, &r));
	assert_true(isnan(r.figures.running));
	for (size_t i = 0; i < f->request_count; i++)
		assert_string_not_equal(f->requests[i].path, "/metrics");
}

static void a_refusal_is_a_demand_for_a_key_in_every_shape(void **state)
{
	struct reading r;

	(void)state;
	assert_true(is_read("gpustack", "/v1/models", 401, UVICORN,
		"{\"code\":401,\"reason\":\"Unauthorized\",\"message\":\"no\"}", &r));
	assert_true(r.wants_key);
	assert_true(is_read("new-api", "/v1/models", 401, JSON_TYPE,
		"{\"error\":{\"message\":\"no token\",\"type\":\"new_api_error\"}}", &r));
	assert_true(r.wants_key);
	assert_true(is_read("new-api", "/api/status", 200, JSON_TYPE,
		"{\"success\":true,\"data\":{\"version\":\"v1.0.0\"}}", &r));
	assert_string_equal(r.version, "v1.0.0");
	assert_true(is_read("olla", "/internal/health", 200, JSON_TYPE, "{\"status\":\"healthy\"}", &r));
	assert_true(
		is_read("olla", "/version", 200, JSON_TYPE, "{\"name\":\"olla\",\"version\":\"v1\"}", &r));
	assert_string_equal(r.version, "v1");
	assert_true(is_read("aperture", "/api/providers", 200, JSON_TYPE, "{\"providers\":{}}", &r));
	assert_false(is_read("aperture", "/api/providers", 403, TEXT_TYPE, "forbidden", &r));
}

static void a_router_without_a_healthy_worker_is_not_well(void **state)
{
	struct reading r;

	(void)state;
	assert_true(is_read("sglang-router", "/readiness", 200, JSON_TYPE,
		"{\"status\":\"ready\",\"healthy_workers\":1,\"total_workers\":2}", &r));
	assert_false(is_read("sglang-router", "/readiness", 503, JSON_TYPE,
		"{\"status\":\"not ready\",\"healthy_workers\":0}", &r));
	assert_false(is_read("vllm-router", "/health", 503, TEXT_TYPE, "Unhealthy servers", &r));
}

/* ---- what is elsewhere ---- */

#define SWAP_ENTRY(id, meta)                                                                                 \
	"{\"id\":\"" id "\",\"owned_by\":\"llama-swap\",\"meta\":{\"llamaswap\":{" meta "}}}"
#define SWAP_LIST                                                                                            \
	LIST(SWAP_ENTRY("own", "\"type\":\"model\"") "," SWAP_ENTRY(                                         \
		"theirs", "\"type\":\"peer\"") "," SWAP_ENTRY("best",                                        \
		"\"type\":\"selector\"") "," SWAP_ENTRY("old", ""))

static enum model_state state_of(const struct snapshot *s, const char *id)
{
	for (size_t i = 0; i < s->model_count; i++)
		if (strcmp(s->models[i].id, id) == 0)
			return s->models[i].state;
	fail_msg("no model %s", id);
	return MODEL_UNKNOWN;
}

/* In whatever order the two lists come. */
static void what_llama_swap_passes_on_is_neither_loaded_nor_cold(void **state)
{
	(void)state;
	for (int order = 0; order < 2; order++) {
		struct ledger *l = watching_a("llama-swap", GPU1);
		const struct snapshot *s;

		for (int i = 0; i < 3; i++)
			if (i % 2 == order)
				says_at(l, at(i), "/running", 200, JSON_TYPE, "{\"running\":[]}");
			else
				says_at(l, at(i), "/v1/models", 200, JSON_TYPE, SWAP_LIST);
		s = take(l, at(3));
		assert_int_equal(state_of(s, "own"), MODEL_COLD);
		assert_int_equal(state_of(s, "old"), MODEL_COLD);
		assert_int_equal(state_of(s, "theirs"), MODEL_UNKNOWN);
		assert_int_equal(state_of(s, "best"), MODEL_UNKNOWN);
	}
}

static void sees_another_user(struct ledger *l)
{
	struct obs_status *status = running();

	with_peer(status, GPU1_ID, "gpu1");
	with_peer(status, "n90", "bobs-laptop")->user_id = 2;
	sees(l, at(0), status);
}

/* A key may guard the rest of its API. */
static void an_open_list_of_a_router_proves_no_open_api(void **state)
{
	struct ledger *l = watching_a("sglang-router", GPU1);

	(void)state;
	sees_another_user(l);
	answers(l, at(0), "sglang-router-0.3.2/one-worker/readiness");
	answers(l, at(0), "sglang-router-0.3.2/one-worker/v1-models");
	assert_no_verdict(take(l, at(1)), "open-endpoint");
	l = watching_a("vllm-router", GPU1);
	sees_another_user(l);
	answers(l, at(0), "vllm-router-0.1.17/one-worker/health");
	answers(l, at(0), "vllm-router-0.1.17/one-worker/v1-models");
	assert_verdict(take(l, at(1)), "open-endpoint");
}

static void gateways_are_marked_as_such(void **state)
{
	static const char *const gateways[] = { "vllm-router", "sglang-router", "smg", "bifrost",
		"nemo-guardrails", "gpustack", "new-api", "aperture", "olla", "litellm", "portkey",
		"llama-swap" };
	static const char *const engines[] = { "vllm", "tei", "infinity", "trtllm", "mistral.rs",
		"docker-model-runner" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(gateways); i++)
		assert_int_equal(family_by_name(gateways[i])->facts.kind, SERVER_GATEWAY);
	for (size_t i = 0; i < ARRAY_LEN(engines); i++)
		assert_int_equal(family_by_name(engines[i])->facts.kind, SERVER_ENGINE);
	assert_true(family_by_name("bifrost")->shuns_models);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_router_that_keeps_its_engines_names_is_told_by_its_health),
		cmocka_unit_test(who_lists_the_models_of_engines_and_is_neither_is_no_engine),
		cmocka_unit_test(what_confirms_a_router_confirms_nobody_else),
		cmocka_unit_test(mistral_rs_and_the_router_of_sglang_are_told_apart),
		cmocka_unit_test(a_list_that_is_work_is_not_asked_for_recognition),
		cmocka_unit_test(servers_of_embeddings_are_told_without_a_list),
		cmocka_unit_test(other_gateways_and_engines_are_told_by_their_signs),
		cmocka_unit_test(what_is_loaded_is_told_where_the_server_says_so),
		cmocka_unit_test(tei_has_the_model_of_its_info_and_a_queue),
		cmocka_unit_test(infinity_counts_the_queues_of_its_models),
		cmocka_unit_test(trtllm_has_figures_where_they_are_switched_on),
		cmocka_unit_test(a_refusal_is_a_demand_for_a_key_in_every_shape),
		cmocka_unit_test(a_router_without_a_healthy_worker_is_not_well),
		cmocka_unit_test(what_llama_swap_passes_on_is_neither_loaded_nor_cold),
		cmocka_unit_test(an_open_list_of_a_router_proves_no_open_api),
		cmocka_unit_test(gateways_are_marked_as_such),
	};

	return cmocka_run_group_tests(tests, open_arena, close_arena);
}
