/* --pick: one line for a script, the rest for a person, and an exit status. */
#include "tui/out/pick.h"
#include "tui/out/outputs.h"
#include "tests/unit/sample_snapshot.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static struct {
	char *out, *errors;
	int status;
} told;

static int forget(void **state)
{
	(void)state;
	free(told.out);
	free(told.errors);
	return 0;
}

/* Takes the snapshot over. */
static void pick(struct snapshot *snapshot, const char *name, bool is_verbose)
{
	size_t size;
	FILE *out = open_memstream(&told.out, &size), *errors = open_memstream(&told.errors, &size);

	told.status =
		pick_print(&(struct print_to){ .file = out, .errors = errors }, snapshot, name, is_verbose);
	fclose(out);
	fclose(errors);
	snapshot_free(snapshot);
}

static void the_best_place_is_one_line(void **state)
{
	(void)state;
	pick(sample_fleet(), "qwen3:32b", false);
	assert_string_equal(told.out, "http://gpu1.tail1234.ts.net:11434/v1\n");
	assert_string_equal(told.errors, "");
	assert_int_equal(told.status, 0);
}

static void why_is_said_apart_from_it(void **state)
{
	(void)state;
	pick(sample_fleet(), "qwen3", true);
	assert_string_equal(told.out, "http://gpu1.tail1234.ts.net:11434/v1\n");
	assert_string_equal(told.errors,
		"qwen3:32b\n"
		"  1  http://gpu1.tail1234.ts.net:11434/v1  own, warm, gpu1, direct, 3.1 ms, 41 tok/s\n"
		"  2  https://gpu2.tail1234.ts.net/llama/v1  own, hot, gpu2, direct, 4.0 ms, 812 tok/s, 7 "
		"waiting: every "
		"place in it is taken\n"
		"  3  http://pi.tail1234.ts.net:11434/v1  own, cold, pi, idle: not loaded: the first request "
		"waits for it\n"
		"  4  http://studio.tail1234.ts.net:1234/v1  own, cold, studio, DERP fra, 48 ms: not loaded: the "
		"first "
		"request waits for it\n"
		"  -  http://tower.tail1234.ts.net:8000  does not answer: nothing listens on port 8000 → "
		"start the server, or `tailscale serve --bg 8000` there\n");
}

/* As on a machine on which MagicDNS does not work. */
static struct snapshot *without_names(void)
{
	struct snapshot *snapshot = sample_fleet();

	snapshot->verdict_list[snapshot->verdict_count] = (struct verdict){ .code = "name-unresolved",
		.layer = LAYER_DAEMON,
		.severity = SEVERITY_DEGRADED,
		.state = STATE_SLOW,
		.text = "",
		.run = "",
		.run_on = "",
		.hint = "",
		.fix = "" };
	snapshot->verdicts = (struct span){ snapshot->verdict_count++, 1 };
	for (size_t i = 0; i < snapshot->endpoint_count; i++)
		snapshot->endpoints[i].is_of_tailnet = true;
	return snapshot;
}

static void a_url_whose_name_does_not_resolve_here_has_the_address(void **state)
{
	(void)state;
	pick(without_names(), "qwen3:32b", false);
	assert_string_equal(told.out, "http://100.64.0.2:11434/v1\n");
	assert_string_equal(told.errors, "");
	assert_int_equal(told.status, 0);
}

static void https_by_a_name_that_does_not_resolve_here_comes_with_a_warning(void **state)
{
	struct snapshot *snapshot = without_names();

	(void)state;
	snapshot->endpoints[snapshot->offers[0].endpoint].base_url = "https://gpu1.tail1234.ts.net/v1";
	pick(snapshot, snapshot->models[snapshot->offers[0].model].id, false);
	assert_string_equal(told.out, "https://gpu1.tail1234.ts.net/v1\n");
	assert_non_null(strstr(told.errors, "does not resolve on this machine"));
	assert_int_equal(told.status, 0);
}

static void a_name_of_several_models_picks_none(void **state)
{
	(void)state;
	pick(sample_fleet(), "3", false);
	assert_string_equal(told.out, "");
	assert_string_equal(
		told.errors, "tsllm-top: --pick: '3' could be llama3.3:70b-instruct-q4_K_M, qwen3:32b\n");
	assert_int_equal(told.status, 2);
}

static void an_unknown_name_is_told_what_there_is(void **state)
{
	(void)state;
	pick(sample_fleet(), "gemma\x1b[2J", false);
	assert_string_equal(told.out, "");
	assert_string_equal(told.errors,
		"tsllm-top: --pick: no server lists a model 'gemma\\x1b[2J'; there is gpt-oss:120b, "
		"llama3.3:70b-instruct-q4_K_M, qwen3:32b\n");
	assert_int_equal(told.status, 2);
}

static void a_model_that_no_place_can_be_used_for_says_why(void **state)
{
	struct snapshot *snapshot = sample_fleet();

	(void)state;
	snapshot->offers += snapshot->offer_count - 1; /* the last one is refused */
	snapshot->offer_count = 1;
	pick(snapshot, "qwen3:32b", false);
	assert_string_equal(told.out, "");
	assert_non_null(strstr(told.errors, "no server can be used that has qwen3:32b\n"));
	assert_non_null(strstr(told.errors,
		"  -  http://tower.tail1234.ts.net:8000  does not answer: nothing listens on "
		"port 8000 → start the server, or `tailscale serve --bg 8000` there\n"));
	assert_int_equal(told.status, 2);
}

static void without_tailscaled_nothing_can_be_told(void **state)
{
	(void)state;
	pick(sample_no_daemon(), "qwen3:32b", false);
	assert_string_equal(told.out, "");
	assert_int_equal(told.status, 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(the_best_place_is_one_line, forget),
		cmocka_unit_test_teardown(why_is_said_apart_from_it, forget),
		cmocka_unit_test_teardown(a_url_whose_name_does_not_resolve_here_has_the_address, forget),
		cmocka_unit_test_teardown(
			https_by_a_name_that_does_not_resolve_here_comes_with_a_warning, forget),
		cmocka_unit_test_teardown(a_name_of_several_models_picks_none, forget),
		cmocka_unit_test_teardown(an_unknown_name_is_told_what_there_is, forget),
		cmocka_unit_test_teardown(a_model_that_no_place_can_be_used_for_says_why, forget),
		cmocka_unit_test_teardown(without_tailscaled_nothing_can_be_told, forget),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
