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
	assert_int_equal(chmod(path, 0660), 0); /* it was private, and stays so */
	assert_int_equal(replace_by(path, "third", &fault), 0);
	assert_int_equal(stat(path, &entry), 0);
	assert_int_equal(entry.st_mode & 07777, 0640);
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

static void assert_is_link(void)
{
	struct stat entry;

	assert_int_equal(lstat(link_path, &entry), 0);
	assert_true(S_ISLNK(entry.st_mode));
}

static void a_link_stays_and_its_file_is_replaced(void **state)
{
	struct fault fault;

	(void)state;
	assert_int_equal(replace_by(path, "old", &fault), 0);
	assert_int_equal(symlink(path, link_path), 0);
	assert_int_equal(replace_by(link_path, "new", &fault), 0);
	assert_holds("new");
	assert_is_link();
}

static void a_link_to_a_file_that_is_missing_stays_and_the_file_is_created(void **state)
{
	static const char *const targets[] = { "metrics.prom", "./second", path };
	char second[80];
	struct fault fault;

	(void)state;
	snprintf(second, sizeof(second), "%s/second", directory);
	assert_int_equal(symlink("metrics.prom", second), 0);
	for (size_t i = 0; i < sizeof(targets) / sizeof(targets[0]); i++) {
		unlink(path);
		unlink(link_path);
		assert_int_equal(symlink(targets[i], link_path), 0);
		assert_int_equal(replace_by(link_path, "new", &fault), 0);
		assert_holds("new");
		assert_is_link();
	}
	unlink(second);
}

static void a_link_that_leads_nowhere_is_refused(void **state)
{
	struct fault fault = { "" };

	(void)state;
	assert_int_equal(symlink("missing/file", link_path), 0);
	assert_int_equal(replace_by(link_path, "new", &fault), -1);
	assert_non_null(strstr(fault.text, "/missing/file': No such file or directory"));
	assert_is_link();
	unlink(link_path);
	assert_int_equal(symlink("link", link_path), 0);
	assert_int_equal(replace_by(link_path, "new", &fault), -1);
	assert_non_null(strstr(fault.text, "/link': Too many levels of symbolic links"));
	assert_is_link();
}

/* Another user's, where everybody may write: the system refuses to follow it. */
static void a_link_that_somebody_planted_is_refused(void **state)
{
	char is_protected[4] = "";
	FILE *file = fopen("/proc/sys/fs/protected_symlinks", "r");
	struct fault fault = { "" };

	(void)state;
	if (file) {
		assert_non_null(fgets(is_protected, sizeof(is_protected), file));
		fclose(file);
	}
	if (geteuid() != 0 || is_protected[0] != '1')
		skip();
	assert_int_equal(replace_by(path, "old", &fault), 0);
	for (int is_dangling = 0; is_dangling < 2; is_dangling++) {
		assert_int_equal(symlink(is_dangling ? "missing" : path, link_path), 0);
		assert_int_equal(lchown(link_path, 65534, 65534), 0);
		assert_int_equal(chmod(directory, 01777), 0);
		assert_int_equal(replace_by(link_path, "new", &fault), -1);
		assert_non_null(strstr(fault.text, "/link': Permission denied"));
		assert_is_link();
		assert_holds("old");
		unlink(link_path);
	}
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
			a_link_to_a_file_that_is_missing_stays_and_the_file_is_created, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_link_that_leads_nowhere_is_refused, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_link_that_somebody_planted_is_refused, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_missing_directory_a_directory_and_a_device_are_refused, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
