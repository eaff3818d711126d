/* A file that is written whole: the old one stays until the new one is complete. */
#include "probes/base/file_replace.h"

#include "probes/base/fault.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>
#include <signal.h>
#include <cmocka.h>

static char directory[] = "/tmp/tsllm-test-XXXXXX", path[64], link_path[64];

static int set_up(void **state)
{
	(void)state;
	snprintf(directory, sizeof(directory), "/tmp/tsllm-test-XXXXXX");
	assert_non_null(mkdtemp(directory));
	snprintf(path, sizeof(path), "%s/metrics.prom", directory);
	snprintf(link_path, sizeof(link_path), "%s/link", directory);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	unlink(path);
	unlink(link_path);
	return rmdir(directory);
}

static int replace_by(const char *where, const char *text, struct fault *fault)
{
	struct file_replace replace;

	if (file_replace_begin(&replace, where, 0644, fault) < 0)
		return -1;
	fputs(text, replace.file);
	return file_replace_end(&replace, false, fault);
}

static void assert_holds(const char *text)
{
	char got[64] = "";
	FILE *file = fopen(path, "r");

	assert_non_null(file);
	assert_non_null(fgets(got, sizeof(got), file));
	fclose(file);
	assert_string_equal(got, text);
}

static void the_new_content_takes_the_place_of_the_old(void **state)
{
	struct stat entry;
	struct fault fault;

	(void)state;
	umask(022);
	assert_int_equal(replace_by(path, "old", &fault), 0);
	assert_int_equal(replace_by(path, "new", &fault), 0);
	assert_holds("new");
	assert_int_equal(stat(path, &entry), 0);
	assert_int_equal(entry.st_mode & 07777, 0644);
}

static void what_is_dropped_leaves_the_old_file(void **state)
{
	struct file_replace replace;
	struct fault fault;

	(void)state;
	assert_int_equal(replace_by(path, "old", &fault), 0);
	assert_int_equal(file_replace_begin(&replace, path, 0644, &fault), 0);
	fputs("half", replace.file);
	file_replace_drop(&replace);
	assert_holds("old");
}

/* A limit on the size of files fails as a full disk does. */
static void a_full_disk_leaves_the_old_file(void **state)
{
	struct rlimit limit, small;
	struct fault fault = { "" };

	(void)state;
	assert_int_equal(replace_by(path, "old", &fault), 0);
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
	small = (struct rlimit){ 2, limit.rlim_max };
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	assert_int_equal(replace_by(path, "longer", &fault), -1);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
	assert_non_null(strstr(fault.text, "File too large"));
	assert_holds("old");
}

static void a_link_stays_and_its_file_is_replaced(void **state)
{
	struct stat entry;
	struct fault fault;

	(void)state;
	assert_int_equal(replace_by(path, "old", &fault), 0);
	assert_int_equal(symlink(path, link_path), 0);
	assert_int_equal(replace_by(link_path, "new", &fault), 0);
	assert_holds("new");
	assert_int_equal(lstat(link_path, &entry), 0);
	assert_true(S_ISLNK(entry.st_mode));
}

static void a_missing_directory_a_directory_and_a_device_are_refused(void **state)
{
	static const struct {
		const char *path, *why;
	} cases[] = {
		{ "/nowhere/metrics.prom", "No such file or directory" },
		{ "/tmp", "Is a directory" },
		{ "/dev/null", "no regular file" },
		{ "", "no path" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct fault fault = { "" };

		assert_int_equal(replace_by(cases[i].path, "x", &fault), -1);
		assert_non_null(strstr(fault.text, cases[i].why));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			the_new_content_takes_the_place_of_the_old, set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_is_dropped_leaves_the_old_file, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_full_disk_leaves_the_old_file, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_link_stays_and_its_file_is_replaced, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_missing_directory_a_directory_and_a_device_are_refused, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
