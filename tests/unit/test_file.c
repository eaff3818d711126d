/* A small file is read whole, and nothing else that a name may lead to hangs or fills the memory. */
#include "probes/base/file.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#include <cmocka.h>

#include "probes/base/fault.h"
#include "probes/base/log.h"

#define MOST 100

static char folder[32], path[64];

static int make_folder(void **state)
{
	(void)state;
	strcpy(folder, "/tmp/tsllm-test-XXXXXX");
	snprintf(path, sizeof(path), "%s/file", mkdtemp(folder));
	return 0;
}

static int remove_folder(void **state)
{
	(void)state;
	unlink(path);
	return rmdir(folder);
}

static void write_bytes(size_t count)
{
	FILE *file = fopen(path, "w");

	for (size_t i = 0; i < count; i++)
		putc('a' + (int)(i % 26), file);
	fclose(file);
}

static void refused(const char *name, int error, const char *reason)
{
	struct fault why = { "" };
	size_t length;

	errno = 0;
	assert_null(file_read(name, MOST, FILE_NO_PIPE, &length, &why));
	assert_int_equal(errno, error);
	assert_string_equal(why.text, reason);
}

static void a_regular_file_is_read_whole_up_to_its_most(void **state)
{
	static const size_t sizes[] = { 0, 1, MOST - 1, MOST };
	size_t length;

	(void)state;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		char *text;

		write_bytes(sizes[i]);
		text = file_read(path, MOST, FILE_NO_PIPE, &length, NULL);
		assert_non_null(text);
		assert_int_equal(length, sizes[i]);
		assert_int_equal(strlen(text), sizes[i]);
		free(text);
	}
	write_bytes(MOST + 1);
	refused(path, EFBIG, "larger than 100 B");
}

static void a_file_that_tells_no_size_is_read_whole(void **state)
{
	size_t length;
	char *text = file_read("/proc/self/stat", 4096, FILE_NO_PIPE, &length, NULL);

	(void)state;
	if (!text)
		skip();
	assert_true(length > 10);
	free(text);
	refused("/proc/self/smaps", EFBIG, "larger than 100 B");
}

static void what_is_not_there_or_a_folder_says_so(void **state)
{
	(void)state;
	unlink(path);
	refused(path, ENOENT, "No such file or directory");
	refused("/dev/null/x", ENOTDIR, "Not a directory");
	refused(folder, EISDIR, "Is a directory");
}

static void a_pipe_without_a_writer_holds_nothing_up(void **state)
{
	struct fault why = { "" };
	size_t length;

	(void)state;
	unlink(path);
	assert_int_equal(mkfifo(path, 0600), 0);
	refused(path, EINVAL, "not a regular file");
	assert_null(file_read(path, MOST, 1, &length, &why));
	assert_string_equal(why.text, "a pipe that nobody writes to");
	unlink(path);
}

static void a_pipe_is_read_where_it_may_be_one(void **state)
{
	char name[32], *text;
	int ends[2];
	size_t length;

	(void)state;
	assert_int_equal(pipe(ends), 0);
	snprintf(name, sizeof(name), "/dev/fd/%d", ends[0]);
	assert_int_equal(write(ends[1], "ab", 2), 2);
	refused(name, EINVAL, "not a regular file");
	close(ends[1]);
	text = file_read(name, MOST, FILE_PIPE_MS, &length, NULL);
	close(ends[0]);
	assert_non_null(text);
	assert_string_equal(text, "ab");
	free(text);
}

static void devices_and_sockets_are_read_only_where_they_end(void **state)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	size_t length;
	char *text;

	(void)state;
	refused("/dev/zero", EFBIG, "larger than 100 B");
	text = file_read("/dev/null", MOST, FILE_NO_PIPE, &length, NULL);
	assert_non_null(text);
	assert_int_equal(length, 0);
	free(text);
	unlink(path);
	snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	assert_int_equal(bind(fd, (const struct sockaddr *)&address, sizeof(address)), 0);
	refused(path, ENXIO, "No such device or address");
	close(fd);
}

static void a_log_to_a_pipe_without_a_reader_is_refused(void **state)
{
	struct fault fault = { "" };

	(void)state;
	unlink(path);
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_int_equal(log_open(path, &fault), -1);
	assert_non_null(strstr(fault.text, "cannot write the log"));
	unlink(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_regular_file_is_read_whole_up_to_its_most),
		cmocka_unit_test(a_file_that_tells_no_size_is_read_whole),
		cmocka_unit_test(what_is_not_there_or_a_folder_says_so),
		cmocka_unit_test(a_pipe_without_a_writer_holds_nothing_up),
		cmocka_unit_test(a_pipe_is_read_where_it_may_be_one),
		cmocka_unit_test(devices_and_sockets_are_read_only_where_they_end),
		cmocka_unit_test(a_log_to_a_pipe_without_a_reader_is_refused),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
