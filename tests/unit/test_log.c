/* The log: who may read it, and what it may be. */
#include "probes/base/fault.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#include <cmocka.h>

#include "probes/base/log.h"
#include "probes/base/mem.h"

static char directory[64], path[96];
static struct fault fault;

static int begin(void **state)
{
	(void)state;
	umask(022);
	fault.text[0] = '\0';
	snprintf(directory, sizeof(directory), "/tmp/tsllm-log-XXXXXX");
	if (!mkdtemp(directory))
		return -1;
	snprintf(path, sizeof(path), "%s/it's a log", directory);
	return 0;
}

static int end(void **state)
{
	(void)state;
	log_close();
	remove(path);
	return rmdir(directory);
}

static void put(const char *name, mode_t mode)
{
	int fd = open(name, O_WRONLY | O_CREAT | O_EXCL, 0600);

	assert_true(fd >= 0);
	assert_int_equal(fchmod(fd, mode), 0);
	close(fd);
}

static off_t size_of(const char *name)
{
	struct stat entry;

	assert_int_equal(stat(name, &entry), 0);
	return entry.st_size;
}

static void assert_refused(const char *name, const char *why)
{
	assert_int_equal(log_open(name, &fault), -1);
	if (!strstr(fault.text, why))
		fail_msg("%s, not: %s", fault.text, why);
	log_line("nothing");
}

static void a_new_log_is_for_its_owner_alone(void **state)
{
	struct stat entry;

	(void)state;
	umask(0);
	assert_int_equal(log_open(path, &fault), 0);
	log_line("a line");
	assert_int_equal(stat(path, &entry), 0);
	assert_int_equal(entry.st_mode & 07777, 0600);
	assert_true(entry.st_size > 10);
}

static void a_private_log_is_appended_to(void **state)
{
	off_t before;

	(void)state;
	assert_int_equal(log_open(path, &fault), 0);
	log_line("a line");
	log_close();
	before = size_of(path);
	assert_int_equal(log_open(path, &fault), 0);
	log_line("a line");
	assert_int_equal(size_of(path), 2 * before);
}

static void a_log_that_others_may_read_is_refused_with_the_line_that_fixes_it(void **state)
{
	static const mode_t modes[] = { 0644, 0640, 0604, 0620, 0666 };
	char told[64], run[200];

	(void)state;
	put(path, 0600);
	snprintf(run, sizeof(run), "run: chmod 600 '%s/it'\\''s a log'", directory);
	for (size_t i = 0; i < ARRAY_LEN(modes); i++) {
		chmod(path, modes[i]);
		snprintf(told, sizeof(told), "others may read or change the log (mode %04o)",
			(unsigned)modes[i]);
		assert_refused(path, told);
		assert_refused(path, run);
	}
	assert_int_equal(size_of(path), 0);
	assert_int_equal(system(strstr(fault.text, "chmod")), 0); /* it works as it is printed */
	assert_int_equal(log_open(path, &fault), 0);
}

static void half_a_command_is_not_told(void **state)
{
	char deep[300];

	(void)state;
	snprintf(deep, sizeof(deep), "%s/%0150d", directory, 7);
	put(deep, 0644);
	assert_refused(deep, "(mode 0644), which needs chmod 600");
	assert_null(strstr(fault.text, "run:"));
	unlink(deep);
}

static void a_link_is_not_followed(void **state)
{
	char precious[128];

	(void)state;
	snprintf(precious, sizeof(precious), "%s/precious", directory);
	put(precious, 0600);
	assert_int_equal(symlink(precious, path), 0);
	assert_refused(path, "it is a symbolic link");
	assert_int_equal(size_of(precious), 0);
	unlink(precious);
	assert_refused(path, "it is a symbolic link"); /* and makes nothing */
	assert_int_equal(access(precious, F_OK), -1);
}

static void a_pipe_takes_the_log_if_somebody_reads_it(void **state)
{
	char read_back[64];
	int reader;

	(void)state;
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_refused(path, "nobody reads from it");
	reader = open(path, O_RDONLY | O_NONBLOCK);
	assert_int_equal(log_open(path, &fault), 0);
	log_line("a line");
	assert_true(read(reader, read_back, sizeof(read_back)) > 7);
	log_close();
	chmod(path, 0622);
	assert_refused(path, "others may read or change the log");
	close(reader);
}

static void a_directory_and_a_socket_are_no_log(void **state)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	(void)state;
	assert_refused(directory, "cannot write the log '/tmp/");
	snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_refused(path, "cannot write the log '/tmp/");
	close(fd);
}

/* A file that the user's shell opened is as the user wants it. */
static void an_open_descriptor_and_a_device_are_taken(void **state)
{
	char name[32];
	int fd;

	(void)state;
	put(path, 0644);
	fd = open(path, O_WRONLY | O_APPEND);
	snprintf(name, sizeof(name), "/dev/fd/%d", fd);
	assert_int_equal(log_open(name, &fault), 0);
	log_line("a line");
	log_close();
	assert_true(size_of(path) > 7);
	assert_true(fcntl(fd, F_GETFD) >= 0); /* closing the log closes a copy */
	close(fd);
	assert_int_equal(log_open("/dev/null", &fault), 0);
	log_close();
	assert_int_equal(log_open("/dev/stderr", &fault), 0);
	log_close();
	assert_refused("/dev/fd/999", "cannot write the log '/dev/fd/999'");
}

static void a_log_of_another_user_is_refused(void **state)
{
	(void)state;
	if (geteuid() != 0)
		skip(); /* only root can give a file away */
	put(path, 0600);
	assert_int_equal(chown(path, 65534, 65534), 0);
	assert_refused(path, "the log belongs to '");
}

#define SAYS(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		SAYS(a_new_log_is_for_its_owner_alone),
		SAYS(a_private_log_is_appended_to),
		SAYS(a_log_that_others_may_read_is_refused_with_the_line_that_fixes_it),
		SAYS(half_a_command_is_not_told),
		SAYS(a_link_is_not_followed),
		SAYS(a_pipe_takes_the_log_if_somebody_reads_it),
		SAYS(a_directory_and_a_socket_are_no_log),
		SAYS(an_open_descriptor_and_a_device_are_taken),
		SAYS(a_log_of_another_user_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
