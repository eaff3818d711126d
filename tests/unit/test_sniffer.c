/* The script's life, with a script in its place: what its end is taken for, and what would mend it. */
#include "probes/packets/helper.h"

#include "probes/base/when.h"
#include "probes/model/snapshot.h"
#include "probes/packets/permission.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>
#include <uv.h>

#define SEEN_MAX 32

struct test {
	uv_loop_t loop;
	struct settings settings;
	struct helper *helper;
	char directory[32], script[64];
	enum sniffed_word seen[SEEN_MAX];
	size_t seen_count, changes, enough_lines, enough_changes;
	enum capture_state state;
	char trouble[400], fix[400];
};

static void enough(struct test *test)
{
	if (test->helper && ((test->enough_lines && test->seen_count >= test->enough_lines) ||
				    (test->enough_changes && test->changes >= test->enough_changes)))
		uv_stop(&test->loop);
}

static void saw(void *data, const struct sniffed *sniffed)
{
	struct test *test = data;

	if (test->seen_count < SEEN_MAX)
		test->seen[test->seen_count++] = sniffed->word;
	enough(test);
}

static void changed(void *data, const struct obs_capture *capture)
{
	struct test *test = data;

	test->changes++;
	test->state = capture->state;
	snprintf(test->trouble, sizeof(test->trouble), "%s", capture->trouble);
	snprintf(test->fix, sizeof(test->fix), "%s", capture->fix);
	enough(test);
}

static void write_helper(struct test *test, const char *script)
{
	FILE *file = fopen(test->script, "w");

	fprintf(file, "#!/bin/sh\n%s\n", script);
	fclose(file);
	chmod(test->script, 0700);
}

static int set_up(void **state)
{
	static struct test test;

	memset(&test, 0, sizeof(test));
	uv_loop_init(&test.loop);
	settings_init(&test.settings);
	strcpy(test.directory, "/tmp/tsllm-test-XXXXXX");
	assert_non_null(mkdtemp(test.directory));
	snprintf(test.script, sizeof(test.script), "%s/script", test.directory);
	free(test.settings.helper);
	test.settings.helper = strdup(test.script);
	*state = &test;
	return 0;
}

static int tear_down(void **state)
{
	struct test *test = *state;

	helper_free(test->helper);
	uv_run(&test->loop, UV_RUN_DEFAULT);
	unlink(test->script);
	rmdir(test->directory);
	settings_fini(&test->settings);
	return uv_loop_close(&test->loop);
}

/* Until so many lines or changes were heard. */
static void run_until(struct test *test, const char *arguments, size_t lines, size_t changes)
{
	const struct helper_hooks hooks = { .data = test, .saw = saw, .changed = changed };
	struct strings list = { NULL, 0, 0 };
	char words[256], *rest = words;

	snprintf(words, sizeof(words), "%s", arguments);
	for (char *word; (word = strtok_r(rest, " ", &rest));)
		strings_add(&list, word);
	test->enough_lines = lines;
	test->enough_changes = changes;
	test->helper = helper_new(&test->loop, &test->settings, &hooks);
	helper_set_arguments(test->helper, &list);
	uv_run(&test->loop, UV_RUN_DEFAULT);
	strings_fini(&list);
}

static void assert_capture(
	const struct test *test, enum capture_state state, const char *trouble, const char *fix)
{
	assert_string_equal(capture_state_name(test->state), capture_state_name(state));
	if (!strstr(test->trouble, trouble))
		fail_msg("'%s' does not tell '%s'", test->trouble, trouble);
	assert_string_equal(test->fix, fix);
}

static void it_runs_once_it_greets_and_is_read_line_by_line(void **state)
{
	struct test *test = *state;

	write_helper(test, "echo hello protocol=1 version=0.1.0; echo nonsense at; echo stats; echo stats "
			   "at=1; sleep 60");
	run_until(test, "", 3, 0);
	assert_capture(test, CAPTURE_RUNNING, "", "");
	assert_int_equal(test->changes, 1);
	assert_int_equal(test->seen[0], SNIFFED_HELLO);
	assert_int_equal(test->seen[1], SNIFFED_OTHER);
	assert_int_equal(test->seen[2], SNIFFED_STATS);
}

static void it_is_given_the_arguments(void **state)
{
	struct test *test = *state;

	write_helper(
		test, "echo hello protocol=1; [ \"$*\" = '-u 41641 -s 11434' ] && echo stats at=1; sleep 60");
	run_until(test, "-u 41641 -s 11434", 2, 0);
	assert_int_equal(test->seen[1], SNIFFED_STATS);
}

static void without_the_right_one_command_is_said(void **state)
{
	struct test *test = *state;
	char fix[128];

	write_helper(test, "echo no right >&2; exit 77");
	run_until(test, "", 0, 1);
	snprintf(fix, sizeof(fix), "sudo setcap cap_net_raw+ep %s", test->script);
	assert_capture(test, CAPTURE_NO_PERMISSION, "lacks the right", fix);
}

static void where_there_is_none_it_is_missing(void **state)
{
	struct test *test = *state;

	run_until(test, "", 0, 1);
	assert_capture(test, CAPTURE_MISSING, "not installed", "sudo make install");
}

static void what_this_user_may_not_run_is_a_right_too(void **state)
{
	struct test *test = *state;

	write_helper(test, "exit 0");
	chmod(test->script, 0600);
	run_until(test, "", 0, 1);
	assert_capture(test, CAPTURE_NO_PERMISSION, "may not run", "");
}

#define NOBODY 65534

/* As nobody, who is in no group of the program's: exits with 0 where it is told which one to join. */
static void run_as_nobody(const struct test *parent)
{
	static struct test test;

	test.settings = parent->settings;
	if (setgid(NOBODY) || setuid(NOBODY) || uv_loop_init(&test.loop))
		_exit(2);
	run_until(&test, "", 0, 1);
	_exit(test.state == CAPTURE_NO_PERMISSION &&
				strstr(test.trouble, "only members of the group daemon") &&
				strcmp(test.fix, "sudo usermod -aG daemon $USER") == 0
			? 0
			: 1);
}

static void whose_group_may_run_it_is_told(void **state)
{
	struct test *test = *state;
	int status;
	pid_t child;

	write_helper(test, "exit 0");
	if (getuid() || chown(test->script, 0, 1) || chmod(test->script, 0750) ||
		chmod(test->directory, 0755)) {
		print_message("# only root may give a program to a group and become somebody else\n");
		skip();
	}
	child = fork();
	if (child == 0)
		run_as_nobody(test);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
}

static void a_group_is_the_reason_only_where_it_is(void **state)
{
	(void)state;
	assert_int_equal(permission_by(0750, 7, false, false), PERMISSION_GROUP);
	assert_int_equal(permission_by(0750, 7, true, false), PERMISSION_LOGIN);
	assert_int_equal(permission_by(0750, 7, true, true), PERMISSION_OTHER); /* not by its group */
	assert_int_equal(
		permission_by(0755, 7, false, false), PERMISSION_OTHER); /* its directory, its mount */
	assert_int_equal(permission_by(0700, 7, false, false), PERMISSION_OTHER);
	assert_int_equal(permission_by(0750, 0, false, false), PERMISSION_OTHER);
}

static void a_path_is_quoted_where_a_shell_wants_it(void **state)
{
	struct test *test = *state;
	char fix[160], plain[64];

	snprintf(plain, sizeof(plain), "%s", test->script);
	snprintf(test->script, sizeof(test->script), "%s/it's a", test->directory);
	free(test->settings.helper);
	test->settings.helper = strdup(test->script);
	write_helper(test, "exit 77");
	run_until(test, "", 0, 1);
	snprintf(fix, sizeof(fix), "sudo setcap cap_net_raw+ep '%s/it'\\''s a'", test->directory);
	assert_string_equal(test->fix, fix);
}

static void another_end_is_told_in_its_own_words(void **state)
{
	struct test *test = *state;

	write_helper(test, "echo 'eth0: \033[1mno such device' >&2; echo more >&2; exit 3");
	run_until(test, "", 0, 1);
	assert_capture(test, CAPTURE_FAILED, "eth0: \\x1b[1mno such device", "");
	assert_null(strstr(test->trouble, "more"));
}

static void another_protocol_is_not_read(void **state)
{
	struct test *test = *state;

	write_helper(test, "echo hello protocol=2; echo stats at=1; sleep 60");
	run_until(test, "", 0, 1);
	assert_capture(test, CAPTURE_FAILED, "another version", "sudo make install");
	assert_int_equal(test->seen_count, 0);
}

/* The second life greets, and all the while it was running. */
static void a_device_that_went_is_no_failure_the_first_time(void **state)
{
	struct test *test = *state;

	write_helper(test, "echo hello protocol=1; [ -e \"$0.again\" ] && rm \"$0.again\" && sleep 60; "
			   "touch \"$0.again\"; exit 75");
	run_until(test, "", 2, 0);
	assert_int_equal(test->seen[1], SNIFFED_HELLO);
	assert_int_equal(test->changes, 1);
	assert_capture(test, CAPTURE_RUNNING, "", "");
}

static void a_device_that_goes_again_is_a_failure(void **state)
{
	struct test *test = *state;

	write_helper(test, "exit 75");
	run_until(test, "", 0, 1);
	assert_capture(test, CAPTURE_FAILED, "went away", "");
}

static void it_is_tried_again_ever_more_rarely(void **state)
{
	(void)state;
	assert_int_equal(helper_delay_ms(0), 1000);
	assert_int_equal(helper_delay_ms(1), 2000);
	assert_int_equal(helper_delay_ms(5), 32000);
	assert_int_equal(helper_delay_ms(6), 60000);
	assert_int_equal(helper_delay_ms(4000000000u), 60000);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

/* Three lives, after pauses of one and of two seconds. */
static void between_its_lives_there_is_a_pause(void **state)
{
	struct when begun = when_now();
	struct test *test = *state;

	write_helper(test, "echo hello protocol=1; exit 70");
	run_until(test, "", 3, 0);
	assert_true(when_since(begun, when_now()) >= 2990);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(it_runs_once_it_greets_and_is_read_line_by_line),
		TEST(it_is_given_the_arguments),
		TEST(without_the_right_one_command_is_said),
		TEST(where_there_is_none_it_is_missing),
		TEST(what_this_user_may_not_run_is_a_right_too),
		TEST(whose_group_may_run_it_is_told),
		TEST(a_group_is_the_reason_only_where_it_is),
		TEST(a_path_is_quoted_where_a_shell_wants_it),
		TEST(another_end_is_told_in_its_own_words),
		TEST(another_protocol_is_not_read),
		TEST(a_device_that_went_is_no_failure_the_first_time),
		TEST(a_device_that_goes_again_is_a_failure),
		TEST(it_is_tried_again_ever_more_rarely),
		TEST(between_its_lives_there_is_a_pause),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
