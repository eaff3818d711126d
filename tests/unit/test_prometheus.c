/* Prometheus text: what is taken of it, what is left, and that nothing in it is believed that is not whole. */
#include "probes/servers/prometheus.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "probes/base/mem.h"
#include "tests/unit/played.h"

static const struct metric metrics[] = {
	{ "e:running", METRIC_SUM, offsetof(struct reading, figures.running), NULL },
	{ "e:cache", METRIC_MOST, offsetof(struct reading, figures.kv_cache), NULL },
	{ "e:failed", METRIC_SUM, offsetof(struct reading, rejected), "err=\"full\"" },
	{ "e:ttft_bucket", METRIC_BUCKETS, TIMING_TTFT, NULL },
	{ "e:new_bucket", METRIC_BUCKETS, TIMING_TOKEN, NULL },
	{ "e:old_bucket", METRIC_BUCKETS, TIMING_TOKEN, NULL },
	{ "e:waiting", METRIC_SUM, offsetof(struct reading, figures.waiting), NULL },
	{ "e:steps_total", METRIC_SUM, offsetof(struct reading, progress), NULL },
	{ "e:queue_bucket", METRIC_BUCKETS, TIMING_QUEUE, "!s=\"false\"" },
};

static struct arena *arena;
static struct reading reading;
static size_t taken;

static int close_arena(void **state)
{
	(void)state;
	arena_free(arena);
	arena = NULL;
	return 0;
}

static const struct reading *reads(const char *text)
{
	struct answer answer;

	arena_free(arena);
	arena = arena_new();
	reading_init(&reading, arena);
	played_make(&answer, 200, "Content-Type: text/plain\n", text, strlen(text));
	taken = prometheus_read(&answer, metrics, ARRAY_LEN(metrics), &reading);
	answer_fini(&answer);
	return &reading;
}

static void figures_are_added_up_or_the_greatest_is_taken(void **state)
{
	(void)state;
	reads("# HELP e:running is 7\n# TYPE e:running gauge\n"
	      "e:running 2\ne:running{a=\"1\"} 3.5 1795395373000\ne:running\t1e1\r\n"
	      "e:running_other 50\ne:runnin 9\n e:running 9\n\n"
	      "e:cache{e=\"0\"} 0.25\ne:cache{e=\"1\"} 0.75\ne:cache{e=\"2\"} 0.5");
	assert_true(reading.figures.running == 15.5);
	assert_true(reading.figures.kv_cache == 0.75);
	assert_int_equal(taken, 6);
	assert_true(isnan(reading.figures.waiting));
}

static void what_is_no_plain_number_is_left_out(void **state)
{
	static const char *const values[] = { "NaN", "+Inf", "-1", "0x10", "1e999", "", "1,5", "1_000", "7q",
		"1.2.3", ".5", "1e", "--1", "00000000000000000000000000000000000000000001" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(values); i++) {
		char text[128];

		snprintf(text, sizeof(text), "e:running %s\n", values[i]);
		if (!isnan(reads(text)->figures.running))
			fail_msg("%s is taken for %g", values[i], reading.figures.running);
	}
}

static void every_digit_counts(void **state)
{
	static const struct {
		const char *text;
		double value;
	} rows[] = { { "0.007816316560820713", 0.007816316560820713 }, { "1.7953953732e+09", 1795395373.2 },
		{ "4.57248", 4.57248 }, { "9007199254740993", 9007199254740992.0 }, { "0.1", 0.1 },
		{ "123456789012345", 123456789012345.0 }, { "2.", 2.0 }, { "15.549999999999999", 15.55 },
		{ "0.00000000000001", 1e-14 } };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char text[128];

		snprintf(text, sizeof(text), "e:running %s\n", rows[i].text);
		assert_true(fabs(reads(text)->figures.running - rows[i].value) <= rows[i].value * 1e-15);
	}
}

static void labels_may_hold_anything_in_their_quotes(void **state)
{
	(void)state;
	reads("e:failed{err=\"full\",m=\"a}\\\"{,\"} 3\n"
	      "e:failed{m=\"err=\\\"full\\\"\",err=\"other\"} 50\n"
	      "e:failed{ m=\"x\" , err=\"full\" } 4\n"
	      "e:failed{err=\"fuller\"} 50\ne:failed{err=\"full\" 50\ne:failed{err=\"full} 50\ne:failed "
	      "50\n");
	assert_true(reading.rejected == 7);
}

static void a_histogram_is_the_sum_over_its_label_sets(void **state)
{
	const struct obs_histogram *ttft;

	(void)state;
	reads("e:ttft_bucket{engine=\"0\",le=\"0.5\",m=\"le=\\\"9\\\"\"} 1.0\n"
	      "e:ttft_bucket{engine=\"0\",le=\"1.0\"} 3.0\ne:ttft_bucket{engine=\"0\",le=\"+Inf\"} 4.0\n"
	      "e:ttft_bucket{engine=\"1\",le=\"+Inf\"} 2.0\ne:ttft_bucket{engine=\"1\",le=\"1.0\"} 2.0\n"
	      "e:ttft_bucket{engine=\"1\",le=\"0.5\"} 2.0\ne:ttft_count 6\n");
	ttft = reading.timings[TIMING_TTFT];
	assert_non_null(ttft);
	assert_int_equal(ttft->count, 3);
	assert_true(ttft->bounds[0] == 0.5 && ttft->bounds[1] == 1 && isinf(ttft->bounds[2]));
	assert_true(ttft->counts[0] == 3 && ttft->counts[1] == 5 && ttft->counts[2] == 6);
	assert_null(reading.timings[TIMING_TOKEN]);
}

static void a_histogram_that_is_not_whole_is_unknown(void **state)
{
	static const char *const texts[] = {
		"e:ttft_bucket{le=\"1\"} 3\n",
		"e:ttft_bucket{le=\"+Inf\"} 3\n",
		"e:ttft_bucket{le=\"1\"} 3\ne:ttft_bucket{le=\"+Inf\"} 2\n",
		"e:ttft_bucket{le=\"1\"} 3\ne:ttft_bucket{le=\"nan\"} 3\ne:ttft_bucket{le=\"+Inf\"} 4\n",
		"e:ttft_bucket{le=\"1\"} 3\ne:ttft_bucket{le=\"-1\"} 3\ne:ttft_bucket{le=\"+Inf\"} 4\n",
		"e:ttft_bucket 3\ne:ttft_bucket{le=\"1\"} 3\ne:ttft_bucket{le=\"+Inf\"} 4\n",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		if (reads(texts[i])->timings[TIMING_TTFT])
			fail_msg("%s", texts[i]);
}

static void a_histogram_with_too_many_buckets_is_unknown(void **state)
{
	char text[8192] = "";
	size_t length = 0;

	(void)state;
	for (int i = 0; i < HISTOGRAM_BUCKETS + 10; i++)
		length += (size_t)snprintf(
			text + length, sizeof(text) - length, "e:ttft_bucket{le=\"%d\"} %d\n", i, i);
	snprintf(text + length, sizeof(text) - length, "e:ttft_bucket{le=\"+Inf\"} 1000\ne:running 1\n");
	assert_null(reads(text)->timings[TIMING_TTFT]);
	assert_true(reading.figures.running == 1);
}

static void an_old_name_counts_where_there_is_no_new_one(void **state)
{
	static const char old[] = "e:old_bucket{le=\"1\"} 1\ne:old_bucket{le=\"+Inf\"} 2\n";
	static const char both[] = "e:old_bucket{le=\"1\"} 1\ne:old_bucket{le=\"+Inf\"} 2\n"
				   "e:new_bucket{le=\"1\"} 7\ne:new_bucket{le=\"+Inf\"} 8\n";

	(void)state;
	assert_true(reads(old)->timings[TIMING_TOKEN]->counts[1] == 2);
	assert_true(reads(both)->timings[TIMING_TOKEN]->counts[1] == 8);
}

static void ranks_tell_the_same_requests_and_replicas_their_own(void **state)
{
	(void)state;
	reads("e:running{m=\"a\",tp_rank=\"0\"} 3\ne:running{tp_rank=\"1\",m=\"a\"} 3\n"
	      "e:running{m=\"a\",tp_rank=\"2\",pp_rank=\"1\"} 2\n");
	assert_true(reading.figures.running == 3);
	assert_int_equal(reading.engine_count, 0);
	reads("e:running{dp_rank=\"0\",tp_rank=\"0\"} 5\ne:running{dp_rank=\"0\",tp_rank=\"1\"} 5\n"
	      "e:running{dp_rank=\"1\",tp_rank=\"2\"} 3\ne:running{dp_rank=\"1\",tp_rank=\"3\"} 3\n");
	assert_true(reading.figures.running == 8);
	assert_int_equal(reading.engine_count, 2);
	/* The kinds of one counter are added up, of each rank alone. */
	reads("e:steps_total{mode=\"p\",tp_rank=\"0\"} 100\ne:steps_total{mode=\"d\",tp_rank=\"0\"} 7\n"
	      "e:steps_total{mode=\"p\",tp_rank=\"1\"} 100\ne:steps_total{mode=\"d\",tp_rank=\"1\"} 7\n");
	assert_true(reading.progress == 107);
}

static void parts_count_only_where_their_whole_is_not_there(void **state)
{
	(void)state;
	reads("e:waiting{m=\"a\",priority=\"0\"} 4\ne:waiting{m=\"a\",priority=\"\"} 4\n"
	      "e:waiting{m=\"a\",priority=\"10\"} 0\n");
	assert_true(reading.figures.waiting == 4);
	reads("e:waiting{m=\"a\"} 5\ne:waiting{m=\"a\",priority=\"0\"} 3\ne:waiting{m=\"b\",priority=\"1\"} 2\n");
	assert_true(reading.figures.waiting == 7);
	reads("e:waiting{priority=\"0\",tp_rank=\"0\"} 3\ne:waiting{priority=\"0\",tp_rank=\"1\"} 3\n"
	      "e:waiting{priority=\"1\",tp_rank=\"0\"} 2\ne:waiting{priority=\"1\",tp_rank=\"1\"} 2\n");
	assert_true(reading.figures.waiting == 5);
}

static void a_sum_beside_its_parts_counts_once(void **state)
{
	(void)state;
	reads("e:running{m=\"a\"} 3\ne:running{engine=\"0\",m=\"a\"} 1\n"
	      "e:running{m=\"a\",engine=\"1\"} 2\n");
	assert_true(reading.figures.running == 3);
	assert_int_equal(reading.engine_count, 2);
	assert_true(reading.engines[1].running == 2);
	reads("e:waiting{engine=\"0\",m=\"a\"} 5\ne:waiting{engine=\"0\",m=\"a\",reason=\"capacity\"} 3\n"
	      "e:waiting{engine=\"0\",m=\"a\",reason=\"deferred\"} 2\n");
	assert_true(reading.figures.waiting == 5);
	reads("e:running 4\ne:running{m=\"a\"} 1\ne:running{m=\"b\"} 3\n");
	assert_true(reading.figures.running == 4);
	/* Of two models, only one has parts. */
	reads("e:running{m=\"a\"} 3\ne:running{m=\"b\"} 7\ne:running{m=\"a\",lane=\"x\"} 3\n");
	assert_true(reading.figures.running == 10);
	/* What its parts do not add up to is no sum of them. */
	reads("e:running{m=\"a\"} 0\ne:running{m=\"a\",lora=\"x\"} 3\n"
	      "e:running{m=\"a\",lora=\"y\"} 1\n");
	assert_true(reading.figures.running == 4);
}

static void engines_are_told_apart_by_their_label(void **state)
{
	(void)state;
	reads("e:running{engine=\"0\",m=\"a\"} 2\ne:running{engine=\"1\",m=\"a\"} 5\n"
	      "e:running{engine=\"1\",m=\"b\"} 1\ne:waiting{engine=\"1\"} 40\n"
	      "e:steps_total{engine=\"0\"} 900\ne:steps_total{engine=\"1\"} 800\n");
	assert_true(
		reading.figures.running == 8 && reading.figures.waiting == 40 && reading.progress == 1700);
	assert_int_equal(reading.engine_count, 2);
	assert_string_equal(reading.engines[1].name, "1");
	assert_true(reading.engines[0].running == 2 && isnan(reading.engines[0].waiting));
	assert_true(reading.engines[1].running == 6 && reading.engines[1].waiting == 40 &&
		    reading.engines[1].progress == 800);
}

static void a_name_may_have_an_underscore_for_its_colon_but_counts_once(void **state)
{
	(void)state;
	reads("e_running{m=\"a\"} 3\ne_running{m=\"b\"} 1\ne_ttft_bucket{le=\"1\"} 2\ne_ttft_bucket{le=\"+Inf\"} "
	      "3\n");
	assert_true(reading.figures.running == 4);
	assert_non_null(reading.timings[TIMING_TTFT]);
	reads("e_running 3\ne:running 3\ne:waiting 1\n");
	assert_true(reading.figures.running == 3 && reading.figures.waiting == 1);
	assert_true(isnan(reads("e.running 3\ne-running 3\n")->figures.running));
}

static void samples_with_an_unwanted_label_are_left_out(void **state)
{
	const struct obs_histogram *queue;

	(void)state;
	queue = reads("e:queue_bucket{s=\"true\",le=\"1\"} 4\ne:queue_bucket{s=\"true\",le=\"+Inf\"} 4\n"
		      "e:queue_bucket{s=\"False\",le=\"1\"} 0\ne:queue_bucket{s=\"False\",le=\"+Inf\"} 9\n")
			->timings[TIMING_QUEUE];
	assert_true(queue && queue->counts[1] == 4);
	assert_non_null(
		reads("e:queue_bucket{le=\"1\"} 4\ne:queue_bucket{le=\"+Inf\"} 4\n")->timings[TIMING_QUEUE]);
	assert_null(
		reads("e:queue_bucket{s=\"false\",le=\"1\"} 4\ne:queue_bucket{s=\"false\",le=\"+Inf\"} 4\n")
			->timings[TIMING_QUEUE]);
}

/* A sum that leaves some out would be wrong. */
static void too_many_series_are_unknown(void **state)
{
	struct bytes text = { 0 };
	char line[64];

	(void)state;
	for (int i = 0; i < 20000; i++)
		bytes_add(&text, line, (size_t)snprintf(line, sizeof(line), "e:running{i=\"%d\"} 1\n", i));
	bytes_add(&text, "e:cache 0.5\n", sizeof("e:cache 0.5\n"));
	reads(text.text);
	assert_true(isnan(reading.figures.running) && reading.figures.kv_cache == 0.5);
	free(text.text);
}

/* Every prefix of a real answer is read without harm. */
static void a_real_exposition_may_break_off_anywhere(void **state)
{
	struct answer answer;
	size_t whole;

	(void)state;
	played_load(&answer, "vllm-0.32.0-cpu/queue/metrics");
	whole = answer.body_length;
	for (size_t length = whole; length > 0; length -= length > 997 ? 997 : length) {
		answer.body_length = length;
		arena_free(arena);
		arena = arena_new();
		reading_init(&reading, arena);
		prometheus_read(&answer, metrics, ARRAY_LEN(metrics), &reading);
	}
	answer.body_length = whole;
	answer_fini(&answer);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(figures_are_added_up_or_the_greatest_is_taken),
		cmocka_unit_test(what_is_no_plain_number_is_left_out),
		cmocka_unit_test(every_digit_counts),
		cmocka_unit_test(labels_may_hold_anything_in_their_quotes),
		cmocka_unit_test(a_histogram_is_the_sum_over_its_label_sets),
		cmocka_unit_test(a_histogram_that_is_not_whole_is_unknown),
		cmocka_unit_test(a_histogram_with_too_many_buckets_is_unknown),
		cmocka_unit_test(an_old_name_counts_where_there_is_no_new_one),
		cmocka_unit_test(ranks_tell_the_same_requests_and_replicas_their_own),
		cmocka_unit_test(parts_count_only_where_their_whole_is_not_there),
		cmocka_unit_test(a_sum_beside_its_parts_counts_once),
		cmocka_unit_test(engines_are_told_apart_by_their_label),
		cmocka_unit_test(a_name_may_have_an_underscore_for_its_colon_but_counts_once),
		cmocka_unit_test(samples_with_an_unwanted_label_are_left_out),
		cmocka_unit_test(too_many_series_are_unknown),
		cmocka_unit_test(a_real_exposition_may_break_off_anywhere),
	};

	return cmocka_run_group_tests(tests, NULL, close_arena);
}
