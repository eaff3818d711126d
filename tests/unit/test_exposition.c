/* Metrics: names, labels that stay, series that are there once, slices. */
#include "tui/out/exposition.h"

#include "probes/base/mem.h"
#include "probes/model/fields.h"
#include "tui/out/exposition_memory.h"
#include "tui/out/exposition_tables.h"
#include "tui/out/labels.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "tests/unit/sample_snapshot.h"

static char *expose(
	const struct snapshot *snapshot, struct exposition_memory *memory, size_t slice, size_t *steps)
{
	char *text = NULL;
	size_t length = 0;
	FILE *file = open_memstream(&text, &length);
	struct exposition *exposition = exposition_new(file, snapshot, memory);

	for (*steps = 1; exposition_step(exposition, slice); ++*steps)
		continue;
	exposition_free(exposition);
	fclose(file);
	return text;
}

static char *whole(const struct snapshot *snapshot, struct exposition_memory *memory)
{
	size_t steps;

	return expose(snapshot, memory, SIZE_MAX / 2, &steps);
}

static int compare(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Cuts the values off and compares what is left. Changes the text. */
static void assert_no_series_twice(char *text)
{
	size_t count = 0, room = 0;
	char **series = NULL, *rest = NULL;

	for (char *line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
		if (*line == '#')
			continue;
		if (count == room) {
			room = room ? room * 2 : 256;
			series = mem_grow(series, room, sizeof(*series));
		}
		*strrchr(line, ' ') = '\0';
		series[count++] = line;
	}
	qsort(series, count, sizeof(*series), compare);
	for (size_t i = 1; i < count; i++)
		if (strcmp(series[i - 1], series[i]) == 0)
			fail_msg("twice: %s", series[i]);
	free(series);
}

static void no_series_is_there_twice_whatever_the_names(void **state)
{
	struct snapshot *const samples[] = { sample_fleet(), sample_stale(), sample_start(),
		sample_first_peers(), sample_no_daemon(), sample_clients(), sample_hostile(),
		sample_hostile_clients(), sample_crowd(300, 100) };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(samples); i++) {
		char *text = whole(samples[i], NULL);

		assert_no_series_twice(text);
		free(text);
		snapshot_free(samples[i]);
	}
}

static void rows_of_the_same_name_are_told_apart(void **state)
{
	struct snapshot *snapshot = sample_fleet();
	struct labels *labels;
	char *text;

	(void)state;
	snapshot->peers[2].fqdn = snapshot->peers[1].fqdn;
	snapshot->endpoints[1].url = "http://gpu9:8080";
	snapshot->endpoints[2].url =
		arena_printf(snapshot->arena, "http://gpu9.%s:8080", snapshot->daemon.magicdns_suffix);
	labels = labels_new(snapshot);
	assert_string_not_equal(labels->peers[1], labels->peers[2]);
	assert_string_equal(labels->endpoints[1], "http://gpu9:8080");
	assert_string_equal(labels->endpoints[2], snapshot->endpoints[2].url);
	labels_free(labels);
	text = whole(snapshot, NULL);
	assert_no_series_twice(text);
	free(text);
	snapshot_free(snapshot);
}

static void a_label_is_short_and_says_which_url(void **state)
{
	static const struct {
		const char *url, *label; /* %s: the tailnet's suffix */
	} cases[] = {
		{ "https://gpu1.%s/ollama", "gpu1/ollama" },
		{ "https://gpu1.%s", "gpu1" },
		{ "https://gpu1.%s:8443/v1", "https://gpu1:8443/v1" },
		{ "http://gpu1.%s:8080", "gpu1:8080" },
		{ "http://gpu1.%s", "gpu1:80" },
		{ "http://gpu1.other.ts.net:8080", "gpu1.other.ts.net:8080" },
		{ "http://[fd7a::1]:8080", "[fd7a::1]:8080" },
		{ "http://192.168.1.5:8080", "192.168.1.5:8080" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct snapshot *snapshot = sample_fleet();
		struct labels *labels;
		char url[200];

		snprintf(url, sizeof(url), "%s", cases[i].url);
		if (strstr(cases[i].url, "%s"))
			snprintf(url, sizeof(url), "%.*s%s%s",
				(int)(strstr(cases[i].url, "%s") - cases[i].url), cases[i].url,
				snapshot->daemon.magicdns_suffix, strstr(cases[i].url, "%s") + 2);
		snapshot->endpoints[0].url = url;
		snapshot->endpoints[0].peer = -1;
		snapshot->endpoint_count = 1;
		labels = labels_new(snapshot);
		assert_string_equal(labels->endpoints[0], cases[i].label);
		labels_free(labels);
		snapshot_free(snapshot);
	}
}

/* The text between two lines that begin so is what begins so. */
static size_t count_lines(const char *text, const char *part)
{
	size_t count = 0;

	while ((text = strstr(text, part))) {
		count++;
		text += strlen(part);
	}
	return count;
}

static void a_verdict_that_ended_is_0_until_its_row_goes(void **state)
{
	struct exposition_memory *memory = exposition_memory_new();
	struct snapshot *before = sample_fleet(), *after = sample_fleet(), *gone = sample_fleet();
	char *first = whole(before, memory), *second, *third;
	size_t begun = count_lines(first, "\ntsllm_verdict{");

	(void)state;
	assert_true(begun > 3);
	for (size_t i = 0; i < after->endpoint_count; i++)
		after->endpoints[i].verdicts.count = 0;
	for (size_t i = 0; i < after->peer_count; i++)
		after->peers[i].verdicts.count = 0;
	for (size_t i = 0; i < after->mount_count; i++)
		after->mounts[i].verdicts.count = 0;
	after->verdicts.count = 0;
	second = whole(after, memory);
	assert_int_equal(count_lines(second, "\ntsllm_verdict{"), begun);
	assert_null(strstr(strstr(second, "\ntsllm_verdict{"), "\"} 1\ntsllm_verdict{"));
	gone->peer_count = gone->endpoint_count = gone->mount_count = gone->offer_count = gone->flow_count =
		0;
	gone->verdicts.count = 0;
	third = whole(gone, memory);
	assert_true(count_lines(third, "\ntsllm_verdict{") < begun);
	free(first);
	free(second);
	free(third);
	snapshot_free(before);
	snapshot_free(after);
	snapshot_free(gone);
	exposition_memory_free(memory);
}

/* Alerts are for 2 and 3. */
static void a_verdict_s_severity_is_a_number(void **state)
{
	(void)state;
	for (int severity = SEVERITY_INFO; severity <= SEVERITY_DOWN; severity++) {
		struct snapshot *snapshot = sample_fleet();
		char *text, wanted[64];

		for (size_t i = 0; i < snapshot->verdict_count; i++)
			snapshot->verdict_list[i].severity = (enum severity)severity;
		text = whole(snapshot, NULL);
		for (int level = 0; level <= 3; level++) {
			snprintf(wanted, sizeof(wanted), "\"} %d\ntsllm_verdict_severity{", level);
			assert_int_equal(strstr(text, wanted) != NULL, level == severity + 1);
		}
		free(text);
		snapshot_free(snapshot);
	}
}

static void an_ignored_verdict_is_0(void **state)
{
	struct snapshot *snapshot = sample_fleet();
	char *text;

	(void)state;
	for (size_t i = 0; i < snapshot->verdict_count; i++)
		snapshot->verdict_list[i].is_muted = true;
	text = whole(snapshot, NULL);
	assert_null(strstr(strstr(text, "\ntsllm_verdict{"), "\"} 1\ntsllm_verdict{"));
	free(text);
	snapshot_free(snapshot);
}

/* The endpoint that leads changes with its state; the name stays. */
static void an_engine_keeps_its_name_while_it_has_that_endpoint(void **state)
{
	struct exposition_memory *memory = exposition_memory_new();
	struct snapshot *snapshot = sample_fleet();
	struct endpoint *rows = snapshot->endpoints;
	struct labels *labels = labels_new(snapshot);

	(void)state;
	rows[0].lead = rows[1].lead = 0;
	exposition_memory_see(memory, snapshot, labels);
	assert_string_equal(exposition_memory_engine(memory, 1), labels->endpoints[0]);
	rows[0].lead = rows[1].lead = 1;
	exposition_memory_see(memory, snapshot, labels);
	assert_string_equal(exposition_memory_engine(memory, 0), labels->endpoints[0]);
	assert_string_equal(exposition_memory_engine(memory, 1), labels->endpoints[0]);
	rows[0].lead = 0; /* they are two engines after all */
	exposition_memory_see(memory, snapshot, labels);
	assert_string_equal(exposition_memory_engine(memory, 0), labels->endpoints[0]);
	assert_string_equal(exposition_memory_engine(memory, 1), labels->endpoints[1]);
	labels_free(labels);
	snapshot_free(snapshot);
	exposition_memory_free(memory);
}

static void slices_make_the_same_text(void **state)
{
	struct snapshot *snapshot = sample_crowd(50, 20);
	size_t steps;
	char *at_once = whole(snapshot, NULL), *sliced = expose(snapshot, NULL, 500, &steps);

	(void)state;
	assert_string_equal(at_once, sliced);
	assert_true(steps > 20 && steps < strlen(sliced) / 100);
	free(at_once);
	free(sliced);
	snapshot_free(snapshot);
}

static void labels_are_escaped(void **state)
{
	struct snapshot *snapshot = sample_fleet();
	char *text;

	(void)state;
	snapshot->endpoints[0].version = "a\\b\"c\nd";
	text = whole(snapshot, NULL);
	assert_non_null(strstr(text, "version=\"a\\\\b\\\"c\\nd\""));
	free(text);
	snapshot_free(snapshot);
}

static bool is_exposed(const struct fields *fields, const char *key)
{
	const struct metric *const tables[] = { exposition_tailnet, exposition_endpoints,
		exposition_clients };

	for (size_t i = 0; i < ARRAY_LEN(tables); i++)
		for (const struct metric *metric = tables[i]; metric->name; metric++)
			for (size_t k = 0; k < ARRAY_LEN(metric->figures); k++)
				if (metric->fields == fields && metric->figures[k].key &&
					strcmp(metric->figures[k].key, key) == 0)
					return true;
	return false;
}

/* Prometheus makes rates of counters, ages of times, and quantiles over time; a model's sizes are exposed by what they
 * are while it is loaded; the rest of the anatomy repeats other figures. */
static void every_figure_is_exposed_or_left_out_on_purpose(void **state)
{
	static const char *const left_out[] = { "tokens_per_s", "prompt_tokens_per_s", "samples",
		"rtt_age_ms", "rtt_p95_ms", "pong_age_ms", "ttfb_last_ms", "rtt_last_ms", "rx_bytes_per_s",
		"tx_bytes_per_s", "connections", "open", "ttfb_ms", "ttft_ms", "ttft_max_ms" };
	const struct fields *const tables[] = { &fields_engine, &fields_answer, &fields_path, &fields_peer,
		&fields_flow };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(tables); i++)
		for (size_t k = 0; k < tables[i]->count; k++) {
			const char *key = tables[i]->items[k].key;
			bool is_left_out = false;

			for (size_t at = 0; at < ARRAY_LEN(left_out); at++)
				is_left_out = is_left_out || strcmp(left_out[at], key) == 0;
			if (!is_left_out && !is_exposed(tables[i], key))
				fail_msg("%s is in no metric", key);
		}
}

static void counters_end_in_total_and_nothing_else_does(void **state)
{
	const struct metric *const tables[] = { exposition_tailnet, exposition_endpoints, exposition_clients,
		exposition_verdicts };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(tables); i++)
		for (const struct metric *metric = tables[i]; metric->name; metric++) {
			size_t length = strlen(metric->name);

			assert_int_equal(metric->type == METRIC_COUNTER,
				length > 6 && strcmp(metric->name + length - 6, "_total") == 0);
			for (size_t k = 0; metric->fields && k < metric->fields->count; k++)
				if (metric->figures[0].key &&
					strcmp(metric->fields->items[k].key, metric->figures[0].key) == 0)
					assert_true(metric->fields->items[k].kind != FIELD_COUNTER ||
						    metric->type == METRIC_COUNTER);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_series_is_there_twice_whatever_the_names),
		cmocka_unit_test(rows_of_the_same_name_are_told_apart),
		cmocka_unit_test(a_label_is_short_and_says_which_url),
		cmocka_unit_test(a_verdict_that_ended_is_0_until_its_row_goes),
		cmocka_unit_test(a_verdict_s_severity_is_a_number),
		cmocka_unit_test(an_ignored_verdict_is_0),
		cmocka_unit_test(an_engine_keeps_its_name_while_it_has_that_endpoint),
		cmocka_unit_test(slices_make_the_same_text),
		cmocka_unit_test(labels_are_escaped),
		cmocka_unit_test(every_figure_is_exposed_or_left_out_on_purpose),
		cmocka_unit_test(counters_end_in_total_and_nothing_else_does),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
