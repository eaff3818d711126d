/* The command of an alarm: its environment, how many run at once, and that none outlives its time. */
#include "tui/on_change.h"

#include "probes/base/fault.h"
#include "probes/base/text.h"
#include "probes/base/mem.h"
#include "tui/term/notify.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include <cmocka.h>
#include <uv.h>

#define WHEN INT64_C(1795394746123)

static uv_loop_t loop;
static struct settings settings;
static char directory[64], file[96];

static const struct alert sample = { .who = "gpu1",
	.machine = "gpu1",
	.url = "",
	.code = "host-offline",
	.severity = SEVERITY_DOWN,
	.previous = SEVERITY_INFO,
	.run = "",
	.run_on = "",
	.hint = "wake gpu1; $(touch /tmp/never) `x`",
	.since = WHEN - 4000,
	.servers = 6,
	.text = "gpu1 is offline (6 servers with it)" };

static int begin(void **state)
{
	(void)state;
	uv_loop_init(&loop);
	settings_init(&settings);
	snprintf(directory, sizeof(directory), "/tmp/tsllm-alarm-XXXXXX");
	if (!mkdtemp(directory))
		return -1;
	snprintf(file, sizeof(file), "%s/out", directory);
	setenv("OUT", file, 1);
	return 0;
}

static int end(void **state)
{
	(void)state;
	settings_fini(&settings);
	remove(file);
	if (uv_loop_close(&loop))
		return -1;
	return rmdir(directory);
}

static void runs_script(const char *script)
{
	strings_add(&settings.on_change, "sh");
	strings_add(&settings.on_change, "-c");
	strings_add(&settings.on_change, script);
}

static const char *output(void)
{
	static char text[16384];
	FILE *opened = fopen(file, "r");
	size_t length = opened ? fread(text, 1, sizeof(text) - 1, opened) : 0;

	if (opened)
		fclose(opened);
	text[length] = '\0';
	return text;
}

static size_t count_lines(const char *part)
{
	size_t count = 0;

	for (const char *at = output(); (at = strstr(at, part)); at += strlen(part))
		count++;
	return count;
}

static void assert_line(const char *line)
{
	if (!strstr(output(), line))
		fail_msg("no '%s' in: %s", line, output());
}

static void what_is_wrong_is_in_the_environment(void **state)
{
	struct on_change *on_change;

	(void)state;
	setenv("TZ", "UTC", 1);
	tzset();
	setenv("TSLLM_OLD", "of another program", 1);
	runs_script("env > \"$OUT\"");
	on_change = on_change_new(&loop, &settings, 5000);
	on_change_run(on_change, &sample, "admin", WHEN);
	uv_run(&loop, UV_RUN_DEFAULT);
	assert_line("TSLLM_CODE=host-offline\n");
	assert_line("TSLLM_SEVERITY=down\n");
	assert_line("TSLLM_PREVIOUS_SEVERITY=info\n");
	assert_line("TSLLM_WHO=gpu1\n");
	assert_line("TSLLM_PEER=gpu1\n");
	assert_line("TSLLM_URL=\n");
	assert_line("TSLLM_SENTENCE=gpu1 is offline (6 servers with it)\n");
	assert_line("TSLLM_HINT=wake gpu1; $(touch /tmp/never) `x`\n");
	assert_line("TSLLM_SERVERS=6\n");
	assert_line("TSLLM_SINCE=2026-11-23T00:45:42+00:00\n");
	assert_line("TSLLM_TIME=2026-11-23T00:45:46+00:00\n");
	assert_line("TSLLM_HOST=admin\n");
	assert_line("PATH=");
	assert_null(strstr(output(), "TSLLM_OLD"));
	assert_string_equal(on_change_trouble(on_change), "");
	on_change_free(on_change);
}

static void no_key_is_in_the_environment_under_any_name(void **state)
{
	struct on_change *on_change;
	struct fault fault;

	(void)state;
	assert_int_equal(settings_pin(&settings, "http://gpu1:8080", &fault), 0);
	mem_replace(&settings.pins.items[0].key_env, "GPU1_KEY");
	setenv("GPU1_KEY", "sk-5ecret-of-the-test", 1);
	setenv("SAME_KEY", "sk-5ecret-of-the-test", 1);
	runs_script("env > \"$OUT\"");
	on_change = on_change_new(&loop, &settings, 5000);
	on_change_run(on_change, &sample, "admin", WHEN);
	uv_run(&loop, UV_RUN_DEFAULT);
	assert_line("TSLLM_CODE=host-offline\n");
	assert_null(strstr(output(), "sk-5ecret"));
	on_change_free(on_change);
}

/* The first child leaves a mark that it waits for nobody; each of the others sees how many run beside it. */
static void four_run_at_once_and_the_rest_in_turn(void **state)
{
	struct on_change *on_change;

	(void)state;
	runs_script("mkdir \"$OUT.$$\"; ls -d \"$OUT\".* | wc -l >> \"$OUT\"; sleep 0.3; rmdir \"$OUT.$$\"");
	on_change = on_change_new(&loop, &settings, 5000);
	for (int i = 0; i < 6; i++)
		on_change_run(on_change, &sample, "admin", WHEN);
	uv_run(&loop, UV_RUN_DEFAULT);
	assert_int_equal(count_lines("\n"), 6);
	assert_null(strpbrk(output(), "5678"));
	on_change_free(on_change);
}

static void a_child_that_hangs_is_killed_and_that_is_said(void **state)
{
	struct on_change *on_change;

	(void)state;
	runs_script("echo begun > \"$OUT\"; sleep 100 & wait");
	on_change = on_change_new(&loop, &settings, 1000);
	on_change_run(on_change, &sample, "admin", WHEN);
	uv_run(&loop, UV_RUN_DEFAULT);
	assert_line("begun");
	assert_string_equal(on_change_trouble(on_change), "on-change: 'sh' was killed: it ran longer than 1 s");
	on_change_free(on_change);
}

static void a_command_that_is_not_there_is_said(void **state)
{
	struct on_change *on_change;
	struct fault fault;

	(void)state;
	assert_int_equal(on_change_check(&settings, &fault), 0);
	strings_add(&settings.on_change, "/nowhere/alarm");
	assert_int_equal(on_change_check(&settings, &fault), -1);
	assert_string_equal(fault.text, "on-change: cannot run '/nowhere/alarm': No such file or directory");
	on_change = on_change_new(&loop, &settings, 1000);
	on_change_run(on_change, &sample, "admin", WHEN);
	uv_run(&loop, UV_RUN_DEFAULT);
	assert_string_equal(on_change_trouble(on_change), fault.text);
	on_change_free(on_change);
	strings_forget(&settings.on_change);
	strings_add(&settings.on_change, "no-such-command-of-a-test");
	assert_int_equal(on_change_check(&settings, &fault), -1);
	strings_forget(&settings.on_change);
	strings_add(&settings.on_change, "sh");
	assert_int_equal(on_change_check(&settings, &fault), 0);
}

static void what_runs_ends_with_the_program(void **state)
{
	struct on_change *on_change;

	(void)state;
	runs_script("sleep 100");
	on_change = on_change_new(&loop, &settings, 50000);
	for (int i = 0; i < 50; i++)
		on_change_run(on_change, &sample, "admin", WHEN);
	uv_run(&loop, UV_RUN_NOWAIT);
	on_change_free(on_change);
	uv_run(&loop, UV_RUN_DEFAULT);
}

/* ---- notifications ---- */

static void a_notification_suits_the_terminal(void **state)
{
	char bytes[NOTIFY_MAX], longest[2000];

	(void)state;
	unsetenv("TMUX");
	unsetenv("VTE_VERSION");
	setenv("TERM", "xterm-256color", 1);
	assert_string_equal(notify_bytes("gpu1 is offline", bytes), "\033]9;tsllm-top: gpu1 is offline\a");
	setenv("TERM", "foot", 1);
	assert_string_equal(notify_bytes("a;b", bytes), "\033]777;notify;tsllm-top;a;b\a");
	setenv("TERM", "tmux-256color", 1);
	setenv("TMUX", "/tmp/tmux-0/default,1,0", 1);
	assert_string_equal(
		notify_bytes("x", bytes), "\033Ptmux;\033\033]9;tsllm-top: x\a\033\\");
	setenv("TERM", "linux", 1);
	assert_string_equal(notify_bytes("x", bytes), "");
	unsetenv("TMUX");
	setenv("TERM", "xterm", 1);
	assert_string_equal(notify_bytes("a\033]52;c;x\ab", bytes), "\033]9;tsllm-top: a\\x1b]52;c;x\\x07b\a");
	memset(longest, 'y', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	assert_true(strlen(notify_bytes(longest, bytes)) < 500);
	assert_true(text_has_suffix(bytes, "\a"));
}

#define RUNS(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUNS(what_is_wrong_is_in_the_environment),
		RUNS(no_key_is_in_the_environment_under_any_name),
		RUNS(four_run_at_once_and_the_rest_in_turn),
		RUNS(a_child_that_hangs_is_killed_and_that_is_said),
		RUNS(a_command_that_is_not_there_is_said),
		RUNS(what_runs_ends_with_the_program),
		RUNS(a_notification_suits_the_terminal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
