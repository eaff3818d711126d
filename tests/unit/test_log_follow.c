/* A log that is followed: commands and files on the loop, and no child that stays. */
#include "probes/io/log_follow.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include <errno.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <uv.h>

#include "probes/base/text.h"

struct test {
	uv_loop_t loop;
	struct log_place place;
	struct log_follow *log_follow;
	char got[4096], why[512];
	const char *until; /* ends when this has come; NULL: at the end */
	int ends;
};

static int set_up(void **state)
{
	static struct test test;

	test = (struct test){ .until = NULL };
	uv_loop_init(&test.loop);
	*state = &test;
	return 0;
}

/* Every child was reaped. */
static int tear_down(void **state)
{
	struct test *test = *state;

	log_place_fini(&test->place);
	uv_run(&test->loop, UV_RUN_DEFAULT);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	assert_int_equal(errno, ECHILD);
	return uv_loop_close(&test->loop);
}

static void end(struct test *test)
{
	log_follow_free(test->log_follow);
	test->log_follow = NULL;
}

static void take(void *data, const char *bytes, size_t length)
{
	struct test *test = data;

	text_add(test->got, sizeof(test->got), "%.*s", (int)length, bytes);
	if (test->until && strstr(test->got, test->until))
		uv_stop(&test->loop);
}

static void ended(void *data, const char *why)
{
	struct test *test = data;

	test->ends++;
	snprintf(test->why, sizeof(test->why), "%s", why);
	end(test);
	uv_stop(&test->loop);
}

static void follow(struct test *test, bool follows)
{
	const struct log_reader reader = { take, ended, test };

	test->log_follow = log_follow_new(&test->loop, &test->place, follows, &reader);
	assert_string_equal(test->got, "");
	uv_run(&test->loop, UV_RUN_DEFAULT);
}

static void set_script(struct test *test, const char *script)
{
	strings_add(&test->place.argv, "sh");
	strings_add(&test->place.argv, "-c");
	strings_add(&test->place.argv, script);
}

static void what_a_command_says_on_both_outputs_comes_in_order(void **state)
{
	struct test *test = *state;

	set_script(test, "echo a; echo b >&2; echo c; echo d >&2");
	follow(test, false);
	assert_string_equal(test->got, "a\nb\nc\nd\n");
	assert_string_equal(test->why, "");
	assert_int_equal(test->ends, 1);
}

static void a_command_that_fails_says_so(void **state)
{
	struct test *test = *state;

	set_script(test, "echo no permission >&2; exit 3");
	follow(test, false);
	assert_string_equal(test->got, "no permission\n");
	assert_string_equal(test->why, "sh ended with status 3");
}

static void a_command_that_is_not_there_says_so(void **state)
{
	struct test *test = *state;

	strings_add(&test->place.argv, "/nonexistent/journalctl");
	follow(test, false);
	assert_string_equal(test->why, "cannot run /nonexistent/journalctl: No such file or directory");
}

static void a_command_that_goes_on_is_told_to_and_ends_with_the_page(void **state)
{
	struct test *test = *state;
	char folder[] = "/tmp/tsllm-test-XXXXXX", program[64];
	pid_t child = 0;
	FILE *file;

	assert_non_null(mkdtemp(folder));
	snprintf(program, sizeof(program), "%s/journalctl", folder);
	file = fopen(program, "w");
	fputs("#!/bin/sh\necho \"$$ $*\"\nexec sleep 1000\n", file);
	fclose(file);
	assert_int_equal(chmod(program, 0700), 0);
	strings_add(&test->place.argv, program);
	strings_add(&test->place.argv, "--no-pager");
	strings_add(&test->place.argv, "--unit=a");
	test->until = "\n";
	follow(test, true);
	assert_int_equal(sscanf(test->got, "%d", &child), 1);
	assert_non_null(strstr(test->got, " --no-pager --follow --unit=a\n"));
	assert_int_equal(kill(child, 0), 0);
	end(test);
	uv_run(&test->loop, UV_RUN_DEFAULT);
	assert_int_equal(kill(child, 0), -1);
	assert_int_equal(test->ends, 0);
	unlink(program);
	rmdir(folder);
}

static void the_id_of_a_container_is_asked_for_first(void **state)
{
	struct test *test = *state;

	set_script(test, "echo \"logs of $0\"");
	strings_add(&test->place.ask, "echo");
	strings_add(&test->place.ask, "0123456789ab\nfedcba987654");
	follow(test, false);
	assert_string_equal(test->got, "logs of 0123456789ab\n");
}

static void a_port_without_a_container_is_said(void **state)
{
	struct test *test = *state;

	set_script(test, "echo wrong");
	strings_add(&test->place.ask, "true");
	follow(test, false);
	assert_string_equal(test->got, "");
	assert_string_equal(test->why, "it is not known which container has that port");
}

static void a_file_is_read_and_followed(void **state)
{
	struct test *test = *state;
	char path[] = "/tmp/tsllm-test-XXXXXX";
	int fd = mkstemp(path);

	assert_int_equal(write(fd, "a\n", 2), 2);
	snprintf(test->place.path, sizeof(test->place.path), "%s", path);
	follow(test, false);
	assert_string_equal(test->got, "a\n");
	assert_int_equal(test->ends, 1);
	test->got[0] = '\0';
	test->until = "a\n";
	follow(test, true);
	assert_int_equal(write(fd, "b\n", 2), 2);
	test->until = "b\n";
	uv_run(&test->loop, UV_RUN_DEFAULT);
	assert_string_equal(test->got, "a\nb\n");
	end(test);
	close(fd);
	unlink(path);
	test->got[0] = '\0';
	follow(test, true);
	assert_true(text_has_prefix(test->why, "cannot read /tmp/tsllm-test-"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_a_command_says_on_both_outputs_comes_in_order),
		TEST(a_command_that_fails_says_so),
		TEST(a_command_that_is_not_there_says_so),
		TEST(a_command_that_goes_on_is_told_to_and_ends_with_the_page),
		TEST(the_id_of_a_container_is_asked_for_first),
		TEST(a_port_without_a_container_is_said),
		TEST(a_file_is_read_and_followed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
