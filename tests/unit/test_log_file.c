/* A log file: its last lines, what is added, and what logrotate does to it. */
#include "probes/io/log_file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>

struct test {
	char folder[32], path[48], old[48];
	char got[4 * 1024 * 1024];
	size_t length;
};

static int set_up(void **state)
{
	static struct test test;

	test = (struct test){ .folder = "/tmp/tsllm-test-XXXXXX" };
	assert_non_null(mkdtemp(test.folder));
	snprintf(test.path, sizeof(test.path), "%s/log", test.folder);
	snprintf(test.old, sizeof(test.old), "%s/log.1", test.folder);
	*state = &test;
	return 0;
}

static int tear_down(void **state)
{
	struct test *test = *state;

	unlink(test->path);
	unlink(test->old);
	return rmdir(test->folder);
}

static void write_to(const struct test *test, int flags, const char *text, size_t length)
{
	int fd = open(test->path, O_WRONLY | O_CREAT | flags, 0600);

	assert_int_equal(write(fd, text, length), length);
	close(fd);
}

static void take(void *data, const char *bytes, size_t length)
{
	struct test *test = data;

	assert_true(test->length + length < sizeof(test->got));
	memcpy(test->got + test->length, bytes, length);
	test->length += length;
	test->got[test->length] = '\0';
}

static const char *next(struct test *test, struct log_file *log_file)
{
	test->length = 0;
	test->got[0] = '\0';
	log_file_read(log_file, take, test);
	return test->got;
}

static void the_last_lines_come_first(void **state)
{
	static const struct {
		const char *text, *last;
	} files[] = {
		{ "", "" },
		{ "a", "a" },
		{ "a\n", "a\n" },
		{ "a\nb\n", "a\nb\n" },
		{ "a\nb\nc\n", "b\nc\n" },
		{ "a\nb\nc", "b\nc" },
		{ "\n\n\n\n", "\n\n" },
	};
	struct test *test = *state;

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		struct log_file *log_file;

		write_to(test, O_TRUNC, files[i].text, strlen(files[i].text));
		log_file = log_file_open(test->path, 2);
		assert_string_equal(next(test, log_file), files[i].last);
		assert_string_equal(next(test, log_file), "");
		log_file_free(log_file);
	}
}

static void what_is_added_comes_once(void **state)
{
	struct test *test = *state;
	struct log_file *log_file;

	write_to(test, 0, "a\n", 2);
	log_file = log_file_open(test->path, 10);
	assert_string_equal(next(test, log_file), "a\n");
	write_to(test, O_APPEND, "b", 1);
	assert_string_equal(next(test, log_file), "b");
	write_to(test, O_APPEND, "c\n", 2);
	assert_string_equal(next(test, log_file), "c\n");
	log_file_free(log_file);
}

/* Renamed, with a last line in the old file after the last look. */
static void a_file_that_was_rotated_is_read_to_its_end(void **state)
{
	struct test *test = *state;
	struct log_file *log_file;

	write_to(test, 0, "a\n", 2);
	log_file = log_file_open(test->path, 10);
	assert_string_equal(next(test, log_file), "a\n");
	write_to(test, O_APPEND, "b\n", 2);
	assert_int_equal(rename(test->path, test->old), 0);
	assert_string_equal(next(test, log_file), "b\n");
	write_to(test, 0, "c\n", 2);
	assert_string_equal(next(test, log_file), "c\n");
	log_file_free(log_file);
}

static void a_file_that_was_emptied_is_read_from_its_beginning(void **state)
{
	struct test *test = *state;
	struct log_file *log_file;

	write_to(test, 0, "a long line\n", 12);
	log_file = log_file_open(test->path, 10);
	assert_string_equal(next(test, log_file), "a long line\n");
	write_to(test, O_TRUNC, "b\n", 2);
	assert_string_equal(next(test, log_file), "b\n");
	log_file_free(log_file);
}

static void too_much_at_one_time_is_left_out_and_said(void **state)
{
	static char much[3 * 1024 * 1024];
	struct test *test = *state;
	struct log_file *log_file;

	write_to(test, 0, "a\n", 2);
	log_file = log_file_open(test->path, 10);
	assert_string_equal(next(test, log_file), "a\n");
	memset(much, 'x', sizeof(much));
	memcpy(much + sizeof(much) - 4, "\nb\nc", 4);
	write_to(test, O_APPEND, much, sizeof(much));
	assert_string_equal(next(test, log_file), "[2883584 bytes left out]\nb\nc");
	assert_string_equal(next(test, log_file), "");
	log_file_free(log_file);
}

/* What is left of a line could be the end of a key, which nobody would know. */
static void a_line_whose_beginning_is_too_far_back_is_left_out(void **state)
{
	static char much[1024 * 1024];
	struct test *test = *state;
	struct log_file *log_file;

	memset(much, 'x', sizeof(much));
	write_to(test, 0, much, sizeof(much));
	log_file = log_file_open(test->path, 10);
	assert_string_equal(next(test, log_file), "[786432 bytes left out]\n");
	assert_string_equal(next(test, log_file), "");
	write_to(test, O_APPEND, "y\nb", 3);
	assert_string_equal(next(test, log_file), "b");
	write_to(test, O_APPEND, "\n", 1);
	assert_string_equal(next(test, log_file), "\n");
	log_file_free(log_file);
	much[sizeof(much) - 8] = '\n';
	write_to(test, O_TRUNC, much, sizeof(much));
	log_file = log_file_open(test->path, 10);
	assert_string_equal(next(test, log_file), "[786432 bytes left out]\nxxxxxxx");
	log_file_free(log_file);
}

static void a_line_that_was_not_finished_is_not_joined_with_another_file(void **state)
{
	struct test *test = *state;
	struct log_file *log_file;

	write_to(test, 0, "a\nhalf", 6);
	log_file = log_file_open(test->path, 10);
	assert_string_equal(next(test, log_file), "a\nhalf");
	write_to(test, O_TRUNC, "b", 1);
	assert_string_equal(next(test, log_file), "\nb");
	assert_int_equal(rename(test->path, test->old), 0);
	write_to(test, 0, "c\n", 2);
	assert_string_equal(next(test, log_file), "\nc\n");
	write_to(test, O_TRUNC, "", 0);
	assert_string_equal(next(test, log_file), "");
	log_file_free(log_file);
}

/* The owner of a log puts a link to a file of root there. */
static void the_new_file_has_the_owner_of_the_old_one(void **state)
{
	struct test *test = *state;
	struct log_file *log_file;

	if (geteuid())
		skip(); /* only root can make a file of another */
	write_to(test, 0, "a\n", 2);
	assert_int_equal(chown(test->path, 65534, 65534), 0);
	log_file = log_file_open(test->path, 10);
	assert_string_equal(next(test, log_file), "a\n");
	assert_int_equal(rename(test->path, test->old), 0);
	assert_int_equal(symlink("/etc/passwd", test->path), 0);
	assert_string_equal(next(test, log_file), "");
	assert_int_equal(unlink(test->path), 0);
	write_to(test, 0, "root's\n", 7);
	assert_string_equal(next(test, log_file), "");
	assert_int_equal(chown(test->path, 65534, 65534), 0);
	assert_string_equal(next(test, log_file), "root's\n");
	log_file_free(log_file);
}

static void what_is_no_file_is_not_opened(void **state)
{
	struct test *test = *state;

	assert_null(log_file_open(test->path, 10));
	assert_int_equal(errno, ENOENT);
	assert_null(log_file_open(test->folder, 10));
	assert_int_equal(errno, EINVAL);
	assert_int_equal(mkfifo(test->path, 0600), 0);
	assert_null(log_file_open(test->path, 10));
	assert_null(log_file_open("/dev/zero", 10));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_last_lines_come_first),
		TEST(what_is_added_comes_once),
		TEST(a_file_that_was_rotated_is_read_to_its_end),
		TEST(a_file_that_was_emptied_is_read_from_its_beginning),
		TEST(too_much_at_one_time_is_left_out_and_said),
		TEST(a_line_whose_beginning_is_too_far_back_is_left_out),
		TEST(a_line_that_was_not_finished_is_not_joined_with_another_file),
		TEST(the_new_file_has_the_owner_of_the_old_one),
		TEST(what_is_no_file_is_not_opened),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
