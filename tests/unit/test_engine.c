/* The figures of engines, poll after poll: what is told, what it makes together, and when it is unknown. */
#include "tests/unit/ledger_help.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#define LS "llama-server-0.5.0/"
#define VL "vllm-0.32.0-cpu/"
#define XI "xinference-4.1.0/"

#define assert_unknown(number) assert_true(isnan(number))
#define assert_near(value, expected) assert_float_equal(value, expected, (expected)*1e-6 + 1e-12)

static const struct endpoint *row(struct ledger *l, struct when now)
{
	return &take(l, now)->endpoints[0];
}

static void a_vllm_tells_its_speeds_from_the_second_poll(void **state)
{
	struct ledger *l = watching_a("vllm", GPU1);
	const struct endpoint *e;

	(void)state;
	answers(l, at(0), VL "ready-idle-fresh/health");
	answers(l, at(0), VL "ready-idle-fresh/metrics");
	e = row(l, at(0));
	assert_true(e->figures.running == 0 && e->figures.waiting == 0 && e->figures.preemptions == 0);
	assert_unknown(e->figures.tokens_per_s);
	assert_unknown(e->figures.ttft_p50_ms);
	answers(l, at(10), VL "queue/metrics");
	e = row(l, at(10));
	assert_true(e->figures.running == 2 && e->figures.waiting == 4);
	assert_near(e->figures.tokens_per_s, 387.5);
	assert_near(e->figures.prompt_tokens_per_s, 13.2);
	assert_near(e->figures.kv_cache, 0.007816316560820713);
	/* Six first tokens: 3 within 10 ms, 1 within 20, 40 and 60 each. */
	assert_near(e->figures.ttft_p50_ms, 10);
	assert_near(e->figures.ttft_p95_ms, 54);
	/* 3869 steps, 3779 of them within 10 ms. */
	assert_near(e->figures.inter_token_p50_ms, 5.119079);
	assert_near(e->figures.inter_token_p95_ms, 9.726250);
	assert_unknown(e->figures.slots);
}

static void figures_of_a_minute_ago_are_unknown(void **state)
{
	struct ledger *l = watching_a("vllm", GPU1);
	const struct endpoint *e;

	(void)state;
	answers(l, at(0), VL "ready-idle-fresh/metrics");
	answers(l, at(10), VL "queue/metrics");
	e = row(l, at(100));
	assert_unknown(e->figures.running);
	assert_unknown(e->figures.tokens_per_s);
	assert_unknown(e->figures.kv_cache);
	assert_false(isnan(e->figures.ttft_p95_ms));
	assert_unknown(row(l, at(200))->figures.ttft_p95_ms);
}

static void a_llama_server_tells_both_speeds_by_its_own_clock(void **state)
{
	struct ledger *l = watching_a("llama-server", GPU1);
	const struct endpoint *e;

	(void)state;
	answers(l, at(0), LS "ready-idle/metrics");
	answers(l, at(10), LS "queue/metrics");
	e = row(l, at(10));
	assert_near(e->figures.tokens_per_s, (1520 - 20) / (4.57248 - 0.080792));
	assert_false(isnan(e->figures.prompt_tokens_per_s));
	assert_unknown(e->figures.kv_cache);
	assert_unknown(e->figures.ttft_p50_ms);
	assert_unknown(e->figures.preemptions);
}

/* ---- families without a recording, by their makers' documents ---- */

static void says_metrics(struct ledger *l, struct when now, const char *body)
{
	says_at(l, now, "/metrics", 200, "Content-Type: text/plain; charset=utf-8\n", body);
}

static void a_sglang_tells_cache_speed_and_first_token(void **state)
{
	static const char form[] =
		"sglang:num_running_reqs{model_name=\"m\"} 3\nsglang:token_usage{model_name=\"m\"} 0.28\n"
		"sglang:generation_tokens_total{model_name=\"m\"} %d\n"
		"sglang:prompt_tokens_total{model_name=\"m\"} %d\n"
		"sglang:time_to_first_token_seconds_bucket{le=\"0.1\",model_name=\"m\"} %d\n"
		"sglang:time_to_first_token_seconds_bucket{le=\"+Inf\",model_name=\"m\"} %d\n"
		"sglang:time_per_output_token_seconds_bucket{le=\"0.02\",model_name=\"m\"} %d\n"
		"sglang:time_per_output_token_seconds_bucket{le=\"+Inf\",model_name=\"m\"} %d\n";
	struct ledger *l = watching_a("sglang", GPU1);
	const struct endpoint *e;
	char body[1024];

	(void)state;
	for (int i = 0; i < 2; i++) {
		snprintf(body, sizeof(body), form, i * 500, i * 4000, i * 10, i * 10, i * 490, i * 490);
		says_metrics(l, at(i * 10), body);
	}
	e = row(l, at(10));
	assert_true(e->figures.running == 3 && e->figures.kv_cache == 0.28);
	assert_near(e->figures.tokens_per_s, 50);
	assert_near(e->figures.prompt_tokens_per_s, 400);
	assert_near(e->figures.ttft_p50_ms, 50);
	assert_near(e->figures.inter_token_p95_ms, 19);
	assert_unknown(e->figures.preemptions);
}

/* A whole answer comes with its first token: 20 s here. */
static void whole_answers_of_a_sglang_are_no_first_tokens(void **state)
{
	static const char form[] =
		"sglang:time_to_first_token_seconds_bucket{is_streaming=\"true\",le=\"0.1\"} %d\n"
		"sglang:time_to_first_token_seconds_bucket{is_streaming=\"true\",le=\"+Inf\"} %d\n"
		"sglang:time_to_first_token_seconds_bucket{is_streaming=\"false\",le=\"0.1\"} 0\n"
		"sglang:time_to_first_token_seconds_bucket{is_streaming=\"false\",le=\"+Inf\"} %d\n"
		"sglang:num_running_reqs{tp_rank=\"0\",priority=\"\"} 5\n"
		"sglang:num_running_reqs{tp_rank=\"0\",priority=\"1\"} 5\n"
		"sglang:num_running_reqs{tp_rank=\"1\",priority=\"\"} 5\n";
	struct ledger *l = watching_a("sglang", GPU1);
	char body[1024];

	(void)state;
	for (int i = 0; i < 2; i++) {
		snprintf(body, sizeof(body), form, i * 10, i * 10, i * 30);
		says_metrics(l, at(i * 10), body);
	}
	assert_near(row(l, at(10))->figures.ttft_p95_ms, 95);
	assert_true(row(l, at(10))->figures.running == 5);
}

static void a_tgi_tells_speed_and_the_time_of_a_token(void **state)
{
	static const char form[] = "tgi_queue_size 1\ntgi_request_generated_tokens_sum %d\n"
				   "tgi_request_input_length_sum %d\n"
				   "tgi_request_mean_time_per_token_duration_bucket{le=\"0.04\"} %d\n"
				   "tgi_request_mean_time_per_token_duration_bucket{le=\"+Inf\"} %d\n";
	struct ledger *l = watching_a("tgi", GPU1);
	const struct endpoint *e;
	char body[512];

	(void)state;
	for (int i = 0; i < 2; i++) {
		snprintf(body, sizeof(body), form, i * 200, i * 1000, i * 8, i * 8);
		says_metrics(l, at(i * 10), body);
	}
	e = row(l, at(10));
	assert_near(e->figures.tokens_per_s, 20);
	assert_near(e->figures.prompt_tokens_per_s, 100);
	assert_near(e->figures.inter_token_p50_ms, 20);
	assert_unknown(e->figures.ttft_p50_ms);
}

static void an_older_llama_server_tells_how_full_its_cache_is(void **state)
{
	struct ledger *l = watching_a("llama-server", GPU1);

	(void)state;
	says_metrics(l, at(0), "llamacpp:requests_processing 1\nllamacpp:kv_cache_usage_ratio 0.5\n");
	assert_true(row(l, at(0))->figures.kv_cache == 0.5);
	says_metrics(l, at(10), "llamacpp:requests_processing 1\nllamacpp:kv_cache_usage_ratio 50\n");
	assert_true(row(l, at(10))->figures.kv_cache == 0.5);
}

/* ---- anatomy ---- */

static void ended(struct ledger *l, int seconds, int queued, int prompts)
{
	char body[1024];

	snprintf(body, sizeof(body),
		"vllm:num_requests_running 1\n"
		"vllm:time_to_first_token_seconds_bucket{le=\"8\"} %d\n"
		"vllm:time_to_first_token_seconds_bucket{le=\"+Inf\"} %d\n"
		"vllm:request_queue_time_seconds_bucket{le=\"4\"} %d\n"
		"vllm:request_queue_time_seconds_bucket{le=\"+Inf\"} %d\n"
		"vllm:request_prefill_time_seconds_bucket{le=\"1\"} %d\n"
		"vllm:request_prefill_time_seconds_bucket{le=\"+Inf\"} %d\n",
		queued, queued, queued, queued, prompts, prompts);
	says_metrics(l, at(seconds), body);
}

static void the_largest_part_of_a_first_token_is_named(void **state)
{
	struct ledger *l = watching_a("vllm", GPU1);
	const struct endpoint *e;

	(void)state;
	answers(l, at(0), VL "ready-idle-fresh/health");
	answers(l, at(0), VL "ready-idle-fresh/metrics");
	e = row(l, at(0));
	assert_near(e->latency.connect_ms, 0.5);
	assert_near(e->latency.path_ms, 0.5);
	assert_near(e->latency.server_ms, 2.5);
	assert_unknown(e->latency.tls_ms);
	assert_unknown(e->latency.queue_ms);
	assert_unknown(e->latency.prefill_ms);
	assert_string_equal(e->latency.text, "The server itself is the largest part: 2.5 of about 3.5 ms to "
					     "the first byte (71 %)");
	/* Four requests ended, which is too few to tell queue from prompt; six had their first token. */
	answers(l, at(10), VL "queue/metrics");
	e = row(l, at(10));
	assert_unknown(e->latency.queue_ms);
	assert_unknown(e->latency.prefill_ms);
	assert_near(e->latency.engine_ms, e->figures.ttft_p50_ms);
	assert_near(e->latency.token_ms, e->figures.inter_token_p50_ms);
	assert_string_equal(e->latency.text,
		"Queue and prompt are the largest part: 10 of about 14 ms to the "
		"first token (74 %)");
	ended(l, 20, 0, 0);
	ended(l, 30, 6, 8);
	e = row(l, at(30));
	assert_near(e->latency.queue_ms, 2000);
	assert_near(e->latency.prefill_ms, 500);
	assert_unknown(e->latency.engine_ms);
	assert_string_equal(e->latency.text, "The engine's queue is the largest part: 2000 of about 2504 ms "
					     "to the first token (80 %)");
}

static void a_part_longer_than_the_time_to_the_first_token_is_unknown(void **state)
{
	struct ledger *l = watching_a("vllm", GPU1);
	const struct endpoint *e;
	char body[1024];

	(void)state;
	answers(l, at(0), VL "ready-idle-fresh/health");
	for (int i = 0; i < 2; i++) {
		snprintf(body, sizeof(body),
			"vllm:num_requests_running 1\n"
			"vllm:time_to_first_token_seconds_bucket{le=\"0.1\"} %1$d\n"
			"vllm:time_to_first_token_seconds_bucket{le=\"+Inf\"} %1$d\n"
			"vllm:request_queue_time_seconds_bucket{le=\"0.3\"} %1$d\n"
			"vllm:request_queue_time_seconds_bucket{le=\"+Inf\"} %1$d\n"
			"vllm:request_prefill_time_seconds_bucket{le=\"0.3\"} %1$d\n"
			"vllm:request_prefill_time_seconds_bucket{le=\"+Inf\"} %1$d\n",
			6 * i);
		says_metrics(l, at(10 + 10 * i), body);
	}
	e = row(l, at(20));
	assert_unknown(e->latency.queue_ms);
	assert_unknown(e->latency.prefill_ms);
	assert_near(e->latency.engine_ms, 50);
}

static void a_slow_path_takes_the_largest_part(void **state)
{
	struct ledger *l = watching_a("llama-server", GPU1);
	const struct endpoint *e;

	(void)state;
	times_path(l, 180, at(0));
	answers_in(l, at(1), LS "ready-idle/health", 181);
	e = row(l, at(1));
	assert_near(e->latency.path_ms, 180);
	assert_near(e->latency.server_ms, 1);
	assert_non_null(strstr(e->latency.text, "The path through the tailnet is the largest part"));
}

static void what_was_never_measured_has_no_anatomy(void **state)
{
	struct ledger *l = watching_a("llama-server", GPU1);
	const struct endpoint *e;

	(void)state;
	is_refused(l, at(0));
	e = row(l, at(0));
	assert_string_equal(e->latency.text, "");
	assert_unknown(e->latency.server_ms);
}

/* ---- another process ---- */

static const struct event *find_event(const struct snapshot *s, const char *text)
{
	for (size_t i = 0; i < s->event_count; i++)
		if (strstr(s->events[i].text, text))
			return &s->events[i];
	return NULL;
}

static void counters_that_fall_are_no_speed_but_a_new_start(void **state)
{
	struct ledger *l = watching_a("vllm", GPU1);
	const struct endpoint *e;

	(void)state;
	answers(l, at(0), VL "ready-idle-fresh/metrics");
	answers(l, at(10), VL "queue/metrics");
	assert_null(find_event(take(l, at(10)), "started anew"));
	answers(l, at(20), VL "ready-idle-fresh/metrics");
	e = row(l, at(20));
	assert_unknown(e->figures.tokens_per_s);
	assert_unknown(e->figures.prompt_tokens_per_s);
	assert_unknown(e->figures.ttft_p50_ms);
	assert_non_null(find_event(take(l, at(20)), "started anew"));
	answers(l, at(30), VL "queue/metrics");
	assert_near(row(l, at(30))->figures.tokens_per_s, 387.5);
}

static void a_gap_that_nobody_watched_is_no_speed(void **state)
{
	struct ledger *l = watching_a("vllm", GPU1);

	(void)state;
	answers(l, at(0), VL "ready-idle-fresh/metrics");
	ledger_see(l, &(struct observation){ .kind = OBSERVED_GAP }, at(5));
	answers(l, at(10), VL "queue/metrics");
	assert_unknown(row(l, at(10))->figures.tokens_per_s);
	assert_unknown(row(l, at(10))->figures.ttft_p50_ms);
	assert_null(find_event(take(l, at(10)), "started anew"));
}

static struct obs_mount mount_of(const char *backend)
{
	return (struct obs_mount){ .host = "admin.tail4c1d.ts.net",
		.service = "",
		.port = 443,
		.path = "/",
		.target = backend,
		.url = "https://admin.tail4c1d.ts.net",
		.backend = backend };
}

static void two_doors_to_one_engine_show_its_figures_on_both(void **state)
{
	const struct obs_mount mount = mount_of("http://127.0.0.1:8000");
	struct ledger *l = watching_a("vllm", GPU1);
	const struct snapshot *s;

	(void)state;
	sees_serve(l, &mount, 1);
	watches(l, "vllm", mount.url);
	answers(l, at(0), VL "queue/health");
	watches_own(l, "vllm", mount.backend);
	answers(l, at(0), VL "queue/health");
	answers(l, at(0), VL "queue/metrics");
	s = take(l, at(1));
	assert_true(endpoint_row(s, mount.url)->figures.running == 2);
	assert_true(endpoint_row(s, mount.url)->figures.kv_cache ==
		    endpoint_row(s, mount.backend)->figures.kv_cache);
	assert_non_null(strstr(endpoint_row(s, mount.url)->latency.text, "to the first byte"));
	assert_int_equal(endpoint_row(s, mount.url)->engine_id, endpoint_row(s, mount.backend)->engine_id);
}

/* Of what is shared, vLLM tells all but the slots. */
static void every_figure_of_the_backend_is_shown_at_its_mount(void **state)
{
	static const size_t figures[] = {
		offsetof(struct endpoint, figures.running),
		offsetof(struct endpoint, figures.waiting),
		offsetof(struct endpoint, figures.tokens_per_s),
		offsetof(struct endpoint, figures.kv_cache),
		offsetof(struct endpoint, figures.prompt_tokens_per_s),
		offsetof(struct endpoint, figures.preemptions),
		offsetof(struct endpoint, figures.ttft_p50_ms),
		offsetof(struct endpoint, figures.ttft_p95_ms),
		offsetof(struct endpoint, figures.inter_token_p50_ms),
		offsetof(struct endpoint, figures.inter_token_p95_ms),
		offsetof(struct endpoint, latency.queue_ms),
		offsetof(struct endpoint, latency.prefill_ms),
	};
	const struct obs_mount mount = mount_of("http://127.0.0.1:8000");
	struct ledger *l = watching_a("vllm", GPU1);
	const struct endpoint *backend, *other;
	const struct snapshot *s;

	(void)state;
	sees_serve(l, &mount, 1);
	watches(l, "vllm", mount.url);
	answers(l, at(0), VL "queue/health");
	watches_own(l, "vllm", mount.backend);
	answers(l, at(0), VL "queue/health");
	answers(l, at(0), VL "ready-idle-fresh/metrics");
	answers(l, at(10), VL "queue/metrics");
	ended(l, 20, 0, 0);
	ended(l, 30, 6, 8);
	s = take(l, at(30));
	backend = endpoint_row(s, mount.backend);
	other = endpoint_row(s, mount.url);
	for (size_t i = 0; i < sizeof(figures) / sizeof(*figures); i++) {
		double there = *(const double *)((const char *)backend + figures[i]);
		double here = *(const double *)((const char *)other + figures[i]);

		if (!(there >= 0) || here < there || here > there || isnan(here))
			fail_msg("figure %zu: %g at the backend, %g at its mount", i, there, here);
	}
}

static void the_slots_of_the_backend_are_shown_at_its_mount(void **state)
{
	const struct obs_mount mount = mount_of("http://127.0.0.1:8080");
	struct ledger *l = watching_a("llama-server", GPU1);
	const struct snapshot *s;

	(void)state;
	sees_serve(l, &mount, 1);
	watches(l, "llama-server", mount.url);
	answers(l, at(0), LS "ready-idle/health");
	watches_own(l, "llama-server", mount.backend);
	answers(l, at(0), LS "ready-idle/health");
	answers(l, at(0), LS "ready-idle/props");
	s = take(l, at(1));
	assert_true(endpoint_row(s, mount.backend)->figures.slots == 2);
	assert_true(endpoint_row(s, mount.url)->figures.slots == 2);
}

#define SAYS(test) cmocka_unit_test_teardown(test, forget)

int main(void)
{
	const struct CMUnitTest tests[] = {
		SAYS(a_vllm_tells_its_speeds_from_the_second_poll),
		SAYS(figures_of_a_minute_ago_are_unknown),
		SAYS(a_llama_server_tells_both_speeds_by_its_own_clock),
		SAYS(a_sglang_tells_cache_speed_and_first_token),
		SAYS(whole_answers_of_a_sglang_are_no_first_tokens),
		SAYS(a_tgi_tells_speed_and_the_time_of_a_token),
		SAYS(an_older_llama_server_tells_how_full_its_cache_is),
		SAYS(the_largest_part_of_a_first_token_is_named),
		SAYS(a_part_longer_than_the_time_to_the_first_token_is_unknown),
		SAYS(a_slow_path_takes_the_largest_part),
		SAYS(what_was_never_measured_has_no_anatomy),
		SAYS(counters_that_fall_are_no_speed_but_a_new_start),
		SAYS(a_gap_that_nobody_watched_is_no_speed),
		SAYS(two_doors_to_one_engine_show_its_figures_on_both),
		SAYS(every_figure_of_the_backend_is_shown_at_its_mount),
		SAYS(the_slots_of_the_backend_are_shown_at_its_mount),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
