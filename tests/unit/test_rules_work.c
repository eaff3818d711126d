/* How an engine gets on with its work: each row appears for what is wrong and stays away from what is not. */
#include "tests/unit/ledger_help.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#define LS "llama-server-0.5.0/"
#define OL "ollama-0.17.4/"
#define VL "vllm-0.32.0-cpu/"
#define JSON "Content-Type: application/json\n"
#define DATE "Content-Type: application/json\nDate: Mon, 23 Nov 2026 00:45:46 GMT\n"
#define TEXT "Content-Type: text/plain\n"

/* ---- engine-stalled ---- */

static void a_vllm_whose_tokens_stand_still_with_work_in_hand_is_stalled(void **state)
{
	struct ledger *l = watching_a("vllm", GPU1);
	const struct snapshot *s;

	(void)state;
	answers(l, at(0), VL "queue/health");
	answers(l, at(0), VL "queue/metrics");
	for (int t = 10; t <= 20; t += 10) {
		answers(l, at(t), VL "engine-sigstop/health");
		answers(l, at(t), VL "engine-sigstop/metrics");
		assert_no_verdict(take(l, at(t)), "engine-stalled");
	}
	answers(l, at(30), VL "engine-sigstop/metrics");
	s = take(l, at(30));
	assert_fix(assert_says(s, "engine-stalled", LAYER_ENGINE, SEVERITY_DOWN, STATE_STALLED,
			   "vLLM has 2 requests in progress and has made no progress for 20 s"),
		"restart vLLM");
	assert_state(s, STATE_STALLED);
	assert_int_equal(s->status, STATUS_DOWN);
	assert_null(find_verdict(s, "busy"));
}

/* Two engines of one vLLM, with what each has in work and has counted. */
static void counts_of_two(struct ledger *l, int t, int running, int waiting, int steps, int other_steps)
{
	char body[512];

	snprintf(body, sizeof(body),
		"vllm:num_requests_running{engine=\"0\"} 2\nvllm:num_requests_running{engine=\"1\"} %d\n"
		"vllm:num_requests_waiting{engine=\"0\"} 0\nvllm:num_requests_waiting{engine=\"1\"} %d\n"
		"vllm:generation_tokens_total{engine=\"0\"} %d\nvllm:generation_tokens_total{engine=\"1\"} %d\n",
		running, waiting, steps, other_steps);
	says(l, at(t), 200, "", "");
	says_at(l, at(t), "/metrics", 200, TEXT, body);
}

static void one_engine_of_two_that_stands_still_is_stalled(void **state)
{
	struct ledger *l = watching_a("vllm", GPU1);

	(void)state;
	for (int t = 0; t <= 20; t += 10) {
		counts_of_two(l, t, 5, 40, 1000 + t, 700);
		if (t < 20)
			assert_no_verdict(take(l, at(t)), "engine-stalled");
	}
	assert_says(take(l, at(20)), "engine-stalled", LAYER_ENGINE, SEVERITY_DEGRADED, STATE_STALLED,
		"vLLM has 5 requests in progress at engine 1, which has made no progress for 20 s; 1 of its "
		"2 engines");
	assert_state(take(l, at(20)), STATE_STALLED);
	counts_of_two(l, 30, 5, 40, 1030, 701);
	assert_no_verdict(take(l, at(30)), "engine-stalled");
	/* The one was started anew: it counts from zero, which is progress. */
	counts_of_two(l, 40, 5, 40, 1040, 3);
	assert_no_verdict(take(l, at(40)), "engine-stalled");
}

static void one_engine_of_two_without_work_is_not_stalled(void **state)
{
	struct ledger *l = watching_a("vllm", GPU1);

	(void)state;
	for (int t = 0; t <= 60; t += 10)
		counts_of_two(l, t, 0, 0, 1000 + t, 700);
	assert_nothing_above_info(take(l, at(60)));
}

static void engines_that_all_stand_still_are_one_stalled_server(void **state)
{
	struct ledger *l = watching_a("vllm", GPU1);

	(void)state;
	for (int t = 0; t <= 20; t += 10)
		counts_of_two(l, t, 5, 0, 1000, 700);
	assert_says(take(l, at(20)), "engine-stalled", LAYER_ENGINE, SEVERITY_DOWN, STATE_STALLED,
		"vLLM has 7 requests in progress and has made no progress for 20 s");
}

/* A SGLang with a queue and nothing in work; steps: of its counter of each step, below 0: it has none. */
static void sglang_queues(struct ledger *l, int t, int running, int steps)
{
	char body[512], counter[128] = "";

	if (steps >= 0)
		snprintf(counter, sizeof(counter), "sglang:realtime_tokens_total{mode=\"decode\"} %d\n",
			steps);
	snprintf(body, sizeof(body),
		"sglang:num_running_reqs %d\nsglang:num_queue_reqs 31\nsglang:generation_tokens_total 1000\n%s",
		running, counter);
	says_at(l, at(t), "/v1/models", 200, JSON,
		"{\"object\":\"list\",\"data\":[{\"id\":\"m\",\"owned_by\":\"sglang\"}]}");
	says_at(l, at(t), "/metrics", 200, TEXT, body);
}

static void a_sglang_whose_steps_stand_still_is_stalled(void **state)
{
	struct ledger *l = watching_a("sglang", GPU1);

	(void)state;
	for (int t = 0; t <= 40; t += 10) {
		sglang_queues(l, t, 0, 900);
		if (t < 40)
			assert_no_verdict(take(l, at(t)), "engine-stalled");
	}
	assert_says(take(l, at(40)), "engine-stalled", LAYER_ENGINE, SEVERITY_DOWN, STATE_STALLED,
		"SGLang has 31 requests waiting and has made no progress for 40 s");
}

/* Two replicas, each on two ranks that tell the same; one of them hangs. */
static void one_replica_of_a_sglang_that_stands_still_is_stalled(void **state)
{
	static const char form[] =
		"sglang:num_running_reqs{dp_rank=\"0\",tp_rank=\"0\"} 2\n"
		"sglang:num_running_reqs{dp_rank=\"1\",tp_rank=\"2\"} 4\n"
		"sglang:num_running_reqs{dp_rank=\"1\",tp_rank=\"3\"} 4\n"
		"sglang:realtime_tokens_total{dp_rank=\"0\",tp_rank=\"0\",mode=\"decode\"} %d\n"
		"sglang:realtime_tokens_total{dp_rank=\"1\",tp_rank=\"2\",mode=\"decode\"} 800\n"
		"sglang:realtime_tokens_total{dp_rank=\"1\",tp_rank=\"3\",mode=\"decode\"} 800\n";
	struct ledger *l = watching_a("sglang", GPU1);
	char body[1024];

	(void)state;
	says_at(l, at(0), "/v1/models", 200, JSON,
		"{\"object\":\"list\",\"data\":[{\"id\":\"m\",\"owned_by\":\"sglang\"}]}");
	for (int t = 0; t <= 40; t += 10) {
		snprintf(body, sizeof(body), form, 500 + t);
		says_at(l, at(t), "/metrics", 200, TEXT, body);
	}
	assert_says(take(l, at(40)), "engine-stalled", LAYER_ENGINE, SEVERITY_DEGRADED, STATE_STALLED,
		"SGLang has 4 requests in progress at engine 1, which has made no progress for 40 s; 1 of "
		"its 2");
}

/* Tokens of an answer are counted at its end, so without the counter of steps nothing is known. */
static void a_sglang_on_long_answers_is_not_stalled(void **state)
{
	struct ledger *l = watching_a("sglang", GPU1);

	(void)state;
	for (int t = 0; t <= 200; t += 10)
		sglang_queues(l, t, 3, 900 + t);
	assert_no_verdict(take(l, at(200)), "engine-stalled");
	for (int t = 210; t <= 400; t += 10)
		sglang_queues(l, t, 3, -1);
	assert_no_verdict(take(l, at(400)), "engine-stalled");
}

static void a_stalled_engine_behind_a_key_is_stalled(void **state)
{
	struct ledger *l = watching_a("vllm", GPU1);

	(void)state;
	answers(l, at(0), VL "engine-sigstop/health");
	answers(l, at(0), VL "api-key-missing/v1-models");
	for (int t = 0; t <= 20; t += 10)
		answers(l, at(t), VL "engine-sigstop/metrics");
	assert_verdict(take(l, at(20)), "engine-stalled");
}

static void an_idle_engine_is_not_stalled_however_long(void **state)
{
	struct ledger *l = watching_a("vllm", GPU1);

	(void)state;
	for (int t = 0; t <= 200; t += 10) {
		answers(l, at(t), VL "ready-idle/health");
		answers(l, at(t), VL "ready-idle/metrics");
	}
	assert_nothing_above_info(take(l, at(200)));
	/* Work that came just now has not stood still for long. */
	answers(l, at(210), VL "engine-sigstop/metrics");
	assert_no_verdict(take(l, at(210)), "engine-stalled");
}

/* What was told once and long ago does not stand still: nobody looks. */
static void what_is_not_looked_at_does_not_stall(void **state)
{
	struct ledger *l = watching_a("vllm", GPU1);

	(void)state;
	answers(l, at(0), VL "queue/health");
	answers(l, at(0), VL "queue/metrics");
	assert_no_verdict(take(l, at(50)), "engine-stalled");
}

/* Both machines may have slept: what matters is what was seen to stand still. */
static void a_gap_that_nobody_watched_is_no_stall(void **state)
{
	struct ledger *l = watching_a("vllm", GPU1);

	(void)state;
	answers(l, at(0), VL "queue/metrics");
	for (int t = 300; t <= 320; t += 10) {
		answers(l, at(t), VL "queue/health");
		answers(l, at(t), VL "queue/metrics");
		if (t < 320)
			assert_no_verdict(take(l, at(t)), "engine-stalled");
	}
	assert_verdict(take(l, at(320)), "engine-stalled");
}

static void decodes(struct ledger *l, int t, int running, int calls)
{
	char body[256];

	snprintf(body, sizeof(body),
		"llamacpp:requests_processing %d\nllamacpp:requests_deferred "
		"0\nllamacpp:tokens_predicted_total 20\n"
		"llamacpp:n_decode_total %d\n",
		running, calls);
	answers(l, at(t), LS "generating/health");
	says_at(l, at(t), "/metrics", 200, TEXT, body);
}

/* One batch of a long prompt moves nothing for a quarter of a minute, and tokens are counted at the end. */
static void a_llama_server_may_take_minutes_over_one_batch(void **state)
{
	struct ledger *l = watching_a("llama-server", GPU1);

	(void)state;
	decodes(l, 0, 1, 100);
	for (int t = 10; t <= 180; t += 10)
		decodes(l, t, 1, 101);
	assert_no_verdict(take(l, at(180)), "engine-stalled");
	decodes(l, 190, 1, 101);
	assert_says(take(l, at(190)), "engine-stalled", LAYER_ENGINE, SEVERITY_DOWN, STATE_STALLED,
		"llama-server has 1 request in progress and has made no progress for");
	decodes(l, 200, 1, 102);
	assert_no_verdict(take(l, at(200)), "engine-stalled");
}

static void a_llama_server_wedged_by_sigterm_answers_its_health_alone(void **state)
{
	struct ledger *l = watching_a("llama-server", GPU1);

	(void)state;
	answers(l, at(0), LS "ready-idle/metrics");
	for (int t = 0; t <= 10; t += 10) {
		assert_no_verdict(take(l, at(t)), "engine-stalled");
		answers(l, at(t), LS "wedged-after-sigterm/health");
		answers(l, at(t), LS "wedged-after-sigterm/metrics");
		answers(l, at(t), LS "wedged-after-sigterm/v1-models");
	}
	assert_says(take(l, at(11)), "engine-stalled", LAYER_ENGINE, SEVERITY_DOWN, STATE_STALLED,
		"llama-server answers /health, while /metrics and /v1/models hang");
	answers(l, at(20), LS "ready-idle/health");
	answers(l, at(20), LS "ready-idle/metrics");
	assert_no_verdict(take(l, at(20)), "engine-stalled");
}

/* Its /metrics waits for the engine, the other path does not. */
static void hangs_at_metrics(struct ledger *l, int t, const char *other)
{
	answers(l, at(t), LS "ready-idle/health");
	is_silent_at(l, at(t), "/metrics");
	answers(l, at(t), other);
}

static void one_path_that_hangs_for_a_minute_is_a_stalled_engine(void **state)
{
	struct ledger *l = watching_a("llama-server", GPU1);

	(void)state;
	answers(l, at(0), LS "ready-idle/metrics");
	for (int t = 10; t <= 60; t += 10)
		hangs_at_metrics(l, t, LS "ready-idle/props");
	assert_no_verdict(take(l, at(69)), "engine-stalled");
	hangs_at_metrics(l, 70, LS "ready-idle/props");
	assert_fix(
		assert_says(take(l, at(75)), "engine-stalled", LAYER_ENGINE, SEVERITY_DEGRADED, STATE_STALLED,
			"llama-server answers /health, while /metrics has hung for 60 s: either its engine "
			"is stuck, or"),
		"unless it is writing tokens");
	answers(l, at(80), LS "ready-idle/health");
	answers(l, at(80), LS "ready-idle/metrics");
	assert_no_verdict(take(l, at(80)), "engine-stalled");
}

/* Twice in an hour is not for an hour. */
static void what_hangs_before_and_after_a_gap_does_not_hang_all_along(void **state)
{
	struct ledger *l = watching_a("llama-server", GPU1);

	(void)state;
	answers(l, at(0), LS "ready-idle/metrics");
	for (int t = 10; t <= 40; t += 10)
		hangs_at_metrics(l, t, LS "ready-idle/props");
	hangs_at_metrics(l, 3600, LS "ready-idle/props");
	assert_no_verdict(take(l, at(3601)), "engine-stalled");
	for (int t = 3610; t <= 3650; t += 10)
		hangs_at_metrics(l, t, LS "ready-idle/props");
	assert_no_verdict(take(l, at(3651)), "engine-stalled");
}

/* A link that loses large packets looks like that, too. */
static void one_path_that_hangs_where_nothing_large_came_is_no_stalled_engine(void **state)
{
	struct ledger *l = watching_a("llama-server", GPU1);

	(void)state;
	answers(l, at(0), LS "ready-idle/metrics");
	answers(l, at(0), LS "ready-idle/props");
	for (int t = 10; t <= 120; t += 10)
		hangs_at_metrics(l, t, LS "ready-idle/v1-models");
	assert_no_verdict(take(l, at(120)), "engine-stalled");
}

static void an_ollama_is_never_said_to_be_stalled(void **state)
{
	struct ledger *l = watching_a("ollama", GPU1);

	(void)state;
	for (int t = 0; t <= 300; t += 10) {
		answers(l, at(t), OL "generating/api-ps");
		is_silent_at(l, at(t), "/api/tags");
		is_silent_at(l, at(t), "/v1/models");
	}
	assert_no_verdict(take(l, at(300)), "engine-stalled");
}

/* ---- queue-full ---- */

static void an_ollama_that_turns_requests_away_is_full(void **state)
{
	struct ledger *l = watching_a("ollama", GPU1);
	const struct snapshot *s;

	(void)state;
	answers(l, at(0), OL "queue-full/api-ps");
	assert_no_verdict(take(l, at(0)), "queue-full");
	answers(l, at(10), OL "queue-full/chat-503");
	s = take(l, at(10));
	assert_says(s, "queue-full", LAYER_ENGINE, SEVERITY_DEGRADED, STATE_BUSY,
		"the queue of Ollama is full, so it rejects requests (HTTP 503)");
	assert_null(find_verdict(s, "server-error"));
	assert_state(s, STATE_BUSY);
}

static void a_429_of_an_engine_is_its_queue_and_one_of_a_proxy_is_not(void **state)
{
	struct ledger *l = watching_a("tgi", GPU1);
	const struct snapshot *s;

	(void)state;
	says(l, at(0), 429, JSON, "{\"error\":\"Model is overloaded\",\"error_type\":\"overloaded\"}");
	s = take(l, at(0));
	assert_verdict(s, "queue-full");
	assert_null(find_verdict(s, "rate-limited"));
	says(l, at(10), 429, JSON, "{\"error\":\"slow down\"}");
	assert_no_verdict(take(l, at(10)), "queue-full");
	assert_verdict(take(l, at(10)), "rate-limited");
}

static void rejects(struct ledger *l, int t, int rejected)
{
	char body[256];

	snprintf(body, sizeof(body),
		"vllm:num_requests_running 2\nvllm:num_requests_waiting 4\nvllm:generation_tokens_total %d\n"
		"vllm:admission_rejections_total{reason=\"max_num_queued_reqs\"} %d\n",
		t, rejected);
	answers(l, at(t), VL "queue/health");
	says_at(l, at(t), "/metrics", 200, TEXT, body);
}

static void a_vllm_that_counts_rejections_is_full(void **state)
{
	struct ledger *l = watching_a("vllm", GPU1);

	(void)state;
	rejects(l, 0, 7);
	assert_no_verdict(take(l, at(0)), "queue-full");
	rejects(l, 10, 7);
	assert_no_verdict(take(l, at(10)), "queue-full");
	rejects(l, 20, 9);
	assert_says(take(l, at(25)), "queue-full", LAYER_ENGINE, SEVERITY_DEGRADED, STATE_BUSY,
		"rejects requests (5 s ago by its own count; 4 wait");
	for (int t = 30; t <= 90; t += 10)
		rejects(l, t, 9);
	assert_no_verdict(take(l, at(90)), "queue-full");
}

/* Waiting alone is no full queue: how long, and what it costs, is told with the work. */
static void a_queue_that_lasts_is_told_with_its_age_and_the_first_token(void **state)
{
	struct ledger *l = watching_a("vllm", GPU1);
	const struct snapshot *s;

	(void)state;
	answers(l, at(0), VL "ready-idle-fresh/metrics");
	answers(l, at(0), VL "queue/health");
	answers(l, at(10), VL "queue/metrics");
	answers(l, at(80), VL "engine-sigstop/health");
	answers(l, at(80), VL "engine-sigstop/metrics");
	s = take(l, at(80));
	assert_no_verdict(s, "queue-full");
	assert_says(s, "busy", LAYER_ENGINE, SEVERITY_INFO, STATE_BUSY, "4 more wait");
	assert_non_null(strstr(find_verdict(s, "busy")->text, " ms (p95)"));
	assert_non_null(strstr(find_verdict(s, "busy")->text, "for 70 s now"));
}

/* ---- models ---- */

static void a_child_that_died_is_a_failed_load(void **state)
{
	struct ledger *l = watching_a("llama-server", GPU1);

	(void)state;
	answers(l, at(0), LS "router-loaded/health");
	answers(l, at(0), LS "router-loaded/v1-models");
	assert_no_verdict(take(l, at(0)), "load-failed");
	answers(l, at(60), LS "router-child-killed/health");
	answers(l, at(60), LS "router-child-killed/v1-models");
	assert_says(take(l, at(60)), "load-failed", LAYER_ENGINE, SEVERITY_DEGRADED, STATE_FAULT,
		"llama-server could not load mid, or lost it");
}

static void router_lists(struct ledger *l, int t, const char *status)
{
	char body[256];

	snprintf(body, sizeof(body), "{\"object\":\"list\",\"data\":[{\"id\":\"mid\",\"status\":{%s}}]}",
		status);
	answers(l, at(t), LS "router-loaded/health");
	says_at(l, at(t), "/v1/models", 200, "Server: llama.cpp\nContent-Type: application/json\n", body);
}

#define PUT_AWAY "\"value\":\"unloaded\",\"failed\":true,\"exit_code\":1"

static void a_model_that_was_seen_loading_and_then_failed_did_not_load(void **state)
{
	struct ledger *l = watching_a("llama-server", GPU1);

	(void)state;
	router_lists(l, 0, "\"value\":\"loading\"");
	assert_no_verdict(take(l, at(0)), "load-failed");
	router_lists(l, 60, PUT_AWAY);
	assert_verdict(take(l, at(60)), "load-failed");
	router_lists(l, 120, PUT_AWAY);
	assert_verdict(take(l, at(120)), "load-failed");
	router_lists(l, 180, "\"value\":\"loading\"");
	assert_no_verdict(take(l, at(180)), "load-failed");
}

/* As far as anybody saw it was unloaded by hand: the server marks it as failed all the same. */
static void a_model_marked_failed_at_first_sight_or_after_it_was_loaded_is_cold(void **state)
{
	static const char *const before[] = { PUT_AWAY, "\"value\":\"loaded\"", "\"value\":\"sleeping\"" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(before); i++) {
		struct ledger *l = watching_a("llama-server", GPU1);

		router_lists(l, 0, before[i]);
		assert_no_verdict(take(l, at(0)), "load-failed");
		for (int t = 60; t <= 180; t += 60) {
			router_lists(l, t, PUT_AWAY);
			assert_no_verdict(take(l, at(t)), "load-failed");
			assert_int_equal(take(l, at(t))->models[0].state, MODEL_COLD);
		}
	}
}

static void ollama_lists(struct ledger *l, int t, const char *headers, const char *models)
{
	char body[1024];

	snprintf(body, sizeof(body), "{\"models\":[%s]}", models);
	says_at(l, at(t), "/api/ps", 200, headers, body);
}

static void a_model_partly_on_the_cpu_has_spilled(void **state)
{
	struct ledger *l = watching_a("ollama", GPU1);

	(void)state;
	ollama_lists(l, 0, JSON, "{\"name\":\"a\",\"size\":1000,\"size_vram\":1000}");
	assert_no_verdict(take(l, at(0)), "vram-spill");
	ollama_lists(l, 10, JSON,
		"{\"name\":\"a\",\"size\":1000,\"size_vram\":1000},{\"name\":\"b\",\"size\":1000,\"size_"
		"vram\":"
		"620}");
	assert_says(take(l, at(10)), "vram-spill", LAYER_ENGINE, SEVERITY_DEGRADED, STATE_SLOW,
		"b is too big for the GPU: 38 % of it is on the CPU");
}

static void a_model_on_the_cpu_is_a_fault_only_where_there_is_a_gpu(void **state)
{
	struct ledger *l = watching_a("ollama", GPU1);

	(void)state;
	ollama_lists(l, 0, JSON, "{\"name\":\"a\",\"size\":1000,\"size_vram\":0}");
	assert_no_verdict(take(l, at(0)), "vram-spill");
	ollama_lists(l, 10, JSON, "{\"name\":\"b\",\"size\":1000,\"size_vram\":1000}");
	assert_no_verdict(take(l, at(10)), "vram-spill");
	ollama_lists(l, 20, JSON, "{\"name\":\"a\",\"size\":1000,\"size_vram\":0}");
	assert_says(take(l, at(20)), "vram-spill", LAYER_ENGINE, SEVERITY_DEGRADED, STATE_SLOW,
		"a is on the CPU alone (100 %), although there is a GPU");
}

/* ---- a spill that the engine denies ---- */

#define ALL_ON_GPU "{\"name\":\"big\",\"size\":18000000000,\"size_vram\":18000000000}"

/* Every 10 s: what the engine lists, and the GB of GPU memory that are in use. */
static const struct snapshot *goes_on(
	struct ledger *l, int from, int until, const char *models, double used, double total)
{
	for (int t = from; t <= until; t += 10) {
		ollama_lists(l, t, JSON, models);
		uses_gpu(l, at(t), used, total);
	}
	return take(l, at(until));
}

static void a_model_that_the_gpu_cannot_hold_is_told_after_90_s(void **state)
{
	struct ledger *l = watching_a("ollama", GPU1);
	const struct snapshot *s;

	(void)state;
	assert_no_verdict(goes_on(l, 0, 80, ALL_ON_GPU, 1.2, 24), "vram-spill");
	s = goes_on(l, 90, 90, ALL_ON_GPU, 1.2, 24);
	assert_fix(assert_says(s, "vram-spill", LAYER_ENGINE, SEVERITY_DEGRADED, STATE_SLOW,
			   "Ollama says that the GPU holds big (18 GB), but only 1.2 GB of the 24 GB of "
			   "GPU memory there is in use: either it runs on the CPU, or the exporter does not "
			   "see that memory"),
		"log of Ollama");
	assert_no_verdict(goes_on(l, 100, 100, ALL_ON_GPU, 19, 24), "vram-spill");
}

/* Other programs only add to what is in use. */
static void enough_gpu_memory_in_use_denies_nothing(void **state)
{
	(void)state;
	assert_no_verdict(goes_on(watching_a("ollama", GPU1), 0, 200, ALL_ON_GPU, 9.1, 24), "vram-spill");
	assert_no_verdict(goes_on(watching_a("ollama", GPU1), 0, 200,
				  "{\"name\":\"a\",\"size\":900000000,\"size_vram\":900000000}", 0, 24),
		"vram-spill");
}

/* It may hold more than the GPU has, of the machine's memory; and what the exporter does not tell is unknown. */
static void memory_that_the_exporter_does_not_count_denies_nothing(void **state)
{
	(void)state;
	assert_no_verdict(goes_on(watching_a("ollama", GPU1), 0, 200, ALL_ON_GPU, 0.5, 16), "vram-spill");
	assert_no_verdict(goes_on(watching_a("ollama", GPU1), 0, 200, ALL_ON_GPU, NAN, 24), "vram-spill");
	assert_no_verdict(goes_on(watching_a("ollama", GPU1), 0, 200, ALL_ON_GPU, 1, NAN), "vram-spill");
}

static void a_model_that_is_loading_or_was_just_listed_is_not_denied(void **state)
{
	struct ledger *l = watching_a("ollama", GPU1);

	(void)state;
	for (int t = 0; t <= 200; t += 10)
		assert_no_verdict(goes_on(l, t, t, ALL_ON_GPU, 0.2 + t / 50.0, 24), "vram-spill");
	l = watching_a("ollama", GPU1);
	goes_on(l, 0, 60, ALL_ON_GPU, 1, 24);
	assert_no_verdict(goes_on(l, 70, 70, "", 1, 24), "vram-spill");
	assert_no_verdict(goes_on(l, 80, 160, ALL_ON_GPU, 1, 24), "vram-spill");
	assert_verdict(goes_on(l, 170, 170, ALL_ON_GPU, 1, 24), "vram-spill");
}

static void old_gpu_figures_deny_nothing(void **state)
{
	struct ledger *l = watching_a("ollama", GPU1);

	(void)state;
	assert_verdict(goes_on(l, 0, 100, ALL_ON_GPU, 1, 24), "vram-spill");
	for (int t = 110; t <= 140; t += 10) {
		ollama_lists(l, t, JSON, ALL_ON_GPU);
		has_gpu_trouble(l, at(t), GPU_NO_ANSWER, 0);
	}
	assert_no_verdict(take(l, at(140)), "vram-spill");
	ledger_see(l, &(struct observation){ .kind = OBSERVED_GAP }, at(141));
	assert_no_verdict(goes_on(l, 150, 230, ALL_ON_GPU, 1, 24), "vram-spill");
	assert_verdict(goes_on(l, 240, 240, ALL_ON_GPU, 1, 24), "vram-spill");
}

/* It does not say where its model is: it may well be meant for the CPU. */
static void an_engine_that_claims_nothing_gets_a_note(void **state)
{
	struct ledger *l = watching_a("llama-server", GPU1);

	(void)state;
	for (int t = 0; t <= 90; t += 10) {
		answers(l, at(t), "llama-server-0.5.0/ready-idle/health");
		says_at(l, at(t), "/v1/models", 200, JSON,
			"{\"object\":\"list\",\"data\":[{\"id\":\"big\",\"owned_by\":\"llamacpp\",\"meta\":{\"size\":"
			"18000000000}}]}");
		uses_gpu(l, at(t), 1, 24);
	}
	assert_says(take(l, at(90)), "vram-spill", LAYER_ENGINE, SEVERITY_INFO, STATE_OK,
		"llama-server has loaded big (18 GB), but only 1.0 GB");
	assert_nothing_above_info(take(l, at(90)));
}

/* The test begins at 2026-11-23T00:45:46Z by our clock. */
static void a_model_long_past_its_time_is_likely_stuck(void **state)
{
	struct ledger *l = watching_a("ollama", GPU1);

	(void)state;
	ollama_lists(l, 0, DATE, "{\"name\":\"a\",\"expires_at\":\"2026-11-23T00:36:46.123456789Z\"}");
	assert_no_verdict(take(l, at(0)), "stuck-unloading");
	ollama_lists(l, 10, DATE, "{\"name\":\"a\",\"expires_at\":\"2026-11-23T00:31:46.123456789Z\"}");
	assert_says(take(l, at(10)), "stuck-unloading", LAYER_ENGINE, SEVERITY_DEGRADED, STATE_SLOW,
		"Ollama probably cannot unload a: its time ran out 13 min ago");
	ollama_lists(l, 20, DATE, "");
	assert_no_verdict(take(l, at(20)), "stuck-unloading");
}

static void an_expiry_is_judged_by_the_servers_own_clock(void **state)
{
	struct ledger *l = watching_a("ollama", GPU1);

	(void)state;
	ollama_lists(l, 3600, DATE, "{\"name\":\"a\",\"expires_at\":\"2026-11-23T00:45:40Z\"}");
	assert_no_verdict(take(l, at(3600)), "stuck-unloading");
	ollama_lists(l, 3610, JSON, "{\"name\":\"a\",\"expires_at\":\"2026-11-23T00:45:40Z\"}");
	assert_verdict(take(l, at(3610)), "stuck-unloading");
}

/* Dates are that of the test's beginning: 00:45:46. */
#define KEPT(name) "{\"name\":\"" name "\",\"expires_at\":\"2026-11-23T00:50:00Z\"}"
#define NO_MORE(name) "{\"name\":\"" name "\",\"expires_at\":\"2026-11-23T00:45:46.9Z\"}"

static void what_hung_at_another_server_says_nothing_of_this_one(void **state)
{
	struct ledger *l = watching_a("ollama", GPU1);
	const struct snapshot *s;

	(void)state;
	ollama_lists(l, 0, DATE, KEPT("a"));
	for (int t = 10; t <= 80; t += 10) {
		is_silent_at(l, at(t), "/api/tags");
		is_silent_at(l, at(t), "/v1/models");
	}
	watches(l, "llama-server", GPU1);
	answers(l, at(90), LS "ready-idle/health");
	answers(l, at(90), LS "ready-idle/props");
	s = take(l, at(91));
	assert_no_verdict(s, "engine-stalled");
	assert_int_equal(s->endpoints[0].models.count, 0); /* nor has it its models */
}

static void a_model_that_goes_before_its_time_as_another_comes_was_likely_thrown_out(void **state)
{
	struct ledger *l = watching_a("ollama", GPU1);
	const struct snapshot *s;

	(void)state;
	ollama_lists(l, 0, DATE, KEPT("a") "," KEPT("b"));
	assert_no_verdict(take(l, at(0)), "evicted");
	ollama_lists(l, 10, DATE, KEPT("c") "," KEPT("b"));
	s = take(l, at(14));
	assert_fix(assert_says(s, "evicted", LAYER_ENGINE, SEVERITY_INFO, STATE_OK,
			   "Ollama probably unloaded a to make room for c 4 s ago"),
		"smaller model");
	assert_state(s, STATE_OK);
	assert_int_equal(s->event_count, 1);
	assert_string_equal(s->events[0].text, "a likely made room for c");
	ollama_lists(l, 600, DATE, KEPT("c"));
	assert_verdict(take(l, at(610)), "evicted");
	ollama_lists(l, 611, DATE, KEPT("c"));
	assert_no_verdict(take(l, at(611)), "evicted");
}

static void a_model_whose_time_is_up_or_that_nothing_replaces_was_not_thrown_out(void **state)
{
	struct ledger *l = watching_a("ollama", GPU1);

	(void)state;
	ollama_lists(l, 0, DATE, NO_MORE("a") "," KEPT("b"));
	ollama_lists(l, 10, DATE, KEPT("b") "," KEPT("c"));
	assert_no_verdict(take(l, at(10)), "evicted");
	ollama_lists(l, 20, DATE, KEPT("c"));
	assert_no_verdict(take(l, at(20)), "evicted");
	ollama_lists(l, 30, DATE, KEPT("c") "," KEPT("b"));
	assert_no_verdict(take(l, at(30)), "evicted");
	ollama_lists(l, 36000, DATE, KEPT("a")); /* nobody watched: it may have been restarted */
	assert_no_verdict(take(l, at(36000)), "evicted");
}

static void models_that_are_all_unloaded_are_cold(void **state)
{
	struct ledger *l = watching_a("ollama", GPU1);
	const struct snapshot *s;

	(void)state;
	answers(l, at(0), OL "models-unloaded/api-ps");
	assert_no_verdict(take(l, at(0)), "cold");
	answers(l, at(0), OL "models-unloaded/api-tags");
	s = take(l, at(0));
	assert_says(s, "cold", LAYER_ENGINE, SEVERITY_INFO, STATE_OK, "Ollama has no model loaded");
	assert_int_equal(s->status, STATUS_OK);
	assert_state(s, STATE_OK);
	answers(l, at(10), OL "loaded-idle/api-ps");
	assert_no_verdict(take(l, at(10)), "cold");
}

static void a_router_whose_models_sleep_sleeps(void **state)
{
	struct ledger *l = watching_a("llama-server", GPU1);
	const struct snapshot *s;

	(void)state;
	answers(l, at(0), LS "router-model-sleeping/health");
	answers(l, at(0), LS "router-model-sleeping/v1-models");
	s = take(l, at(0));
	assert_verdict(s, "sleeping");
	assert_no_verdict(s, "cold");
	answers(l, at(60), LS "router-all-unloaded/v1-models");
	s = take(l, at(60));
	assert_verdict(s, "cold");
	assert_null(find_verdict(s, "sleeping"));
}

/* ---- slow-vs-baseline ---- */

static void answers_after(struct ledger *l, int t, double ms)
{
	answers_in(l, at(t), LS "ready-idle/health", ms);
}

static struct ledger *usually_quick(void)
{
	struct ledger *l = watching_a("llama-server", GPU1);

	for (int t = 0; t < 100; t += 10)
		answers_after(l, t, 20);
	return l;
}

static void three_slow_answers_in_a_row_are_told_against_the_median(void **state)
{
	struct ledger *l = usually_quick();
	const struct snapshot *s;

	(void)state;
	answers_after(l, 100, 1800);
	answers_after(l, 110, 1800);
	assert_no_verdict(take(l, at(110)), "slow-vs-baseline");
	answers_after(l, 120, 1800.5);
	s = take(l, at(120));
	assert_says(s, "slow-vs-baseline", LAYER_ENGINE, SEVERITY_DEGRADED, STATE_SLOW,
		"1800 ms, the path not counted; its median is 20 ms");
	assert_state(s, STATE_SLOW);
	answers_after(l, 130, 20);
	assert_no_verdict(take(l, at(130)), "slow-vs-baseline");
	assert_state(take(l, at(130)), STATE_OK);
}

static void slow_but_not_by_half_a_second_is_not_slow(void **state)
{
	struct ledger *l = usually_quick();

	(void)state;
	for (int t = 100; t < 200; t += 10)
		answers_after(l, t, 400);
	assert_no_verdict(take(l, at(200)), "slow-vs-baseline");
}

/* A spell is measured by what was usual before it, until it has lasted so long that it is the usual. */
static void a_spell_stays_told_and_becomes_usual_after_an_hour(void **state)
{
	struct ledger *l = usually_quick();
	int t = 100;

	(void)state;
	for (; t <= 3600; t += 10)
		answers_after(l, t, 1800);
	assert_verdict(take(l, at(t)), "slow-vs-baseline");
	for (; t <= 3900; t += 10)
		answers_after(l, t, 1800);
	assert_no_verdict(take(l, at(t)), "slow-vs-baseline");
}

static void a_slow_path_is_not_a_slow_server(void **state)
{
	struct ledger *l = usually_quick();

	(void)state;
	for (int t = 100; t < 200; t += 10) {
		times_path(l, 1700, at(t));
		answers_after(l, t, 1800);
	}
	assert_no_verdict(take(l, at(200)), "slow-vs-baseline");
}

/* ---- restarted ---- */

static void a_server_that_was_started_anew_is_told_for_ten_minutes(void **state)
{
	struct ledger *l = watching_a("vllm", GPU1);

	(void)state;
	answers(l, at(0), VL "queue/health");
	answers(l, at(0), VL "queue/metrics");
	assert_no_verdict(take(l, at(0)), "restarted");
	answers(l, at(10), VL "ready-idle/health");
	answers(l, at(10), VL "ready-idle/metrics");
	assert_says(take(l, at(190)), "restarted", LAYER_ENGINE, SEVERITY_INFO, STATE_OK,
		"vLLM was restarted 3 min ago");
	answers(l, at(600), VL "ready-idle/health");
	assert_verdict(take(l, at(600)), "restarted");
	answers(l, at(611), VL "ready-idle/health");
	assert_no_verdict(take(l, at(611)), "restarted");
}

static void is_marked(struct ledger *l, int t, const char *marker)
{
	char body[256];

	snprintf(body, sizeof(body),
		"{\"default_generation_settings\":{},\"total_slots\":2,\"media_marker\":\"%s\"}", marker);
	answers(l, at(t), LS "ready-idle/health");
	says_at(l, at(t), "/props", 200, JSON, body);
}

static void another_marker_is_another_process(void **state)
{
	struct ledger *l = watching_a("llama-server", GPU1);

	(void)state;
	is_marked(l, 0, "one");
	is_marked(l, 60, "one");
	assert_no_verdict(take(l, at(60)), "restarted");
	is_marked(l, 120, "two");
	assert_verdict(take(l, at(120)), "restarted");
}

static void engines_that_take_turns_at_one_door_are_not_restarted(void **state)
{
	struct ledger *l = watching_a("llama-server", GPU1);

	(void)state;
	is_marked(l, 0, "one");
	is_marked(l, 60, "two");
	is_marked(l, 120, "one");
	assert_no_verdict(take(l, at(120)), "restarted");
	is_marked(l, 180, "two");
	assert_no_verdict(take(l, at(180)), "restarted");
}

static void an_uptime_that_falls_is_a_start(void **state)
{
	struct ledger *l = watching_a("koboldcpp", GPU1);

	(void)state;
	says(l, at(0), 200, JSON, "{\"idle\":1,\"queue\":0,\"uptime\":500}");
	says(l, at(10), 200, JSON, "{\"idle\":1,\"queue\":0,\"uptime\":510}");
	assert_no_verdict(take(l, at(10)), "restarted");
	says(l, at(20), 200, JSON, "{\"idle\":1,\"queue\":0,\"uptime\":4}");
	assert_verdict(take(l, at(20)), "restarted");
}

static void every_code_of_work_is_tested_both_ways(void **state)
{
	(void)state;
	assert_covered(work_rules);
}

#define SAYS(test) cmocka_unit_test_teardown(test, forget)

int main(void)
{
	const struct CMUnitTest tests[] = {
		SAYS(a_vllm_whose_tokens_stand_still_with_work_in_hand_is_stalled),
		SAYS(a_stalled_engine_behind_a_key_is_stalled),
		SAYS(one_engine_of_two_that_stands_still_is_stalled),
		SAYS(one_engine_of_two_without_work_is_not_stalled),
		SAYS(engines_that_all_stand_still_are_one_stalled_server),
		SAYS(a_sglang_whose_steps_stand_still_is_stalled),
		SAYS(one_replica_of_a_sglang_that_stands_still_is_stalled),
		SAYS(a_sglang_on_long_answers_is_not_stalled),
		SAYS(an_idle_engine_is_not_stalled_however_long),
		SAYS(what_is_not_looked_at_does_not_stall),
		SAYS(a_gap_that_nobody_watched_is_no_stall),
		SAYS(a_llama_server_may_take_minutes_over_one_batch),
		SAYS(a_llama_server_wedged_by_sigterm_answers_its_health_alone),
		SAYS(one_path_that_hangs_for_a_minute_is_a_stalled_engine),
		SAYS(what_hangs_before_and_after_a_gap_does_not_hang_all_along),
		SAYS(what_hung_at_another_server_says_nothing_of_this_one),
		SAYS(one_path_that_hangs_where_nothing_large_came_is_no_stalled_engine),
		SAYS(an_ollama_is_never_said_to_be_stalled),
		SAYS(an_ollama_that_turns_requests_away_is_full),
		SAYS(a_429_of_an_engine_is_its_queue_and_one_of_a_proxy_is_not),
		SAYS(a_vllm_that_counts_rejections_is_full),
		SAYS(a_queue_that_lasts_is_told_with_its_age_and_the_first_token),
		SAYS(a_child_that_died_is_a_failed_load),
		SAYS(a_model_that_was_seen_loading_and_then_failed_did_not_load),
		SAYS(a_model_marked_failed_at_first_sight_or_after_it_was_loaded_is_cold),
		SAYS(a_model_partly_on_the_cpu_has_spilled),
		SAYS(a_model_on_the_cpu_is_a_fault_only_where_there_is_a_gpu),
		SAYS(a_model_that_the_gpu_cannot_hold_is_told_after_90_s),
		SAYS(enough_gpu_memory_in_use_denies_nothing),
		SAYS(memory_that_the_exporter_does_not_count_denies_nothing),
		SAYS(a_model_that_is_loading_or_was_just_listed_is_not_denied),
		SAYS(old_gpu_figures_deny_nothing),
		SAYS(an_engine_that_claims_nothing_gets_a_note),
		SAYS(a_model_long_past_its_time_is_likely_stuck),
		SAYS(an_expiry_is_judged_by_the_servers_own_clock),
		SAYS(a_model_that_goes_before_its_time_as_another_comes_was_likely_thrown_out),
		SAYS(a_model_whose_time_is_up_or_that_nothing_replaces_was_not_thrown_out),
		SAYS(models_that_are_all_unloaded_are_cold),
		SAYS(a_router_whose_models_sleep_sleeps),
		SAYS(three_slow_answers_in_a_row_are_told_against_the_median),
		SAYS(slow_but_not_by_half_a_second_is_not_slow),
		SAYS(a_spell_stays_told_and_becomes_usual_after_an_hour),
		SAYS(a_slow_path_is_not_a_slow_server),
		SAYS(a_server_that_was_started_anew_is_told_for_ten_minutes),
		SAYS(another_marker_is_another_process),
		SAYS(engines_that_take_turns_at_one_door_are_not_restarted),
		SAYS(an_uptime_that_falls_is_a_start),
		SAYS(every_code_of_work_is_tested_both_ways),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
