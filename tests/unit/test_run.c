/* Children on the loop: what they print, how they end, and that none outlives its deadline. */
#include "probes/io/run.h"

#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <cmocka.h>
#include <uv.h>

struct test {
	uv_loop_t loop;
	struct run *run;
	int done;
	struct run_result result;
	char stderr_text[5000];
	char output[256];
	size_t length;
	bool cancels, refuses;
	size_t most; /* 0: any length; else a moment after that much the child is cancelled */
	uv_timer_t timer;
};

static void enough(uv_timer_t *timer)
{
	struct test *test = timer->data;

	run_cancel(test->run);
	uv_close((uv_handle_t *)timer, NULL);
}

static int on_bytes(void *data, const char *bytes, size_t length)
{
	struct test *test = data;

	for (size_t i = 0; i < length && test->length + i + 1 < sizeof(test->output); i++)
		test->output[test->length + i] = bytes[i];
	test->length += length;
	if (test->most && test->length >= test->most && !uv_is_active((uv_handle_t *)&test->timer))
		uv_timer_start(&test->timer, enough, 50, 0);
	if (test->cancels)
		run_cancel(test->run);
	return test->refuses ? -1 : 0;
}

static void on_done(void *data, const struct run_result *result)
{
	struct test *test = data;

	test->done++;
	test->result = *result;
	snprintf(test->stderr_text, sizeof(test->stderr_text), "%s", result->stderr_text);
}

static void run_within(struct test *test, long deadline_ms, const char *const *argv)
{
	test->run = run_start(&test->loop, argv, deadline_ms, 1000000, on_bytes, on_done, test);
	assert_int_equal(test->done, 0);
	uv_run(&test->loop, UV_RUN_DEFAULT);
}

static void run_shell(struct test *test, const char *script)
{
	run_within(test, 5000, (const char *const[]){ "sh", "-c", script, NULL });
}

static int set_up(void **state)
{
	static struct test test;

	memset(&test, 0, sizeof(test));
	uv_loop_init(&test.loop);
	*state = &test;
	return 0;
}

static int tear_down(void **state)
{
	struct test *test = *state;

	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1); /* every child was reaped */
	assert_int_equal(errno, ECHILD);
	return uv_loop_close(&test->loop);
}

static void a_child_found_in_the_path_gives_its_output_and_status(void **state)
{
	struct test *test = *state;

	run_shell(test, "echo out; echo err >&2; exit 3");
	assert_int_equal(test->done, 1);
	assert_true(test->result.is_started);
	assert_int_equal(test->result.exit_status, 3);
	assert_false(test->result.timed_out);
	assert_string_equal(test->output, "out\n");
	assert_string_equal(test->stderr_text, "err\n");
}

static void a_child_reads_nothing(void **state)
{
	struct test *test = *state;

	run_shell(test, "cat; echo end");
	assert_string_equal(test->output, "end\n");
}

static void a_command_that_does_not_exist_says_why(void **state)
{
	struct test *test = *state;

	run_within(test, 5000, (const char *const[]){ "tsllm-no-such-command", NULL });
	assert_int_equal(test->done, 1);
	assert_false(test->result.is_started);
	assert_false(test->result.timed_out);
	assert_int_equal(test->result.error, ENOENT);
}

static void a_file_that_cannot_be_run_says_why(void **state)
{
	struct test *test = *state;

	run_within(test, 5000, (const char *const[]){ "/etc/passwd", NULL });
	assert_int_equal(test->result.error, EACCES);
}

/* Orphans of the child become ours here, so that their end can be waited for. */
static void the_deadline_ends_the_child_and_what_it_started(void **state)
{
	struct test *test = *state;
	pid_t grandchild;
	int status = 0;

	assert_int_equal(prctl(PR_SET_CHILD_SUBREAPER, 1), 0);
	run_within(test, 1000, (const char *const[]){ "sh", "-c", "sleep 60 & echo $!; wait", NULL });
	assert_int_equal(test->done, 1);
	assert_true(test->result.timed_out);
	assert_int_equal(test->result.exit_status, -1);
	grandchild = (pid_t)atoi(test->output);
	assert_true(grandchild > 0);
	assert_int_equal(waitpid(grandchild, &status, 0), grandchild);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGKILL);
}

static void a_child_that_ended_by_a_signal_has_no_status(void **state)
{
	struct test *test = *state;

	run_shell(test, "kill -TERM $$");
	assert_int_equal(test->result.exit_status, -1);
	assert_false(test->result.timed_out);
}

static void too_much_output_ends_the_child(void **state)
{
	struct test *test = *state;

	run_within(test, 5000, (const char *const[]){ "yes", NULL });
	assert_true(test->result.too_big);
	assert_true(test->length <= 1000000);
	assert_false(test->result.timed_out);
}

static void a_taker_that_has_enough_ends_the_child(void **state)
{
	struct test *test = *state;

	test->refuses = true;
	run_within(test, 5000, (const char *const[]){ "yes", NULL });
	assert_int_equal(test->done, 1);
	assert_true(test->length > 0);
}

static void of_stderr_the_first_four_kilobytes_are_kept(void **state)
{
	struct test *test = *state;

	run_shell(test, "yes | head -c 20000 >&2; exit 0");
	assert_int_equal(strlen(test->stderr_text), 4096);
	assert_int_equal(test->result.exit_status, 0);
}

static void a_cancelled_child_is_ended_and_never_done(void **state)
{
	struct test *test = *state;

	test->cancels = true;
	run_within(test, 5000, (const char *const[]){ "yes", NULL });
	assert_int_equal(test->done, 0);
	assert_true(test->length > 0);
}

/* More than a pipe holds, and a cap that it goes over if there were one. */
static void a_child_that_shall_stay_has_no_deadline_and_no_cap(void **state)
{
	struct test *test = *state;

	test->most = 2000000;
	uv_timer_init(&test->loop, &test->timer);
	test->timer.data = test;
	test->run = run_start(&test->loop,
		(const char *const[]){ "sh", "-c", "yes | head -c 2000000; exec sleep 60", NULL },
		RUN_NO_DEADLINE, RUN_NO_CAP, on_bytes, on_done, test);
	uv_run(&test->loop, UV_RUN_DEFAULT);
	assert_int_equal(test->done, 0);
	assert_int_equal(test->length, 2000000);
}

static void a_child_without_a_deadline_ends_when_it_ends(void **state)
{
	struct test *test = *state;

	run_within(test, RUN_NO_DEADLINE, (const char *const[]){ "sh", "-c", "echo out; exit 77", NULL });
	assert_int_equal(test->result.exit_status, 77);
	assert_string_equal(test->output, "out\n");
	test->done = 0;
	run_within(test, RUN_NO_DEADLINE, (const char *const[]){ "tsllm-no-such-command", NULL });
	assert_int_equal(test->result.error, ENOENT);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_child_found_in_the_path_gives_its_output_and_status),
		TEST(a_child_reads_nothing),
		TEST(a_command_that_does_not_exist_says_why),
		TEST(a_file_that_cannot_be_run_says_why),
		TEST(the_deadline_ends_the_child_and_what_it_started),
		TEST(a_child_that_ended_by_a_signal_has_no_status),
		TEST(too_much_output_ends_the_child),
		TEST(a_taker_that_has_enough_ends_the_child),
		TEST(of_stderr_the_first_four_kilobytes_are_kept),
		TEST(a_cancelled_child_is_ended_and_never_done),
		TEST(a_child_that_shall_stay_has_no_deadline_and_no_cap),
		TEST(a_child_without_a_deadline_ends_when_it_ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
