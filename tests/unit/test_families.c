/* What each family reads in the answers of its server, state by state, and in what no server says. */
#include "probes/servers/family.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "probes/base/mem.h"
#include "probes/base/text.h"
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
#define PK "portkey-gateway-1.15.2/"
#define TR "triton-2.51.0/"

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

static const struct request *find_request(const char *family, const char *path)
{
	const struct family *f = family_by_name(family);

	assert_non_null(f);
	for (size_t i = 0; i < f->request_count; i++)
		if (strcmp(f->requests[i].path, path) == 0)
			return &f->requests[i];
	return NULL;
}

static bool asks(const char *family, const char *path)
{
	return find_request(family, path) != NULL;
}

static const struct request *request_of(const char *family, const char *path)
{
	if (!asks(family, path))
		fail_msg("%s does not ask %s", family, path);
	return find_request(family, path);
}

/* Reads a recording; the test fails unless the family takes it for its own. */
static struct reading reads(const char *family, const char *path, const char *recording)
{
	struct answer answer;
	struct reading reading;
	bool is_its_own;

	reading_init(&reading, arena);
	played_load(&answer, recording);
	is_its_own = request_of(family, path)->read(&answer, &reading);
	answer_fini(&answer);
	if (!is_its_own)
		fail_msg("%s does not read %s", family, recording);
	return reading;
}

static bool read_made(const struct request *request, int status, const char *headers, const char *body,
	struct reading *reading)
{
	struct answer answer;
	bool is_its_own;

	reading_init(reading, arena);
	played_make(&answer, status, headers, body, strlen(body));
	is_its_own = request->read(&answer, reading);
	answer_fini(&answer);
	return is_its_own;
}

static bool read_body(
	const char *family, const char *path, int status, const char *body, struct reading *reading)
{
	return read_made(request_of(family, path), status, "Content-Type: application/json\n", body, reading);
}

static bool read_text(
	const char *family, const char *path, const char *type, const char *body, struct reading *reading)
{
	return read_made(request_of(family, path), 200, type, body, reading);
}

static void assert_model(const struct obs_model *model, const char *id, enum model_state state)
{
	assert_string_equal(model->id, id);
	assert_int_equal(model->state, state);
}

static void assert_models(const struct reading *reading, enum model_list list, size_t count)
{
	assert_int_equal(reading->list, list);
	assert_int_equal(reading->model_count, count);
}

#define assert_unknown(number) assert_true(isnan(number))

/* ---- the table ---- */

static void every_family_is_whole_and_has_a_primary_question(void **state)
{
	size_t count = 0;

	(void)state;
	for (; families[count]; count++) {
		const struct family *family = families[count];
		size_t every_poll = 0;

		assert_ptr_equal(family_by_name(family->facts.name), family);
		assert_non_null(family->facts.title);
		for (size_t i = 0; i < family->request_count; i++) {
			const struct request *request = &family->requests[i];

			assert_int_equal(request->path[0], '/');
			assert_non_null(request->read);
			assert_int_equal(request->cost, COST_FREE);
			every_poll += request->rhythm == EVERY_POLL;
		}
		if (family->facts.is_asked_rarely)
			assert_int_equal(every_poll, 0);
		else
			assert_in_range(every_poll, 1, 2);
		assert_true(every_poll == 0 || family->requests[family_primary(family)].rhythm == EVERY_POLL);
	}
	assert_int_equal(count, 42);
	assert_string_equal(families[count - 1]->facts.name, "openai-compatible");
	assert_null(family_by_name("nobody"));
}

static void the_facts_of_a_family_are_found_by_its_name(void **state)
{
	const struct server_facts *const *all = family_facts();
	size_t count = 0;

	(void)state;
	for (; families[count]; count++) {
		assert_ptr_equal(all[count], &families[count]->facts);
		assert_ptr_equal(server_facts_named(all, families[count]->facts.name), all[count]);
	}
	assert_null(all[count]);
	assert_ptr_equal(server_facts_named(all, "nobody"), &server_facts_unknown);
	assert_ptr_equal(server_facts_named(NULL, "ollama"), &server_facts_unknown);
	assert_string_equal(server_facts_api(&server_facts_unknown), "");
	assert_string_equal(server_facts_api(server_facts_named(all, "vllm")), "/v1");
}

/* A new family's port is told in Clients without a second list, unless any web server may be there. */
static void the_default_ports_of_families_are_those_of_llm_servers(void **state)
{
	static const int anybodys[] = { 0, 22, 80, 443, 3000, 8443, 10000 };
	const struct server_facts *const *all = family_facts();
	size_t count = 0;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(anybodys); i++)
		assert_false(server_facts_is_llm_port(all, anybodys[i]));
	for (size_t i = 0; all[i]; i++)
		for (const int *port = all[i]->ports; *port; port++)
			count += server_facts_is_llm_port(all, *port);
	assert_in_range(count, 20, 40);
	assert_true(server_facts_is_llm_port(all, 8787)); /* Portkey's alone */
	assert_false(server_facts_is_llm_port(NULL, 8787));
	assert_string_equal(server_facts_of_port(all, 11434)->name, "ollama");
	assert_ptr_equal(server_facts_of_port(all, 8000), &server_facts_unknown); /* of many */
	assert_ptr_equal(server_facts_of_port(all, 0), &server_facts_unknown);
}

static void what_confirms_a_family_is_free_and_in_its_table(void **state)
{
	(void)state;
	for (size_t i = 0; families[i]; i++)
		if (families[i]->confirm)
			assert_int_equal(
				request_of(families[i]->facts.name, families[i]->confirm)->cost, COST_FREE);
}

static void nothing_that_wakes_cuts_or_bills_is_asked_unasked(void **state)
{
	static const char *const never[] = { "/slots", "/upstream", "/unload", "/health/readiness" };

	(void)state;
	for (size_t i = 0; families[i]; i++)
		for (size_t k = 0; k < families[i]->request_count; k++)
			for (size_t n = 0; n < ARRAY_LEN(never); n++)
				assert_false(text_has_prefix(families[i]->requests[k].path, never[n]));
	assert_false(asks("llama-cpp-python", "/v1/models"));
	assert_true(family_by_name("llama-cpp-python")->shuns_models);
	for (size_t i = 0; i < family_by_name("litellm")->request_count; i++)
		assert_string_not_equal(family_by_name("litellm")->requests[i].path, "/health");
	assert_false(asks("sglang", "/health"));
	for (size_t i = 0; i < family_by_name("tgi")->request_count; i++)
		assert_true(strlen(family_by_name("tgi")->requests[i].path) > 1 &&
			    strcmp(family_by_name("tgi")->requests[i].path, "/health") != 0);
	for (size_t i = 0; i < family_by_name("ray-serve")->request_count; i++)
		assert_true(text_has_prefix(family_by_name("ray-serve")->requests[i].path, "/-/"));
	assert_int_equal(family_by_name("portkey")->request_count, 1);
}

/* ---- llama-server ---- */

static void an_idle_llama_server_tells_its_model_slots_and_counters(void **state)
{
	struct reading r = reads("llama-server", "/v1/models", LS "ready-idle/v1-models");

	(void)state;
	assert_models(&r, MODELS_ALL, 1);
	assert_model(&r.models[0], "models/mid.gguf", MODEL_LOADED);
	assert_float_equal(r.models[0].size_bytes, 102672384, 0);
	assert_float_equal(r.models[0].context, 2048, 0);
	assert_string_equal(r.models[0].quantisation, "all F32");
	assert_unknown(r.models[0].vram_bytes);
	r = reads("llama-server", "/props", LS "ready-idle/props");
	assert_float_equal(r.figures.slots, 2, 0);
	assert_string_equal(r.version, "b1-de3ff81");
	assert_string_equal(r.incarnation, "<__media_ws39dKGJvTN3pM4UN8rdncsDFo6hN9i5__>");
	assert_false(r.is_sleeping);
	assert_int_equal(r.list, MODELS_NOT_LISTED);
	r = reads("llama-server", "/metrics", LS "ready-idle/metrics");
	assert_float_equal(r.figures.running, 0, 0);
	assert_float_equal(r.figures.waiting, 0, 0);
	assert_float_equal(r.generated_tokens, 20, 0);
	assert_float_equal(r.generation_seconds, 0.080792, 1e-9);
	r = reads("llama-server", "/health", LS "ready-idle/health");
	assert_false(r.is_loading || r.wants_key);
	assert_unknown(r.figures.running);
}

static void a_queue_at_a_llama_server_is_counted(void **state)
{
	struct reading r = reads("llama-server", "/metrics", LS "queue/metrics");

	(void)state;
	assert_float_equal(r.figures.running, 2, 0);
	assert_float_equal(r.figures.waiting, 3, 0);
	assert_float_equal(r.generated_tokens, 1520, 0);
	assert_float_equal(r.generation_seconds, 4.57248, 1e-9);
	assert_float_equal(r.prompt_tokens, 52, 0);
	assert_float_equal(r.prompt_seconds, 0.060166, 1e-9);
	r = reads("llama-server", "/metrics", LS "generating/metrics");
	assert_float_equal(r.figures.running, 1, 0);
	assert_float_equal(r.progress, 433 + 27, 0);
	assert_float_equal(r.patience_s, 180, 0);
}

static void a_loading_llama_server_says_so_on_every_path(void **state)
{
	static const char *const paths[] = { "/health", "/metrics", "/props", "/v1/models" };
	static const char *const names[] = { "health", "metrics", "props", "v1-models" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(paths); i++) {
		char name[64];
		struct reading r;

		snprintf(name, sizeof(name), LS "loading/%s", names[i]);
		r = reads("llama-server", paths[i], name);
		assert_true(r.is_loading);
		assert_int_equal(r.list, MODELS_NOT_LISTED);
	}
	assert_true(reads("llama-server", "/health", "nginx-1.22.1/engine-loading/health").is_loading);
}

static void a_sleeping_llama_server_says_so_in_its_props(void **state)
{
	(void)state;
	assert_true(reads("llama-server", "/props", LS "sleeping/props").is_sleeping);
	assert_float_equal(reads("llama-server", "/metrics", LS "sleeping/metrics").figures.running, 0, 0);
	assert_int_equal(reads("llama-server", "/v1/models", LS "sleeping/v1-models").model_count, 1);
}

static void a_llama_server_with_a_key_is_up_and_wants_it(void **state)
{
	(void)state;
	assert_false(reads("llama-server", "/health", LS "api-key-missing/health").wants_key);
	assert_true(reads("llama-server", "/metrics", LS "api-key-missing/metrics").wants_key);
	assert_true(reads("llama-server", "/props", LS "api-key-missing/props").wants_key);
	assert_true(reads("llama-server", "/v1/models", LS "api-key-missing/v1-models").wants_key);
	assert_true(reads("llama-server", "/v1/models", LS "api-key-wrong/v1-models").wants_key);
	assert_false(reads("llama-server", "/v1/models", LS "api-key-right/v1-models").wants_key);
}

static void a_llama_server_without_metrics_is_as_expected(void **state)
{
	struct reading r = reads("llama-server", "/metrics", LS "no-metrics-flag/metrics");

	(void)state;
	assert_unknown(r.figures.running);
	assert_unknown(r.generated_tokens);
	r = reads("llama-server", "/metrics", LS "router-all-unloaded/metrics");
	assert_unknown(r.figures.running);
}

static void a_router_tells_each_model_apart(void **state)
{
	static const struct {
		const char *recording;
		enum model_state mid, tiny;
	} rows[] = {
		{ LS "router-all-unloaded/v1-models", MODEL_COLD, MODEL_COLD },
		{ LS "router-loaded/v1-models", MODEL_COLD, MODEL_LOADED },
		{ LS "router-model-sleeping/v1-models", MODEL_COLD, MODEL_SLEEPING },
		{ LS "router-child-killed/v1-models", MODEL_FAILED, MODEL_COLD },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct reading r = reads("llama-server", "/v1/models", rows[i].recording);

		assert_models(&r, MODELS_ALL, 2);
		assert_model(&r.models[0], "mid", rows[i].mid);
		assert_model(&r.models[1], "tiny", rows[i].tiny);
	}
	assert_unknown(reads("llama-server", "/props", LS "router-loaded/props").figures.slots);
}

static void a_router_may_be_loading_a_model(void **state)
{
	struct reading r;

	(void)state;
	assert_true(read_body("llama-server", "/v1/models", 200,
		"{\"object\":\"list\",\"data\":[{\"id\":\"a\",\"status\":{\"value\":\"loading\"}},"
		"{\"id\":\"b\",\"status\":{\"value\":\"downloading\"}},{\"id\":\"c\",\"status\":{\"value\":"
		"\"new\"}},"
		"{\"id\":\"d\",\"meta\":null}]}",
		&r));
	assert_model(&r.models[0], "a", MODEL_LOADING);
	assert_model(&r.models[1], "b", MODEL_COLD); /* no request waits for a download */
	assert_model(&r.models[2], "c", MODEL_UNKNOWN);
	assert_model(&r.models[3], "d", MODEL_LOADED);
}

/* ---- Ollama ---- */

static void ollama_lists_what_it_has_and_what_it_has_loaded(void **state)
{
	struct reading r = reads("ollama", "/api/tags", OL "models-unloaded/api-tags");

	(void)state;
	assert_models(&r, MODELS_ALL, 3);
	assert_model(&r.models[1], "big:latest", MODEL_UNKNOWN);
	assert_float_equal(r.models[1].size_bytes, 2472270605.0, 0);
	assert_string_equal(r.models[1].quantisation, "");
	r = reads("ollama", "/api/ps", OL "two-models-loaded/api-ps");
	assert_models(&r, MODELS_LOADED, 2);
	assert_model(&r.models[0], "mid:latest", MODEL_LOADED);
	assert_float_equal(r.models[0].size_bytes, 169056256, 0);
	assert_float_equal(r.models[0].vram_bytes, 0, 0);
	assert_float_equal(r.models[0].context, 4096, 0);
	assert_true(r.models[0].expires_at == 1795394593390);
	assert_true(r.reported_at == 1795394304000);
	assert_unknown(r.figures.running);
	assert_unknown(r.figures.waiting);
	assert_string_equal(reads("ollama", "/api/version", OL "loaded-idle/api-version").version, "0.17.4");
}

static void an_ollama_without_models_has_an_empty_list(void **state)
{
	struct reading r = reads("ollama", "/api/tags", OL "no-models/api-tags");

	(void)state;
	assert_models(&r, MODELS_ALL, 0);
	r = reads("ollama", "/api/ps", OL "no-models/api-ps");
	assert_models(&r, MODELS_LOADED, 0);
	assert_true(read_body("ollama", "/api/tags", 200, "{\"models\":null}", &r));
	assert_models(&r, MODELS_ALL, 0);
	r = reads("openai-compatible", "/v1/models", OL "no-models/v1-models");
	assert_models(&r, MODELS_ALL, 0);
}

static void a_model_kept_forever_expires_in_another_century(void **state)
{
	struct reading r = reads("ollama", "/api/ps", OL "keep-alive-variants/api-ps-forever");

	(void)state;
	assert_true(r.models[0].expires_at > INT64_C(11000000000000));
}

static void a_host_check_is_not_ollamas_answer_to_a_question(void **state)
{
	struct answer answer;
	struct reading r;

	(void)state;
	played_load(&answer, OL "host-check/api-ps-host-foreign");
	reading_init(&r, arena);
	assert_false(request_of("ollama", "/api/ps")->read(&answer, &r));
	answer_fini(&answer);
}

/* ---- gateways, front ends and the rest ---- */

static void llama_swap_tells_what_runs(void **state)
{
	struct reading r = reads("llama-swap", "/running", SW "none-running/running");

	(void)state;
	assert_models(&r, MODELS_LOADED, 0);
	r = reads("llama-swap", "/running", SW "starting/running");
	assert_model(&r.models[0], "big", MODEL_LOADING);
	r = reads("llama-swap", "/running", SW "ready-idle/running");
	assert_model(&r.models[0], "big", MODEL_LOADED);
	r = reads("llama-swap", "/running", SW "child-sigstop/running-after-ttl");
	assert_model(&r.models[0], "mid", MODEL_LOADED);
	r = reads("llama-swap", "/v1/models", SW "ready-idle/v1-models");
	assert_models(&r, MODELS_ALL, 4);
	assert_model(&r.models[3], "tiny", MODEL_UNKNOWN);
}

static void llama_swap_with_a_key_wants_it_everywhere(void **state)
{
	(void)state;
	assert_true(reads("llama-swap", "/running", SW "api-key-missing/running").wants_key);
	assert_true(reads("llama-swap", "/v1/models", SW "api-key-missing/v1-models").wants_key);
	assert_false(reads("llama-swap", "/running", SW "api-key-right/running").wants_key);
}

static void litellm_is_alive_and_may_want_a_key(void **state)
{
	struct reading r = reads("litellm", "/v1/models", LL "no-key-ready/v1-models");

	(void)state;
	assert_models(&r, MODELS_ALL, 1);
	assert_model(&r.models[0], "mid", MODEL_UNKNOWN);
	r = reads("litellm", "/health/liveliness", LL "key-missing/health-liveliness");
	assert_false(r.wants_key);
	r = reads("litellm", "/v1/models", LL "key-missing/v1-models");
	assert_true(r.wants_key);
	assert_false(r.key_rejected);
	r = reads("litellm", "/v1/models", LL "key-wrong/v1-models-sk");
	assert_true(r.wants_key && r.key_rejected);
	assert_int_equal(reads("litellm", "/v1/models", LL "key-right/v1-models").model_count, 1);
}

static void vllm_counts_work_queue_and_tokens(void **state)
{
	struct reading r = reads("vllm", "/metrics", VL "queue/metrics");

	(void)state;
	assert_float_equal(r.figures.running, 2, 0);
	assert_float_equal(r.figures.waiting, 4, 0);
	assert_float_equal(r.generated_tokens, 3875, 0);
	assert_unknown(r.generation_seconds);
	assert_float_equal(r.prompt_tokens, 132, 0);
	assert_float_equal(r.figures.preemptions, 0, 0);
	assert_float_equal(r.rejected, 0, 0);
	assert_float_equal(r.progress, 3875 + 132 + 2897, 0);
	assert_float_equal(r.patience_s, 20, 0);
	assert_int_equal(r.timings[TIMING_TTFT]->count, 23);
	assert_int_equal(r.timings[TIMING_TOKEN]->count, 20);
	assert_non_null(r.timings[TIMING_QUEUE]);
	assert_non_null(r.timings[TIMING_PREFILL]);
	assert_string_equal(r.incarnation, "1795395373.20");
	r = reads("vllm", "/metrics", VL "ready-idle-fresh/metrics");
	assert_float_equal(r.figures.running, 0, 0);
	assert_string_equal(reads("vllm", "/version", VL "ready-idle/version").version, "0.32.0");
	reads("vllm", "/health", VL "ready-idle/health");
	r = reads("vllm", "/v1/models", VL "ready-idle/v1-models");
	assert_models(&r, MODELS_ALL, 1);
	assert_model(&r.models[0], "tiny", MODEL_LOADED);
	assert_float_equal(r.models[0].context, 2048, 0);
	assert_true(reads("vllm", "/v1/models", VL "api-key-missing/v1-models").wants_key);
}

static void several_vllm_engines_are_added_up(void **state)
{
	static const char body[] =
		"# HELP vllm:num_requests_running {\n"
		"vllm:num_requests_running{engine=\"0\",model_name=\"a}\\\"{\"} 2.0\n"
		"vllm:num_requests_running{engine=\"1\",model_name=\"a\"} 3.0 1795395373000\n"
		"vllm:num_requests_running_other 50\n"
		"vllm:num_requests_waiting NaN\n"
		"vllm:generation_tokens_total{engine=\"0\"} 1.5e+03\n"
		"vllm:generation_tokens_total{engine=\"1\" 7\n"
		"vllm:generation_tokens_total -5\n"
		"vllm:generation_tokens_total 0x10\n"
		"vllm:generation_tokens_total 1e999\n"
		"vllm:generation_tokens_total\n"
		"vllm:generation_tokens_total 12";
	struct reading r;

	(void)state;
	assert_true(read_text("vllm", "/metrics", "Content-Type: text/plain\n", body, &r));
	assert_float_equal(r.figures.running, 5, 0);
	assert_unknown(r.figures.waiting);
	assert_float_equal(r.generated_tokens, 1512, 0);
	assert_string_equal(r.incarnation, "");
}

static void hundreds_of_vllm_engines_are_told_apart(void **state)
{
	struct bytes body = { 0 };
	char line[80];
	struct reading r;

	(void)state;
	for (int i = 0; i < 2 * ENGINES_MAX; i++) {
		int length =
			snprintf(line, sizeof(line), "vllm:num_requests_running{engine=\"%d\"} %d\n", i, i);

		bytes_add(&body, line, (size_t)length);
		if (i == 299) { /* not all of the last room is used */
			assert_true(
				read_text("vllm", "/metrics", "Content-Type: text/plain\n", body.text, &r));
			assert_int_equal(r.engine_count, 300);
			for (size_t k = 0; k < r.engine_count; k++)
				assert_float_equal(r.engines[k].running, strtod(r.engines[k].name, NULL), 0);
		}
	}
	assert_true(read_text("vllm", "/metrics", "Content-Type: text/plain\n", body.text, &r));
	assert_int_equal(r.engine_count, ENGINES_MAX);
	assert_float_equal(r.figures.running, ENGINES_MAX * (2 * ENGINES_MAX - 1.0), 0);
	free(body.text);
}

static void a_vllm_that_was_put_to_sleep_says_so(void **state)
{
	static const char form[] = "vllm:num_requests_running 0\n"
				   "vllm:engine_sleep_state{sleep_state=\"awake\"} %d\n"
				   "vllm:engine_sleep_state{sleep_state=\"weights_offloaded\"} %d\n"
				   "vllm:engine_sleep_state{sleep_state=\"discard_all\"} 0\n";
	struct reading r;

	(void)state;
	assert_false(reads("vllm", "/metrics", VL "ready-idle/metrics").is_sleeping);
	for (int asleep = 0; asleep < 2; asleep++) {
		char body[512];

		snprintf(body, sizeof(body), form, !asleep, asleep);
		assert_true(read_text("vllm", "/metrics", "Content-Type: text/plain\n", body, &r));
		assert_int_equal(r.is_sleeping, asleep);
	}
}

static void an_empty_200_of_caddy_is_not_a_healthy_vllm(void **state)
{
	struct answer answer;
	struct reading r;

	(void)state;
	reading_init(&r, arena);
	played_load(&answer, "caddy-2.11.9/no-route/health");
	assert_false(request_of("vllm", "/health")->read(&answer, &r));
	answer_fini(&answer);
	played_load(&answer, VL "engine-killed/health");
	assert_false(request_of("vllm", "/health")->read(&answer, &r));
	answer_fini(&answer);
}

static void llama_cpp_python_lives_by_its_404(void **state)
{
	(void)state;
	reads("llama-cpp-python", "/", CP "ready-idle/root");
	assert_string_equal(
		reads("llama-cpp-python", "/openapi.json", CP "ready-idle/openapi").version, "0.3.36");
	assert_true(reads("llama-cpp-python", "/", CP "api-key-missing/v1-models").wants_key);
}

static void an_open_webui_without_an_account_is_open(void **state)
{
	struct reading r = reads("open-webui", "/api/config", OW "first-start-no-user/api-config");

	(void)state;
	assert_true(r.open_onboarding);
	assert_string_equal(r.version, "0.12.4");
	assert_true(reads("open-webui", "/api/config", OW "auth-off-no-key/api-config").open_onboarding);
	assert_false(reads("open-webui", "/api/config", OW "key-missing/api-config").open_onboarding);
	reads("open-webui", "/health", OW "key-missing/health");
	assert_int_equal(family_by_name("open-webui")->facts.kind, SERVER_FRONT_END);
}

static void lm_studio_tells_loaded_from_not_loaded(void **state)
{
	struct reading r;

	(void)state;
	assert_true(read_body("lm-studio", "/api/v0/models", 200,
		"{\"object\":\"list\",\"data\":[{\"id\":\"a\",\"type\":\"llm\",\"publisher\":\"p\",\"arch\":"
		"\"x\","
		"\"compatibility_type\":\"gguf\",\"quantization\":\"Q4_K_M\",\"state\":\"not-loaded\","
		"\"max_context_length\":32768},{\"id\":\"b\",\"state\":\"loaded\",\"max_context_length\":"
		"32768,"
		"\"loaded_context_length\":4096}]}",
		&r));
	assert_models(&r, MODELS_ALL, 2);
	assert_model(&r.models[0], "a", MODEL_COLD);
	assert_string_equal(r.models[0].quantisation, "Q4_K_M");
	assert_float_equal(r.models[0].context, 32768, 0);
	assert_model(&r.models[1], "b", MODEL_LOADED);
	assert_float_equal(r.models[1].context, 4096, 0);
}

/* Its own words prove that it is LM Studio, and say nothing about models. */
static void lm_studio_before_0_3_6_is_up_without_a_list_of_states(void **state)
{
	struct reading r;

	(void)state;
	assert_true(read_body("lm-studio", "/api/v0/models", 200,
		"{\"error\":\"Unexpected endpoint or method. (GET /api/v0/models)\"}", &r));
	assert_int_equal(r.list, MODELS_NOT_LISTED);
	assert_true(read_body("lm-studio", "/v1/models", 200,
		"{\"data\":[{\"id\":\"m\",\"object\":\"model\",\"owned_by\":\"organization_owner\"}]}", &r));
	assert_models(&r, MODELS_ALL, 1);
	assert_model(&r.models[0], "m", MODEL_UNKNOWN);
	assert_false(read_body("lm-studio", "/api/v0/models", 200, "{\"error\":\"no such path\"}", &r));
}

/* The examples of its documentation, shortened. */
static void lm_studio_since_0_4_tells_sizes_and_instances(void **state)
{
	static const char path[] = "/api/v1/models";
	struct reading r;

	(void)state;
	assert_true(read_body("lm-studio", path, 200,
		"{\"models\":[{\"type\":\"llm\",\"key\":\"gemma-3-270m-it-qat\",\"quantization\":{\"name\":"
		"\"Q4_0\","
		"\"bits_per_weight\":4},\"size_bytes\":241410208,\"loaded_instances\":[{\"id\":\"gemma-3-"
		"270m-it-qat\","
		"\"config\":{\"context_length\":4096}},{\"id\":\"gemma-3-270m-it-qat:2\",\"config\":{"
		"\"context_length\":8192}}],\"max_context_length\":32768,\"format\":\"gguf\"},"
		"{\"type\":\"embedding\",\"key\":\"nomic\",\"quantization\":{\"name\":\"F16\"},\"size_"
		"bytes\":"
		"274290560,\"loaded_instances\":[],\"max_context_length\":2048},"
		"{\"key\":\"bare\",\"quantization\":null}]}",
		&r));
	assert_models(&r, MODELS_ALL, 3);
	assert_model(&r.models[0], "gemma-3-270m-it-qat", MODEL_LOADED);
	assert_float_equal(r.models[0].size_bytes, 241410208, 0);
	assert_float_equal(r.models[0].context, 8192, 0);
	assert_string_equal(r.models[0].quantisation, "Q4_0");
	assert_model(&r.models[1], "nomic", MODEL_COLD);
	assert_float_equal(r.models[1].context, 2048, 0);
	assert_model(&r.models[2], "bare", MODEL_UNKNOWN);
	assert_unknown(r.models[2].size_bytes);
	assert_string_equal(r.models[2].quantisation, "");
	assert_true(read_body("lm-studio", path, 200,
		"{\"error\":\"Unexpected endpoint or method. (GET /api/v1/models)\"}", &r));
	assert_int_equal(r.list, MODELS_NOT_LISTED);
}

static void triton_tells_the_models_that_are_ready(void **state)
{
	static const char *const states[] = { "no-models", "idle", "working", "model-broken" };
	char recording[64];
	struct reading r;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(states); i++) {
		snprintf(recording, sizeof(recording), TR "%s/v2-health-live", states[i]);
		reads("triton", "/v2/health/live", recording);
		snprintf(recording, sizeof(recording), TR "%s/v2-models-stats", states[i]);
		r = reads("triton", "/v2/models/stats", recording);
		assert_models(&r, MODELS_LOADED, i > 0);
		if (i > 0)
			assert_model(&r.models[0], "echo", MODEL_LOADED);
	}
	r = reads("triton", "/v2", TR "idle/v2");
	assert_string_equal(r.version, "2.51.0");
	for (size_t i = 0; i < family_by_name("triton")->request_count; i++)
		assert_null(strstr(family_by_name("triton")->requests[i].path, "repository"));
}

static void nim_tells_its_work_by_vllms_names_without_the_prefix(void **state)
{
	static const char text[] = "# TYPE num_requests_running gauge\n"
				   "num_requests_running{model_name=\"m\"} 3\n"
				   "num_requests_waiting{model_name=\"m\"} 2\n"
				   "num_request_max{model_name=\"m\"} 256\n"
				   "gpu_cache_usage_perc{model_name=\"m\"} 0.25\n"
				   "prompt_tokens_total{model_name=\"m\"} 100\n"
				   "generation_tokens_total{model_name=\"m\"} 40\n"
				   "time_to_first_token_seconds_bucket{le=\"0.1\"} 3\n"
				   "time_to_first_token_seconds_bucket{le=\"+Inf\"} 4\n";
	struct reading r;

	(void)state;
	assert_true(read_text("nim", "/v1/metrics", "Content-Type: text/plain\n", text, &r));
	assert_float_equal(r.figures.running, 3, 0);
	assert_float_equal(r.figures.waiting, 2, 0);
	assert_float_equal(r.figures.slots, 256, 0);
	assert_float_equal(r.figures.kv_cache, 0.25, 1e-9);
	assert_float_equal(r.prompt_tokens, 100, 0);
	assert_float_equal(r.generated_tokens, 40, 0);
	assert_non_null(r.timings[TIMING_TTFT]);
	assert_null(r.timings[TIMING_TOKEN]);
	assert_true(read_body("nim", "/v1/health/ready", 200,
		"{\"object\":\"health.response\",\"message\":\"Service is ready.\"}", &r));
	assert_false(read_body("nim", "/v1/health/ready", 503, "{\"message\":\"x\"}", &r));
	assert_true(read_body("nim", "/v1/models", 200,
		"{\"object\":\"list\",\"data\":[{\"id\":\"m\",\"owned_by\":\"system\","
		"\"max_model_len\":131072}]}",
		&r));
	assert_model(&r.models[0], "m", MODEL_LOADED);
	assert_float_equal(r.models[0].context, 131072, 0);
	assert_true(read_body("nim", "/v1/metadata", 200, "{\"version\":\"1.5.0\",\"modelInfo\":[]}", &r));
	assert_string_equal(r.version, "1.5.0");
}

static void textgen_has_one_model_or_none(void **state)
{
	static const char *const none[] = { "{\"model_name\":\"None\",\"lora_names\":[]}",
		"{\"model_name\":null,\"lora_names\":[]}" };
	static const char path[] = "/v1/internal/model/info";
	struct reading r;

	(void)state;
	assert_true(read_body("textgen", path, 200, "{\"model_name\":\"m.gguf\",\"lora_names\":[]}", &r));
	assert_models(&r, MODELS_LOADED, 1);
	assert_model(&r.models[0], "m.gguf", MODEL_LOADED);
	assert_unknown(r.models[0].context);
	for (size_t i = 0; i < ARRAY_LEN(none); i++) {
		assert_true(read_body("textgen", path, 200, none[i], &r));
		assert_models(&r, MODELS_LOADED, 0);
	}
	assert_true(read_body("textgen", path, 401, "{\"detail\":\"Unauthorized\"}", &r));
	assert_true(r.wants_key);
	assert_false(read_body("textgen", path, 400, "{\"detail\":\"Invalid host header\"}", &r));
}

static void jan_tells_what_runs_and_what_could(void **state)
{
	struct reading r;

	(void)state;
	assert_true(read_body("jan", "/v1/models", 200,
		"{\"object\":\"list\",\"data\":[{\"id\":\"a\",\"object\":\"model\"}]}", &r));
	assert_models(&r, MODELS_LOADED, 1);
	assert_model(&r.models[0], "a", MODEL_LOADED);
	assert_true(read_body("jan", "/v1/models/available", 200,
		"{\"object\":\"list\",\"data\":[{\"id\":\"a\",\"object\":\"model\",\"engine\":\"mlx\","
		"\"status\":\"running\"},{\"id\":\"b\",\"object\":\"model\",\"engine\":\"llamacpp\","
		"\"status\":\"available\"}]}",
		&r));
	assert_models(&r, MODELS_ALL, 2);
	assert_model(&r.models[0], "a", MODEL_LOADED);
	assert_model(&r.models[1], "b", MODEL_COLD);
	assert_true(read_made(request_of("jan", "/v1/models/available"), 404, "", "Not Found", &r));
	assert_int_equal(r.list, MODELS_NOT_LISTED);
	assert_true(read_made(request_of("jan", "/v1/models"), 401, "", "Missing authorization header", &r));
	assert_true(r.wants_key);
}

/* The example of its API document, shortened. */
static void lemonade_tells_what_is_loaded_and_counts_tokens(void **state)
{
	struct reading r;

	(void)state;
	assert_true(read_body("lemonade", "/v1/health", 200,
		"{\"status\":\"ok\",\"version\":\"9.3.3\",\"model_loaded\":\"Llama\",\"all_models_loaded\":["
		"{\"model_name\":\"Llama\",\"type\":\"llm\",\"device\":\"gpu npu\",\"recipe_options\":"
		"{\"ctx_size\":4096}},{\"model_name\":\"nomic\",\"type\":\"embedding\"}]}",
		&r));
	assert_models(&r, MODELS_LOADED, 2);
	assert_model(&r.models[0], "Llama", MODEL_LOADED);
	assert_float_equal(r.models[0].context, 4096, 0);
	assert_unknown(r.models[1].context);
	assert_string_equal(r.version, "9.3.3");
	assert_true(read_body("lemonade", "/v1/stats", 200,
		"{\"time_to_first_token\":2.14,\"tokens_per_second\":33.33,\"input_tokens\":128,"
		"\"input_tokens_total\":1536,\"output_tokens_total\":60}",
		&r));
	assert_float_equal(r.prompt_tokens, 1536, 0);
	assert_float_equal(r.generated_tokens, 60, 0);
	assert_true(read_body("lemonade", "/v1/stats", 200, "{\"tokens_per_second\":33.33}", &r));
	assert_unknown(r.generated_tokens);
	assert_true(read_body("lemonade", "/v1/models", 200,
		"{\"object\":\"list\",\"data\":[{\"id\":\"Qwen3\",\"owned_by\":\"lemonade\",\"checkpoint\":"
		"\"unsloth/Qwen3-0.6B-GGUF:Q4_0\",\"size\":0.38,\"max_context_window\":40960},"
		"{\"id\":\"x\",\"owned_by\":\"lemonade\"}]}",
		&r));
	assert_float_equal(r.models[0].size_bytes, 0.38e9, 1);
	assert_float_equal(r.models[0].context, 40960, 0);
	assert_string_equal(r.models[0].quantisation, "Q4_0");
	assert_unknown(r.models[1].size_bytes);
	assert_string_equal(r.models[1].quantisation, "");
}

static void mlx_lists_its_cache_and_says_nothing_while_that_is_missing(void **state)
{
	struct reading r = reads("mlx", "/v1/models", MX "ready-idle/v1-models");

	(void)state;
	assert_models(&r, MODELS_ALL, 1);
	assert_model(&r.models[0], "/srv/llm/models/hf-tiny", MODEL_UNKNOWN);
	reads("mlx", "/health", MX "ready-idle/health");
	r = reads("mlx", "/v1/models", MX "ready-idle-fresh/v1-models");
	assert_int_equal(r.list, MODELS_NOT_LISTED);
	r = reads("mlx", "/v1/models", MX "no-model-given/v1-models");
	assert_models(&r, MODELS_ALL, 0);
}

static void xinference_lists_what_was_launched(void **state)
{
	struct reading r = reads("xinference", "/v1/models", XI "model-ready/v1-models");

	(void)state;
	assert_models(&r, MODELS_ALL, 1);
	assert_model(&r.models[0], "m", MODEL_LOADED);
	assert_float_equal(r.models[0].context, 32768, 0);
	assert_string_equal(r.models[0].quantisation, "");
	r = reads("xinference", "/v1/models", XI "model-process-killed/v1-models");
	assert_models(&r, MODELS_ALL, 0);
	r = reads("xinference", "/status", XI "model-ready/status");
	assert_true(r.uptime_s > 0);
	assert_unknown(r.figures.running);
	assert_unknown(r.figures.waiting);
}

static void xinference_with_a_login_is_up_and_wants_a_key_for_its_list_alone(void **state)
{
	(void)state;
	assert_false(reads("xinference", "/status", XI "no-model/status").wants_key);
	assert_false(reads("xinference", "/v1/cluster/auth", XI "no-model/v1-cluster-auth").wants_key);
	assert_true(reads("xinference", "/v1/models", XI "no-model/v1-models").wants_key);
	assert_false(reads("xinference", "/v1/models", XI "auth-off-no-model/v1-models").wants_key);
	reads("xinference", "/v1/cluster/auth", XI "auth-off-no-model/v1-cluster-auth");
}

static void ray_serve_speaks_of_its_proxy_alone(void **state)
{
	struct reading r;

	(void)state;
	assert_false(reads("ray-serve", "/-/healthz", RS "ready-idle/--healthz").is_loading);
	assert_false(reads("ray-serve", "/-/healthz", RS "replica-sigstop/--healthz").is_loading);
	assert_false(reads("ray-serve", "/-/healthz", RS "application-deleted/--healthz").is_loading);
	assert_true(reads("ray-serve", "/-/healthz", RS "no-application/--healthz").is_loading);
	assert_true(reads("ray-serve", "/-/routes", RS "no-application/--routes").is_loading);
	assert_int_equal(
		reads("ray-serve", "/-/routes", RS "application-deleted/--routes").list, MODELS_NOT_LISTED);
	r = reads("ray-serve", "/-/routes", RS "ready-idle/--routes");
	assert_false(r.is_loading);
	assert_int_equal(r.list, MODELS_NOT_LISTED);
	assert_false(read_body("ray-serve", "/-/routes", 200, "{\"llm\":\"/\"}", &r));
}

static void portkey_greets(void **state)
{
	(void)state;
	reads("portkey", "/", PK "no-provider-header/root");
	assert_int_equal(family_by_name("portkey")->facts.kind, SERVER_GATEWAY);
}

/* ---- by their makers' documents and sources ---- */

static void sglang_counts_work_where_metrics_are_switched_on(void **state)
{
	struct reading r;

	(void)state;
	assert_true(read_text("sglang", "/metrics", "Content-Type: text/plain\n",
		"sglang:num_running_reqs{model_name=\"m\"} 3.0\nsglang:num_queue_reqs{model_name=\"m\"} "
		"2.0\n",
		&r));
	assert_float_equal(r.figures.running, 3, 0);
	assert_float_equal(r.figures.waiting, 2, 0);
	assert_true(read_body("sglang", "/metrics", 404, "{\"detail\":\"Not Found\"}", &r));
	assert_unknown(r.figures.running);
	assert_true(read_body("sglang", "/v1/models", 200,
		"{\"object\":\"list\",\"data\":[{\"id\":\"m\",\"owned_by\":\"sglang\",\"max_model_len\":8192}"
		"]}",
		&r));
	assert_models(&r, MODELS_ALL, 1);
	assert_model(&r.models[0], "m", MODEL_LOADED);
	assert_float_equal(r.models[0].context, 8192, 0);
	assert_true(read_body("sglang", "/v1/models", 401, "{\"error\":\"Unauthorized\"}", &r));
	assert_true(r.wants_key);
}

static void tgi_tells_its_version_its_model_its_batch_and_its_queue(void **state)
{
	static const char type[] = "Content-Type: text/plain; charset=utf-8\n";
	struct reading r;

	(void)state;
	assert_true(read_body("tgi", "/info", 200,
		"{\"model_id\":\"a/b\",\"router\":\"text-generation-router\",\"version\":\"3.0.0\"}", &r));
	assert_string_equal(r.version, "3.0.0");
	assert_false(read_body("tgi", "/info", 200, "{\"model_id\":\"a/b\"}", &r));
	assert_true(read_text("tgi", "/metrics", type, "tgi_queue_size 4\ntgi_batch_current_size 8\n", &r));
	assert_float_equal(r.figures.running, 8, 0);
	assert_float_equal(r.figures.waiting, 4, 0);
	assert_true(read_text("tgi", "/metrics", type, "# TYPE tgi_request_count counter\n", &r));
	assert_unknown(r.figures.running);
	assert_true(read_text("tgi", "/metrics", type, "", &r));
	assert_false(read_text("tgi", "/metrics", "", "", &r));
	assert_true(read_body("tgi", "/v1/models", 200,
		"{\"object\":\"list\",\"data\":[{\"id\":\"a/b\",\"created\":0,\"owned_by\":\"a/b\"}]}", &r));
	assert_model(&r.models[0], "a/b", MODEL_LOADED);
}

static void koboldcpp_tells_work_queue_and_password(void **state)
{
	struct reading r;

	(void)state;
	assert_true(read_body("koboldcpp", "/api/extra/perf", 200,
		"{\"last_process\":0.1,\"total_gens\":7,\"queue\":2,\"idle\":0,\"uptime\":9}", &r));
	assert_float_equal(r.figures.running, 1, 0);
	assert_float_equal(r.figures.waiting, 2, 0);
	assert_true(read_body("koboldcpp", "/api/extra/perf", 200, "{\"queue\":0,\"idle\":1}", &r));
	assert_float_equal(r.figures.running, 0, 0);
	assert_false(read_body("koboldcpp", "/api/extra/perf", 200, "{\"queue\":0}", &r));
	assert_true(read_body("koboldcpp", "/api/extra/version", 200,
		"{\"result\":\"KoboldCpp\",\"version\":\"1.99\"}", &r));
	assert_string_equal(r.version, "1.99");
	assert_true(read_body("koboldcpp", "/api/v1/model", 200, "{\"result\":\"koboldcpp/m\"}", &r));
	assert_false(r.wants_key);
	assert_true(read_body(
		"koboldcpp", "/api/v1/model", 200, "{\"result\":\"koboldcpp/protected-model\"}", &r));
	assert_true(r.wants_key);
	assert_true(read_body("koboldcpp", "/v1/models", 200,
		"{\"object\":\"list\",\"data\":[{\"id\":\"koboldcpp/m\"},{\"id\":\"other.kcpps\"}]}", &r));
	assert_model(&r.models[0], "koboldcpp/m", MODEL_LOADED);
	assert_model(&r.models[1], "other.kcpps", MODEL_UNKNOWN);
}

static void localai_tells_what_is_loaded_under_the_names_of_its_list(void **state)
{
	struct reading r;

	(void)state;
	assert_true(read_body("localai", "/api/ps", 200,
		"{\"models\":[{\"name\":\"phi:latest\",\"size\":5,\"expires_at\":\"2026-11-24T00:00:00Z\"},{"
		"\"name\":"
		"\"b:q4\"}]}",
		&r));
	assert_models(&r, MODELS_LOADED, 2);
	assert_model(&r.models[0], "phi", MODEL_LOADED);
	assert_true(r.models[0].expires_at == 0);
	assert_model(&r.models[1], "b:q4", MODEL_LOADED);
	assert_true(read_body("localai", "/api/ps", 200, "{\"models\":null}", &r));
	assert_models(&r, MODELS_LOADED, 0);
	assert_true(read_body("localai", "/api/ps", 404, "{\"error\":{\"code\":404,\"message\":\"\"}}", &r));
	assert_int_equal(r.list, MODELS_NOT_LISTED);
	assert_true(read_text("localai", "/readyz", "", "OK", &r));
	assert_true(read_text("localai", "/readyz", "", "", &r));
	assert_false(read_text("localai", "/readyz", "Server: Caddy\n", "", &r));
	assert_true(read_body("localai", "/version", 200, "{\"version\":\"v3.5.0\"}", &r));
	assert_string_equal(r.version, "v3.5.0");
	assert_true(read_body("localai", "/v1/models", 401, "{\"error\":{\"code\":401}}", &r));
	assert_true(r.wants_key);
}

static void tabbyapi_is_healthy_and_wants_a_key_for_its_list(void **state)
{
	struct reading r;

	(void)state;
	assert_true(read_body("tabbyapi", "/health", 200, "{\"status\":\"healthy\"}", &r));
	assert_false(r.wants_key);
	assert_false(read_body("tabbyapi", "/health", 503, "{\"status\":\"unhealthy\",\"issues\":[{}]}", &r));
	assert_true(
		read_body("tabbyapi", "/v1/models", 401, "{\"detail\":\"Please provide an API key\"}", &r));
	assert_true(r.wants_key);
	assert_true(read_body("tabbyapi", "/v1/models", 200,
		"{\"object\":\"list\",\"data\":[{\"id\":\"m\",\"owned_by\":\"tabbyAPI\"}]}", &r));
	assert_model(&r.models[0], "m", MODEL_UNKNOWN);
}

static void the_openai_dialect_is_read_from_anybody(void **state)
{
	struct reading r = reads("openai-compatible", "/v1/models", XI "model-ready/v1-models");

	(void)state;
	assert_models(&r, MODELS_ALL, 1);
	assert_model(&r.models[0], "m", MODEL_UNKNOWN);
	assert_float_equal(r.models[0].context, 32768, 0);
	assert_true(reads("openai-compatible", "/v1/models", XI "no-model/v1-models").wants_key);
	assert_int_equal(reads("openai-compatible", "/v1/models", RS "ready-idle/v1-models").model_count, 1);
}

/* ---- what no server says ---- */

static void llama_stack_names_its_models_by_identifier(void **state)
{
	struct reading r;

	(void)state;
	assert_true(read_body("llama-stack", "/v1/models", 200,
		"{\"data\":[{\"identifier\":\"acme/chat-8b\",\"provider_id\":\"ollama\",\"type\":\"model\"}]}",
		&r));
	assert_models(&r, MODELS_ALL, 1);
	assert_model(&r.models[0], "acme/chat-8b", MODEL_UNKNOWN);
	assert_true(read_body("llama-stack", "/v1/health", 200, "{\"status\":\"OK\"}", &r));
	assert_false(read_body("llama-stack", "/v1/health", 200, "{\"status\":\"healthy\"}", &r));
	assert_string_equal(server_facts_api(&family_by_name("llama-stack")->facts), "/v1/openai/v1");
}

static void what_a_proxy_says_is_nobodys_answer(void **state)
{
	static const char *const pages[] = {
		"nginx-1.22.1/engine-dead/v1-models",
		"nginx-1.22.1/basic-auth-missing/v1-models",
		"nginx-1.22.1/login-redirect/v1-models",
		"nginx-1.22.1/rate-limited-503/v1-models",
		"caddy-2.6.2/engine-dead/v1-models",
		"caddy-2.11.9/no-route/v1-models",
		"caddy-2.6.2/bearer-missing-text/v1-models",
		"haproxy-2.6.12/engine-dead/v1-models",
		"apache-2.4.71/engine-dead/v1-models",
		"oauth2-proxy-7.6.0/no-login/v1-models",
		"oauth2-proxy-7.6.0/no-login-accept-json/v1-models",
		OW "key-missing/v1-models",
		OL "no-models/nonsense",
	};

	(void)state;
	for (size_t p = 0; p < ARRAY_LEN(pages); p++)
		for (size_t i = 0; families[i]; i++)
			for (size_t k = 0; k < families[i]->request_count; k++) {
				struct answer answer;
				struct reading r;

				reading_init(&r, arena);
				played_load(&answer, pages[p]);
				if (families[i]->requests[k].read(&answer, &r))
					fail_msg("%s %s takes %s", families[i]->facts.name,
						families[i]->requests[k].path, pages[p]);
				assert_int_equal(r.list, MODELS_NOT_LISTED);
				answer_fini(&answer);
			}
}

/* Every reader and every recogniser over one body. */
static void show_to_everybody(int status, const char *body, size_t length)
{
	struct answer answer;

	played_make(&answer, status, "Server: llama.cpp\nContent-Type: application/json\n", body, length);
	for (size_t i = 0; families[i]; i++)
		for (size_t k = 0; k < families[i]->request_count; k++) {
			const struct request *request = &families[i]->requests[k];
			struct reading r;

			reading_init(&r, arena);
			request->read(&answer, &r);
			families[i]->recognise(request->path, &answer);
			assert_true(r.model_count <= 1000);
			for (size_t m = 0; m < r.model_count; m++) {
				assert_true(strlen(r.models[m].id) < TEXT_CAP);
				assert_true(strlen(r.models[m].quantisation) < TEXT_CAP);
				assert_false(r.models[m].size_bytes < 0 || r.models[m].context < 0);
			}
			assert_false(r.figures.slots < 0 || isinf(r.figures.slots));
		}
	answer_fini(&answer);
}

static void wrong_types_everywhere_are_survived(void **state)
{
	static const char *const bodies[] = {
		"",
		"{}",
		"[]",
		"null",
		"7",
		"\"\"",
		"[[[]]]",
		"{\"data\":{},\"models\":7,\"running\":\"x\",\"error\":[],\"detail\":null,\"object\":[]}",
		"{\"data\":[null,7,\"x\",[],{},{\"id\":7},{\"id\":null},{\"id\":{}},{\"id\":\"\"}],"
		"\"object\":\"list\"}",
		"{\"models\":[null,[],{\"name\":7},{\"name\":\"a\",\"details\":7,\"size\":\"9\",\"expires_"
		"at\":[]}]}",
		"{\"models\":[{\"name\":\"a\",\"size\":-1,\"size_vram\":1e999,\"expires_at\":\"tomorrow\"}]}",
		"{\"data\":[{\"id\":\"a\",\"status\":7,\"meta\":[],\"created\":\"x\",\"owned_by\":{}}]}",
		"{\"data\":[{\"id\":\"a\",\"status\":{\"value\":[],\"failed\":\"true\"},\"meta\":{\"size\":-"
		"5}}]}",
		"{\"running\":[7,{\"model\":[]},{\"model\":\"a\",\"state\":7}]}",
		"{\"default_generation_settings\":7,\"total_slots\":-3,\"media_marker\":[],\"is_sleeping\":"
		"\"yes\"}",
		"{\"default_generation_settings\":{},\"total_slots\":1e999,\"build_info\":{}}",
		"{\"error\":{\"message\":[],\"type\":7,\"code\":{}}}",
		"{\"info\":[],\"version\":7,\"features\":{\"auth\":[]},\"status\":{},\"src\":[]}",
		"{\"version\":{\"version\":\"x\"}}",
		"<html>",
		"llamacpp:requests_processing",
		"llamacpp:requests_processing{",
		"llamacpp:requests_processing{a=\"\\",
		"\n\n\nllamacpp:requests_processing \n",
	};
	static const int statuses[] = { 0, 200, 400, 401, 403, 404, 500, 501, 503, 999 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bodies); i++)
		for (size_t k = 0; k < ARRAY_LEN(statuses); k++)
			show_to_everybody(statuses[k], bodies[i], strlen(bodies[i]));
}

static void of_twenty_thousand_models_ten_thousand_are_kept(void **state)
{
	char *body = mem_alloc(1024 * 1024);
	size_t used = (size_t)sprintf(body, "{\"object\":\"list\",\"data\":[");
	struct reading r;

	(void)state;
	for (int i = 0; i < 20000; i++)
		used += (size_t)sprintf(body + used, "%s{\"id\":\"model-%d\"}", i ? "," : "", i);
	strcpy(body + used, "]}");
	assert_true(read_body("openai-compatible", "/v1/models", 200, body, &r));
	assert_models(&r, MODELS_ALL, 10000);
	assert_string_equal(r.models[9999].id, "model-9999");
	free(body);
}

static void ids_are_made_harmless_and_short(void **state)
{
	static const char head[] =
		"{\"object\":\"list\",\"data\":[{\"id\":\"\\u001b[31m\\u202eevil\\r\\n\"},{\"id\":\"";
	char *body = mem_alloc(20000);
	struct reading r;

	(void)state;
	strcpy(body, head);
	memset(body + sizeof(head) - 1, 'x', 10000);
	strcpy(body + sizeof(head) - 1 + 10000, "\"}]}");
	assert_true(read_body("openai-compatible", "/v1/models", 200, body, &r));
	assert_int_equal(r.model_count, 2);
	assert_string_equal(r.models[0].id, "\\x1b[31m\\u{202e}evil\\r\\n");
	assert_in_range(strlen(r.models[1].id), 100, TEXT_CAP - 1);
	free(body);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_family_is_whole_and_has_a_primary_question),
		cmocka_unit_test(the_facts_of_a_family_are_found_by_its_name),
		cmocka_unit_test(the_default_ports_of_families_are_those_of_llm_servers),
		cmocka_unit_test(what_confirms_a_family_is_free_and_in_its_table),
		cmocka_unit_test(nothing_that_wakes_cuts_or_bills_is_asked_unasked),
		cmocka_unit_test(an_idle_llama_server_tells_its_model_slots_and_counters),
		cmocka_unit_test(a_queue_at_a_llama_server_is_counted),
		cmocka_unit_test(a_loading_llama_server_says_so_on_every_path),
		cmocka_unit_test(a_sleeping_llama_server_says_so_in_its_props),
		cmocka_unit_test(a_llama_server_with_a_key_is_up_and_wants_it),
		cmocka_unit_test(a_llama_server_without_metrics_is_as_expected),
		cmocka_unit_test(a_router_tells_each_model_apart),
		cmocka_unit_test(a_router_may_be_loading_a_model),
		cmocka_unit_test(ollama_lists_what_it_has_and_what_it_has_loaded),
		cmocka_unit_test(an_ollama_without_models_has_an_empty_list),
		cmocka_unit_test(a_model_kept_forever_expires_in_another_century),
		cmocka_unit_test(a_host_check_is_not_ollamas_answer_to_a_question),
		cmocka_unit_test(llama_swap_tells_what_runs),
		cmocka_unit_test(llama_swap_with_a_key_wants_it_everywhere),
		cmocka_unit_test(litellm_is_alive_and_may_want_a_key),
		cmocka_unit_test(vllm_counts_work_queue_and_tokens),
		cmocka_unit_test(several_vllm_engines_are_added_up),
		cmocka_unit_test(hundreds_of_vllm_engines_are_told_apart),
		cmocka_unit_test(a_vllm_that_was_put_to_sleep_says_so),
		cmocka_unit_test(an_empty_200_of_caddy_is_not_a_healthy_vllm),
		cmocka_unit_test(llama_cpp_python_lives_by_its_404),
		cmocka_unit_test(an_open_webui_without_an_account_is_open),
		cmocka_unit_test(lm_studio_tells_loaded_from_not_loaded),
		cmocka_unit_test(lm_studio_before_0_3_6_is_up_without_a_list_of_states),
		cmocka_unit_test(lm_studio_since_0_4_tells_sizes_and_instances),
		cmocka_unit_test(triton_tells_the_models_that_are_ready),
		cmocka_unit_test(nim_tells_its_work_by_vllms_names_without_the_prefix),
		cmocka_unit_test(textgen_has_one_model_or_none),
		cmocka_unit_test(jan_tells_what_runs_and_what_could),
		cmocka_unit_test(lemonade_tells_what_is_loaded_and_counts_tokens),
		cmocka_unit_test(mlx_lists_its_cache_and_says_nothing_while_that_is_missing),
		cmocka_unit_test(xinference_lists_what_was_launched),
		cmocka_unit_test(xinference_with_a_login_is_up_and_wants_a_key_for_its_list_alone),
		cmocka_unit_test(ray_serve_speaks_of_its_proxy_alone),
		cmocka_unit_test(portkey_greets),
		cmocka_unit_test(sglang_counts_work_where_metrics_are_switched_on),
		cmocka_unit_test(tgi_tells_its_version_its_model_its_batch_and_its_queue),
		cmocka_unit_test(koboldcpp_tells_work_queue_and_password),
		cmocka_unit_test(localai_tells_what_is_loaded_under_the_names_of_its_list),
		cmocka_unit_test(tabbyapi_is_healthy_and_wants_a_key_for_its_list),
		cmocka_unit_test(the_openai_dialect_is_read_from_anybody),
		cmocka_unit_test(llama_stack_names_its_models_by_identifier),
		cmocka_unit_test(what_a_proxy_says_is_nobodys_answer),
		cmocka_unit_test(wrong_types_everywhere_are_survived),
		cmocka_unit_test(of_twenty_thousand_models_ten_thousand_are_kept),
		cmocka_unit_test(ids_are_made_harmless_and_short),
	};

	return cmocka_run_group_tests(tests, open_arena, close_arena);
}
