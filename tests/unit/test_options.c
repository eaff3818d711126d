/* The command line: over the configuration, over the defaults. */
#include "tui/options.h"

#include "probes/model/snapshot.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>
#include <cmocka.h>

#include "probes/base/text.h"

struct test {
	char directory[32];
	struct options options;
	struct settings settings;
	char errors[2048];
};

static int set_up(void **state)
{
	static struct test test;

	memset(&test, 0, sizeof(test));
	strcpy(test.directory, "/tmp/tsllm-test-XXXXXX");
	assert_non_null(mkdtemp(test.directory));
	setenv("XDG_CONFIG_HOME", test.directory, 1);
	setenv("XDG_STATE_HOME", "/s", 1);
	unsetenv("TS_SOCKET");
	*state = &test;
	return 0;
}

static int tear_down(void **state)
{
	struct test *test = *state;

	options_fini(&test->options);
	settings_fini(&test->settings);
	return rmdir(test->directory);
}

/* Parses a command line whose words are separated by spaces; called once a test. */
static int parse(struct test *test, const char *line)
{
	char *words[32] = { (char *)"tsllm-top" }, copy[256];
	int count = 1, status;
	FILE *errors = fmemopen(test->errors, sizeof(test->errors), "w");

	snprintf(copy, sizeof(copy), "%s", line);
	for (char *word = strtok(copy, " "); word; word = strtok(NULL, " "))
		words[count++] = word;
	status = options_parse(count, words, &test->options, &test->settings, errors);
	fclose(errors);
	return status;
}

static void nothing_given_is_the_defaults(void **state)
{
	struct test *test = *state;

	assert_int_equal(parse(test, ""), 0);
	assert_string_equal(test->errors, "");
	assert_false(test->options.is_once);
	assert_false(test->options.is_watch);
	assert_string_equal(test->options.output->name, "text");
	assert_int_equal(test->options.mouse, MOUSE_AUTO);
	assert_string_equal(test->options.log, "");
	assert_true(test->settings.period_s == 2);
	assert_string_equal(test->settings.state_file, "/s/tsllm-top/endpoints");
}

static void every_option_is_taken(void **state)
{
	struct test *test = *state;

	assert_int_equal(parse(test, "--watch --format json --period 0.5 --deadline=9 --endpoint http://a "
				     "--endpoint=http://b --passive --socket /s --tailscale t --ca-file c"),
		0);
	assert_string_equal(test->errors, "");
	assert_true(test->options.is_watch);
	assert_false(test->options.is_once);
	assert_string_equal(test->options.output->name, "json");
	assert_true(test->settings.period_s == 0.5);
	assert_true(test->settings.deadline_s == 9);
	assert_int_equal(test->settings.pins.count, 2);
	assert_string_equal(test->settings.pins.items[1].url, "http://b");
	assert_true(test->settings.is_passive);
	assert_string_equal(test->settings.socket, "/s");
	assert_string_equal(test->settings.tailscale, "t");
	assert_string_equal(test->settings.ca_file, "c");
}

static void every_other_option_is_taken(void **state)
{
	struct test *test = *state;

	assert_int_equal(parse(test, "--once --print-config --forget --theme mono --mouse=off --ascii --log "
				     "l --no-capture"),
		0);
	assert_true(test->options.is_once);
	assert_true(test->options.prints_config);
	assert_true(test->options.forgets);
	assert_string_equal(test->settings.theme, "mono");
	assert_int_equal(test->options.mouse, MOUSE_OFF);
	assert_true(test->options.is_ascii);
	assert_string_equal(test->options.log, "l");
	assert_false(test->settings.has_capture);
}

static void a_pick_is_made_once_and_says_why_where_it_is_asked_to(void **state)
{
	struct test *test = *state;

	assert_int_equal(parse(test, "--pick qwen3:8b -v"), 0);
	assert_string_equal(test->options.pick, "qwen3:8b");
	assert_true(test->options.is_verbose && test->options.is_once);
	assert_false(test->options.wants_version);
}

static void a_format_without_watch_means_once(void **state)
{
	struct test *test = *state;

	assert_int_equal(parse(test, "--format text"), 0);
	assert_true(test->options.is_once);
}

static void what_is_watched_is_json_where_no_format_is_given(void **state)
{
	struct test *test = *state;

	assert_int_equal(parse(test, "--watch"), 0);
	assert_string_equal(test->options.output->name, "json");
}

static void write_config(struct test *test, const char *text)
{
	char path[64];
	FILE *file;

	snprintf(path, sizeof(path), "%s/c", test->directory);
	file = fopen(path, "w");
	fputs(text, file);
	fclose(file);
}

static int parse_with_config(struct test *test, const char *line)
{
	char whole[256], path[64];
	int status;

	snprintf(path, sizeof(path), "%s/c", test->directory);
	snprintf(whole, sizeof(whole), "%s --config %s", line, path);
	status = parse(test, whole);
	unlink(path);
	return status;
}

static void options_win_over_the_configuration_wherever_it_is_named(void **state)
{
	struct test *test = *state;

	write_config(test, "period = 7\ndeadline = 8\n[endpoint a]\nurl = http://a\nkey_env = K\n");
	assert_int_equal(parse_with_config(test, "--period 3 --endpoint http://a/ --endpoint http://b"), 0);
	assert_true(test->settings.period_s == 3);
	assert_true(test->settings.deadline_s == 8);
	assert_int_equal(test->settings.pins.count, 2);
	assert_string_equal(test->settings.pins.items[0].key_env, "K");
}

static void a_fault_of_the_configuration_is_said_and_does_not_stop(void **state)
{
	struct test *test = *state;

	write_config(test, "period = x\n");
	assert_int_equal(parse_with_config(test, "--once"), 0);
	assert_non_null(strstr(test->errors, "/c:1: 'x' is no number from 0.5 to 3600\n"));
	assert_true(text_has_prefix(test->errors, "tsllm-top: /tmp/"));
}

static void a_configuration_that_is_not_there_is_wrong_usage(void **state)
{
	struct test *test = *state;

	assert_int_equal(parse(test, "--config /nowhere/c"), EX_USAGE);
	assert_non_null(strstr(test->errors, "/nowhere/c"));
}

static void the_environments_socket_is_between_the_two(void **state)
{
	struct test *test = *state;

	setenv("TS_SOCKET", "/env", 1);
	write_config(test, "socket = /file\n");
	assert_int_equal(parse_with_config(test, "--once"), 0);
	assert_string_equal(test->settings.socket, "/env");
}

static void an_option_wins_over_the_environments_socket(void **state)
{
	struct test *test = *state;

	setenv("TS_SOCKET", "/env", 1);
	assert_int_equal(parse(test, "--socket /given"), 0);
	assert_string_equal(test->settings.socket, "/given");
}

static void what_may_be_picked_is_a_list_of_classes(void **state)
{
	struct test *test = *state;

	assert_int_equal(parse(test, "--pick m"), 0);
	assert_int_equal(test->settings.allowed_classes, 0);
	options_fini(&test->options);
	settings_fini(&test->settings);
	assert_int_equal(parse(test, "--connect m --allow tagged"), 0);
	options_fini(&test->options);
	settings_fini(&test->settings);
	assert_int_equal(parse(test, "--pick m --allow tagged,gateway --allow foreign"), 0);
	assert_int_equal(test->settings.allowed_classes,
		1u << CLASS_TAGGED | 1u << CLASS_FOREIGN | 1u << CLASS_GATEWAY);
}

static void help_needs_no_configuration(void **state)
{
	struct test *test = *state;

	assert_int_equal(parse(test, "-h --config /nowhere/c"), 0);
	assert_true(test->options.wants_help);
}

#define ALL_OUTPUTS "text, json, csv, prometheus, nagios, http-sd, svg"

static void what_goes_together_is_taken(void **state)
{
	static const char *const lines[] = { "--format csv --view MODELS",
		"--watch --format prometheus --output f", "--once --output f", "--listen 1",
		"--listen 1 --headless --redact", "--watch --listen unix:/x",
		"--watch --format svg --view clients --output f --listen 1", "--doctor --output f",
		"--audit --format json --output f", "--doctor --audit --redact --output f",
		"--doctor --audit --format json" };
	struct test *test = *state;

	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		if (i) {
			options_fini(&test->options);
			settings_fini(&test->settings);
		}
		assert_int_equal(parse(test, lines[i]), 0);
		assert_string_equal(test->errors, "");
	}
}

static void wrong_usage_is_64_and_says_why(void **state)
{
	static const struct {
		const char *line, *error;
	} cases[] = {
		{ "--nonsense", "tsllm-top: --nonsense: not understood, see --help\n" },
		{ "--period", "tsllm-top: --period: a value is missing, see --help\n" },
		{ "--once=3", "tsllm-top: --once: takes no value, see --help\n" },
		{ "--api-key=sk-1", "tsllm-top: --api-key: not understood, see --help\n" },
		{ "--endpiont=http://u:sekrit@h", "tsllm-top: --endpiont: not understood, see --help\n" },
		{ "--pick m -ksekrit", "tsllm-top: -k: not understood, see --help\n" },
		{ "http://u:sekrit@h", "tsllm-top: http://h: not understood, see --help\n" },
		{ "u:sekrit@h", "tsllm-top: h: not understood, see --help\n" },
		{ "--format http://u:sekrit@h",
			"tsllm-top: --format: 'http://h' is not one of " ALL_OUTPUTS "\n" },
		{ "--doctor http://u:se/krit@h",
			"tsllm-top: --doctor: 'http://h' must be given without user, "
			"password and query\n" },
		{ "gpu1", "tsllm-top: gpu1: not understood, see --help\n" },
		{ "-x", "tsllm-top: -x: not understood, see --help\n" },
		{ "--period 0", "tsllm-top: --period: '0' is no number from 0.5 to 3600\n" },
		{ "--format cvs", "tsllm-top: --format: 'cvs' is not one of " ALL_OUTPUTS "\n" },
		{ "--format yaml", "tsllm-top: --format: 'yaml' is not one of " ALL_OUTPUTS "\n" },
		{ "--watch --format text",
			"tsllm-top: --format: --watch prints json only; with --output any\n" },
		{ "--doctor --format json",
			"tsllm-top: --doctor: prints text, once; as JSON: --once --format json, or --doctor "
			"--audit --format json\n" },
		{ "--format csv --view nosuch",
			"tsllm-top: --view: is not one of Fleet, Paths, Models, Serve, Clients, Events, History\n" },
		{ "--format csv --view history",
			"tsllm-top: --view: has no rows: only --format svg shows it\n" },
		{ "--format json --view fleet", "tsllm-top: --view: goes with --format csv or svg\n" },
		{ "--output f", "tsllm-top: --output: goes with --once, --watch, --format, --doctor or "
				"--audit\n" },
		{ "--pick m --output f", "tsllm-top: --output: goes with --once, --watch, --format, --doctor "
					 "or --audit\n" },
		{ "--once --listen 1", "tsllm-top: --listen: goes on until it is ended: not together with "
				       "--once, --format, --doctor or --pick\n" },
		{ "--headless", "tsllm-top: --headless: goes with --listen, or with listen in the "
				"configuration\n" },
		{ "--mouse maybe", "tsllm-top: --mouse: 'maybe' is not one of on, off, auto\n" },
		{ "--once --watch", "tsllm-top: --once: not together with --watch\n" },
		{ "--pick m --watch",
			"tsllm-top: --pick: prints one line, once: not together with --watch or "
			"--format\n" },
		{ "--pick=", "tsllm-top: --pick: MODEL is empty\n" },
		{ "--output=", "tsllm-top: --output: FILE is empty\n" },
		{ "--log=", "tsllm-top: --log: FILE is empty\n" },
		{ "-v", "tsllm-top: --verbose: says why --pick picks a server, and goes with it\n" },
		{ "--allow foreign",
			"tsllm-top: --allow: says what --pick, --connect and --canary may choose, and goes with one of "
			"them\n" },
		{ "--connect=", "tsllm-top: --connect: MODEL|URL is empty\n" },
		{ "--connect m --watch",
			"tsllm-top: --connect: prints once: not together with --pick, --watch, --doctor or "
			"--format\n" },
		{ "--for codex", "tsllm-top: --for: says what --connect is for, and goes with it\n" },
		{ "--pick m --allow mine",
			"tsllm-top: --allow: 'mine' is not a list of tagged, foreign, gateway\n" },
		{ "--pick m --allow tagged,",
			"tsllm-top: --allow: 'tagged,' is not a list of tagged, foreign, gateway\n" },
		{ "--doctor --pick m", "tsllm-top: --doctor: not together with --pick\n" },
		{ "--doctor --watch",
			"tsllm-top: --doctor: prints text, once; as JSON: --once --format json, or --doctor "
			"--audit --format json\n" },
		{ "--audit --pick m", "tsllm-top: --audit: not together with --pick, --watch or --listen\n" },
		{ "--audit --watch",
			"tsllm-top: --audit: not together with --pick, --watch or --listen\n" },
		{ "--audit --doctor --format csv",
			"tsllm-top: --format: --audit prints text, json only\n" },
		{ "--audit --format csv", "tsllm-top: --format: --audit prints text, json only\n" },
		{ "--redact",
			"tsllm-top: --redact: goes with --once, --watch, --format, --doctor, --audit or --headless\n" },
		{ "--redact --pick m",
			"tsllm-top: --redact: goes with --once, --watch, --format, --doctor, --audit or --headless\n" },
		{ "--endpoint http://u:sekrit@h/?key=sekrit", "tsllm-top: --endpoint: 'http://h/' must be "
							      "given without user, password and query\n" },
		{ "--endpoint u:sekrit@h", "tsllm-top: --endpoint: 'h' must be given without user, password "
					   "and query\n" },
		{ "--endpoint x", "tsllm-top: --endpoint: 'x' is no URL like http://gpu1:11434 or "
				  "https://gpu1.example.ts.net/path\n" },
	};
	struct test *test = *state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		if (i) {
			options_fini(&test->options);
			settings_fini(&test->settings);
		}
		assert_int_equal(parse(test, cases[i].line), EX_USAGE);
		assert_string_equal(test->errors, cases[i].error);
	}
}

static void help_fits_in_eighty_columns_and_has_every_option(void **state)
{
	static const char *const names[] = { "--once", "--watch", "--doctor", "--audit", "--redact", "--pick",
		"--verbose", "--format", "--period", "--deadline", "--socket", "--tailscale", "--config",
		"--print-config", "--endpoint", "--ca-file", "--passive", "--no-capture", "--ascii",
		"--theme", "--mouse", "--log", "--forget", "--help", "--version" };
	char text[4096] = "";
	FILE *file = fmemopen(text, sizeof(text), "w");

	parse(*state, "");
	options_help(file);
	fclose(file);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		assert_non_null(strstr(text, names[i]));
	assert_non_null(strstr(text, "do not start the helper that watches packets"));
	for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n"))
		assert_true(text_cells(line) <= 80);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

static void a_doctor_takes_one_operand_and_pins_a_url(void **state)
{
	struct test *test = *state;

	assert_int_equal(parse(test, "--doctor http://a/"), 0);
	assert_true(test->options.is_doctor && test->options.is_once);
	assert_string_equal(test->settings.examine, "http://a/");
	assert_int_equal(test->settings.pins.count, 1);
	assert_true(test->settings.deadline_s == 10);
}

static void an_operand_without_a_doctor_is_not_understood(void **state)
{
	struct test *test = *state;

	assert_int_equal(parse(test, "gpu1"), EX_USAGE);
	assert_string_equal(test->errors, "tsllm-top: gpu1: not understood, see --help\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(nothing_given_is_the_defaults),
		TEST(every_option_is_taken),
		TEST(a_doctor_takes_one_operand_and_pins_a_url),
		TEST(an_operand_without_a_doctor_is_not_understood),
		TEST(every_other_option_is_taken),
		TEST(a_pick_is_made_once_and_says_why_where_it_is_asked_to),
		TEST(a_format_without_watch_means_once),
		TEST(what_is_watched_is_json_where_no_format_is_given),
		TEST(options_win_over_the_configuration_wherever_it_is_named),
		TEST(a_fault_of_the_configuration_is_said_and_does_not_stop),
		TEST(a_configuration_that_is_not_there_is_wrong_usage),
		TEST(the_environments_socket_is_between_the_two),
		TEST(an_option_wins_over_the_environments_socket),
		TEST(what_may_be_picked_is_a_list_of_classes),
		TEST(help_needs_no_configuration),
		TEST(what_goes_together_is_taken),
		TEST(wrong_usage_is_64_and_says_why),
		TEST(help_fits_in_eighty_columns_and_has_every_option),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
