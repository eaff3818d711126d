/* What is kept of a user's choices: written whole, read strictly, and only as far as it still fits. */
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

#include "probes/base/fault.h"
#include "tests/unit/sample_snapshot.h"
#include "tui/kept_theme.h"
#include "tui/ui/kept.h"
#include "tui/ui/ui.h"

static char folder[64], path[128];

static int make_folder(void **state)
{
	(void)state;
	snprintf(folder, sizeof(folder), "/tmp/tsllm-kept-XXXXXX");
	assert_non_null(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/sub/screen", folder);
	return 0;
}

static int remove_folder(void **state)
{
	char sub[96];

	(void)state;
	unlink(path);
	snprintf(sub, sizeof(sub), "%s/sub", folder);
	rmdir(sub);
	return rmdir(folder);
}

static void write_file(const char *text)
{
	struct kept *kept;
	struct fault fault;
	FILE *file;

	kept = kept_new(path, &fault);
	kept_set(kept, "theme", "x");
	kept_save(kept, &fault); /* makes the folder */
	kept_free(kept);
	file = fopen(path, "w");
	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

static void what_is_set_is_there_in_the_next_run(void **state)
{
	struct fault fault = { "" };
	struct kept *kept = kept_new(path, &fault);
	struct stat entry;

	(void)state;
	assert_string_equal(fault.text, "");
	assert_string_equal(kept_get(kept, "theme"), "");
	kept_set(kept, "theme", "nord");
	kept_set(kept, "sort", "Fleet:peer:rising");
	kept_set(kept, "theme", "light");
	assert_int_equal(kept_save(kept, &fault), 0);
	kept_free(kept);
	assert_int_equal(stat(path, &entry), 0);
	assert_int_equal(entry.st_mode & 0777, 0600);
	kept = kept_new(path, &fault);
	assert_string_equal(kept_get(kept, "theme"), "light");
	assert_string_equal(kept_get(kept, "sort"), "Fleet:peer:rising");
	kept_set(kept, "sort", "");
	kept_save(kept, &fault);
	kept_free(kept);
	kept = kept_new(path, &fault);
	assert_string_equal(kept_get(kept, "sort"), "");
	kept_free(kept);
}

static void nothing_is_written_if_nothing_changed(void **state)
{
	struct fault fault = { "" };
	struct kept *kept;

	(void)state;
	write_file("theme = nord\nof a later version = 7\nno line\n");
	kept = kept_new(path, &fault);
	unlink(path);
	kept_set(kept, "theme", "nord");
	assert_int_equal(kept_save(kept, &fault), 0);
	assert_int_equal(access(path, F_OK), -1);
	kept_set(kept, "theme", "gruvbox");
	assert_int_equal(kept_save(kept, &fault), 0);
	kept_free(kept);
	kept = kept_new(path, &fault);
	assert_string_equal(kept_get(kept, "of a later version"), "7");
	assert_string_equal(kept_get(kept, "no line"), "");
	kept_free(kept);
}

static void what_cannot_be_trusted_or_shown_is_not_taken(void **state)
{
	struct fault fault = { "" };
	struct kept *kept;
	char text[4096] = "theme = \x1b[2J\nsort = \xe2\x80\xae\n";

	(void)state;
	for (int i = 0; i < 200; i++)
		strcat(text, "abcdefgh");
	strcat(text, " = long\nlast = one\n");
	write_file(text);
	kept = kept_new(path, &fault);
	assert_string_equal(fault.text, "");
	assert_string_equal(kept_get(kept, "theme"), "");
	assert_string_equal(kept_get(kept, "sort"), "");
	assert_string_equal(kept_get(kept, "last"), "one");
	kept_free(kept);
	chmod(path, 0666);
	kept = kept_new(path, &fault);
	assert_non_null(strstr(fault.text, "the file of kept choices"));
	assert_string_equal(kept_get(kept, "last"), "");
	kept_set(kept, "last", "two");
	assert_int_equal(kept_save(kept, &fault), 0);
	kept_free(kept);
	chmod(path, 0600);
	kept = kept_new(path, &fault);
	assert_string_equal(kept_get(kept, "last"), "one");
	kept_free(kept);
}

static void a_file_that_cannot_be_written_is_said_once(void **state)
{
	struct fault fault = { "" };
	struct kept *kept = kept_new("/dev/null/screen", &fault);

	(void)state;
	kept_set(kept, "theme", "nord");
	assert_int_equal(kept_save(kept, &fault), -1);
	assert_non_null(strstr(fault.text, "cannot create the directory '/dev/null': Not a directory"));
	assert_int_equal(kept_save(kept, &fault), 0);
	kept_free(kept);
	kept = kept_new("", &fault);
	kept_set(kept, "theme", "nord");
	assert_int_equal(kept_save(kept, &fault), 0);
	kept_free(kept);
}

static void the_order_of_each_view_is_kept(void **state)
{
	struct fault fault;
	struct kept *kept = kept_new("", &fault);
	struct snapshot *snapshot = sample_fleet();
	struct ui *ui = ui_new();

	(void)state;
	ui_keep(ui, kept);
	assert_string_equal(kept_get(kept, "sort"), "");
	ui_key(ui, snapshot, '>');
	ui_key(ui, snapshot, '2');
	ui_key(ui, snapshot, 'I');
	ui_keep(ui, kept);
	assert_string_equal(kept_get(kept, "sort"), "Fleet:peer:rising Paths:state:rising");
	ui_free(ui);
	ui = ui_new();
	ui_take_kept(ui, kept);
	kept_set(kept, "sort", "");
	ui_keep(ui, kept);
	assert_string_equal(kept_get(kept, "sort"), "Fleet:peer:rising Paths:state:rising");
	ui_free(ui);
	kept_free(kept);
	snapshot_free(snapshot);
}

static void an_order_that_is_no_more_is_ignored(void **state)
{
	static const char *const texts[] = { "Fleet:gone:rising", "Nothing:peer:rising", "Fleet", ":::",
		"Fleet:peer",		"Fleet::", "a:b:c:d:e", "Fleet:peer:rising Fleet:gone:falling" };
	struct fault fault;

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		struct kept *kept = kept_new("", &fault);
		struct ui *ui = ui_new();

		kept_set(kept, "sort", texts[i]);
		ui_take_kept(ui, kept);
		ui_keep(ui, kept);
		assert_string_equal(kept_get(kept, "sort"), i == 7 ? "Fleet:peer:rising" : "");
		ui_free(ui);
		kept_free(kept);
	}
}

static void a_kept_theme_counts_until_another_one_is_configured(void **state)
{
	struct fault fault;
	struct kept *kept = kept_new("", &fault);

	(void)state;
	assert_string_equal(kept_theme_get(kept, "default"), "default");
	kept_theme_set(kept, "default", "nord");
	assert_string_equal(kept_theme_get(kept, "default"), "nord");
	assert_string_equal(kept_theme_get(kept, "light"), "light");
	kept_theme_set(kept, "default", "default");
	assert_string_equal(kept_get(kept, "theme"), "");
	assert_string_equal(kept_get(kept, "theme-instead-of"), "");
	kept_free(kept);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			what_is_set_is_there_in_the_next_run, make_folder, remove_folder),
		cmocka_unit_test_setup_teardown(
			nothing_is_written_if_nothing_changed, make_folder, remove_folder),
		cmocka_unit_test_setup_teardown(
			what_cannot_be_trusted_or_shown_is_not_taken, make_folder, remove_folder),
		cmocka_unit_test(a_file_that_cannot_be_written_is_said_once),
		cmocka_unit_test(the_order_of_each_view_is_kept),
		cmocka_unit_test(an_order_that_is_no_more_is_ignored),
		cmocka_unit_test(a_kept_theme_counts_until_another_one_is_configured),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
