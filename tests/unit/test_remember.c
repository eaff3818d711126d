/* The file of found endpoints: what is read of it, and how it is written. */
#include "probes/endpoints/state_file.h"

#include "probes/base/fault.h"
#include "probes/base/mem.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

static char directory[64], path[128];
static struct remembered remembered;

static int begin(void **state)
{
	(void)state;
	snprintf(directory, sizeof(directory), "/tmp/tsllm-remember-XXXXXX");
	if (!mkdtemp(directory))
		return -1;
	snprintf(path, sizeof(path), "%s/state/tsllm-top/endpoints", directory);
	return 0;
}

static int end(void **state)
{
	static const char *const left[] = { "state/tsllm-top/endpoints", "state/tsllm-top", "state" };
	char name[128];

	(void)state;
	state_file_fini(&remembered);
	for (size_t i = 0; i < ARRAY_LEN(left); i++) {
		snprintf(name, sizeof(name), "%s/%s", directory, left[i]);
		remove(name);
	}
	return rmdir(directory);
}

static void load(const char *bytes, size_t length)
{
	struct fault fault;
	FILE *file;

	assert_int_equal(state_file_save(&(struct remembered){ .count = 0 }, path, &fault), 0);
	file = fopen(path, "w");
	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, length, file), length);
	fclose(file);
	assert_int_equal(state_file_load(&remembered, path, &fault), 0);
}

static void load_text(const char *text)
{
	load(text, strlen(text));
}

static void what_is_saved_is_loaded(void **state)
{
	struct fault fault;

	(void)state;
	state_file_add(&remembered, "https://gpu1/a", "ollama");
	state_file_add(&remembered, "http://gpu2:8000", "vllm");
	state_file_add(&remembered, "https://gpu1/a", "llama-server");
	assert_int_equal(state_file_save(&remembered, path, &fault), 0);
	state_file_fini(&remembered);
	assert_int_equal(state_file_load(&remembered, path, &fault), 0);
	assert_int_equal(remembered.count, 2);
	assert_string_equal(remembered.items[0].url, "https://gpu1/a");
	assert_string_equal(remembered.items[0].family, "llama-server");
	assert_string_equal(remembered.items[1].family, "vllm");
}

static void since_when_it_has_stopped_is_kept(void **state)
{
	struct fault fault;

	(void)state;
	load_text(
		"http://a\tollama\nhttp://b\tollama\t1764480000\nhttp://c\tollama\t-1\nhttp://d\tx\t1\t2\n");
	assert_int_equal(remembered.count, 2);
	assert_true(remembered.items[0].stopped_s == 0 && remembered.items[1].stopped_s == 1764480000);
	assert_int_equal(state_file_save(&remembered, path, &fault), 0);
	state_file_fini(&remembered);
	assert_int_equal(state_file_load(&remembered, path, &fault), 0);
	assert_true(remembered.items[0].stopped_s == 0 && remembered.items[1].stopped_s == 1764480000);
}

static void a_dropped_endpoint_is_gone(void **state)
{
	(void)state;
	state_file_add(&remembered, "http://a", "x");
	state_file_add(&remembered, "http://b", "x");
	state_file_drop(&remembered, "http://a");
	state_file_drop(&remembered, "http://never");
	assert_int_equal(remembered.count, 1);
	assert_string_equal(remembered.items[0].url, "http://b");
}

static void a_file_that_is_not_there_is_empty(void **state)
{
	struct fault fault;

	(void)state;
	assert_int_equal(state_file_load(&remembered, path, &fault), 0);
	assert_int_equal(remembered.count, 0);
}

static void a_directory_is_no_file_to_load(void **state)
{
	struct fault fault = { "" };

	(void)state;
	assert_int_equal(state_file_load(&remembered, "/proc/self/nonexistent/../../x\x01/", &fault), 0);
	assert_int_equal(state_file_save(&remembered, "/proc/tsllm/endpoints", &fault), -1);
	assert_non_null(strstr(fault.text, "cannot create the directory '/proc/tsllm'"));
}

/* A file that cannot be one holds nothing up, is said, and leaves an empty memory. */
static void what_is_no_regular_file_is_not_loaded(void **state)
{
	char folder[] = "/tmp/tsllm-state-XXXXXX", pipe_path[64];
	struct fault fault = { "" };

	(void)state;
	snprintf(pipe_path, sizeof(pipe_path), "%s/endpoints", mkdtemp(folder));
	assert_int_equal(mkfifo(pipe_path, 0600), 0);
	assert_int_equal(state_file_load(&remembered, pipe_path, &fault), -1);
	assert_non_null(strstr(fault.text, "not a regular file"));
	assert_int_equal(state_file_load(&remembered, folder, &fault), -1);
	assert_non_null(strstr(fault.text, "Is a directory"));
	assert_int_equal(state_file_load(&remembered, "/dev/zero", &fault), -1);
	assert_non_null(strstr(fault.text, "larger than 1.0 MB"));
	assert_int_equal(remembered.count, 0);
	unlink(pipe_path);
	rmdir(folder);
}

static void hostile_lines_are_skipped(void **state)
{
	(void)state;
	load_text("not a url\tollama\n"
		  "http://no-family\n"
		  "\n\t\n"
		  "http://user@gpu1\tollama\n"
		  "file:///etc/passwd\tollama\n"
		  "http://gpu1/\x1b[31m\tollama\n"
		  "http://colour\t\x1b[31mollama\n"
		  "http://gpu1\tollama\textra\n"
		  "http://gpu1\tollama\r\n"
		  "http://GPU1:80/\tollama\n"
		  "http://last\t");
	assert_int_equal(remembered.count, 2);
	assert_string_equal(remembered.items[0].url, "http://gpu1");
	assert_string_equal(remembered.items[0].family, "ollama");
	assert_string_equal(remembered.items[1].url, "http://last");
}

static void the_rest_of_a_long_line_is_no_line(void **state)
{
	char text[3000];
	size_t length;

	(void)state;
	memset(text, 'x', sizeof(text));
	length = 1023;
	length += (size_t)sprintf(text + length, "http://smuggled\tollama\n");
	length += (size_t)sprintf(text + length, "http://honest\tollama\n");
	load(text, length);
	assert_int_equal(remembered.count, 1);
	assert_string_equal(remembered.items[0].url, "http://honest");
}

static void zero_bytes_end_nothing_but_their_line(void **state)
{
	(void)state;
	load("http://a\0evil\tx\nhttp://b\tx\n", 27);
	assert_int_equal(remembered.count, 1);
	assert_string_equal(remembered.items[0].url, "http://b");
}

static void at_most_a_thousand_lines_are_read(void **state)
{
	char *text = mem_alloc(1200 * 32);
	size_t length = 0;

	(void)state;
	for (int i = 0; i < 1200; i++)
		length += (size_t)sprintf(text + length, "http://gpu%d\tollama\n", i);
	load(text, length);
	free(text);
	assert_int_equal(remembered.count, 1000);
}

/* The file that a save writes first. */
static void name_fresh(char *name, size_t size)
{
	snprintf(name, size, "%s.new.%ld", path, (long)getpid());
}

static size_t files_beside(void)
{
	char name[140];
	size_t count = 0;
	DIR *there;

	snprintf(name, sizeof(name), "%s/state/tsllm-top", directory);
	there = opendir(name);
	assert_non_null(there);
	for (const struct dirent *entry; (entry = readdir(there));)
		count += entry->d_name[0] != '.';
	closedir(there);
	return count;
}

static void saving_leaves_one_file_for_its_owner(void **state)
{
	struct fault fault;
	char name[140];
	struct stat info;

	(void)state;
	state_file_add(&remembered, "http://gpu1", "ollama");
	assert_int_equal(state_file_save(&remembered, path, &fault), 0);
	assert_int_equal(state_file_save(&remembered, path, &fault), 0);
	assert_int_equal(stat(path, &info), 0);
	assert_int_equal(info.st_mode & 07777, 0600);
	assert_int_equal(files_beside(), 1);
	snprintf(name, sizeof(name), "%s/state", directory);
	assert_int_equal(stat(name, &info), 0);
	assert_int_equal(info.st_mode & 0777, 0700);
}

static void a_save_that_fails_keeps_the_old_file(void **state)
{
	struct fault fault = { "" };
	char fresh[160];

	(void)state;
	state_file_add(&remembered, "http://gpu1", "ollama");
	assert_int_equal(state_file_save(&remembered, path, &fault), 0);
	name_fresh(fresh, sizeof(fresh));
	assert_int_equal(mkdir(fresh, 0700), 0);
	state_file_drop(&remembered, "http://gpu1");
	assert_int_equal(state_file_save(&remembered, path, &fault), -1);
	assert_non_null(strstr(fault.text, "endpoints.new."));
	assert_int_equal(rmdir(fresh), 0);
	assert_int_equal(state_file_load(&remembered, path, &fault), 0);
	assert_int_equal(remembered.count, 1);
}

/* Somebody who may write in the directory put a link where the new file will be. */
static void a_save_follows_no_link(void **state)
{
	char fresh[160], precious[128], read[16] = "";
	struct fault fault;
	FILE *file;

	(void)state;
	state_file_add(&remembered, "http://gpu1", "ollama");
	assert_int_equal(state_file_save(&remembered, path, &fault), 0);
	snprintf(precious, sizeof(precious), "%s/precious", directory);
	file = fopen(precious, "w");
	fputs("precious", file);
	fclose(file);
	name_fresh(fresh, sizeof(fresh));
	assert_int_equal(symlink(precious, fresh), 0);
	assert_int_equal(state_file_save(&remembered, path, &fault), 0);
	file = fopen(precious, "r");
	assert_non_null(fgets(read, sizeof(read), file));
	fclose(file);
	assert_string_equal(read, "precious");
	assert_int_equal(files_beside(), 1);
	unlink(precious);
}

static void what_a_dead_process_left_is_replaced(void **state)
{
	char fresh[160];
	struct fault fault;
	struct stat info;

	(void)state;
	assert_int_equal(state_file_save(&remembered, path, &fault), 0);
	name_fresh(fresh, sizeof(fresh));
	fclose(fopen(fresh, "w"));
	chmod(fresh, 0666);
	state_file_add(&remembered, "http://gpu1", "ollama");
	assert_int_equal(state_file_save(&remembered, path, &fault), 0);
	assert_int_equal(stat(path, &info), 0);
	assert_int_equal(info.st_mode & 07777, 0600);
	assert_int_equal(files_beside(), 1);
}

static void a_save_that_cannot_be_renamed_leaves_nothing(void **state)
{
	char inner[140];
	struct fault fault = { "" };

	(void)state;
	assert_int_equal(state_file_save(&remembered, path, &fault), 0);
	unlink(path);
	assert_int_equal(mkdir(path, 0700), 0);
	snprintf(inner, sizeof(inner), "%s/x", path);
	assert_int_equal(mkdir(inner, 0700), 0);
	assert_int_equal(state_file_save(&remembered, path, &fault), -1);
	assert_non_null(strstr(fault.text, "/endpoints'"));
	assert_int_equal(files_beside(), 1);
	rmdir(inner);
}

static void a_pipe_and_what_everybody_may_change_is_not_read(void **state)
{
	struct fault fault = { "" };

	(void)state;
	load_text("http://gpu1\tollama\n");
	state_file_fini(&remembered);
	chmod(path, 0646);
	assert_int_equal(state_file_load(&remembered, path, &fault), -1);
	assert_non_null(strstr(fault.text, "(mode 0646); run: chmod go-w '"));
	unlink(path);
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_int_equal(state_file_load(&remembered, path, &fault), -1);
	assert_non_null(strstr(fault.text, "not a regular file"));
	assert_int_equal(remembered.count, 0);
}

static void a_directory_that_others_may_write_in_is_said(void **state)
{
	static const struct {
		mode_t mode;
		const char *told;
	} cases[] = { { 0700, "" }, { 0755, "" }, { 0775, "(mode 0775); run: chmod 700 '" },
		{ 01777, "(mode 1777); run: chmod 700 '" } };
	struct fault fault = { "" };
	char name[140];

	(void)state;
	assert_int_equal(state_file_check(path, &fault), 0); /* it is not there yet */
	assert_int_equal(state_file_check("", &fault), 0);
	assert_int_equal(state_file_save(&remembered, path, &fault), 0);
	snprintf(name, sizeof(name), "%s/state/tsllm-top", directory);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		chmod(name, cases[i].mode);
		assert_int_equal(state_file_check(path, &fault), *cases[i].told ? -1 : 0);
		assert_non_null(strstr(fault.text, cases[i].told));
	}
}

static void what_another_user_owns_is_not_believed(void **state)
{
	struct fault fault = { "" };
	char name[140];

	(void)state;
	if (geteuid() != 0)
		skip(); /* only root can give a file away */
	load_text("http://gpu1\tollama\n");
	state_file_fini(&remembered);
	assert_int_equal(chown(path, 65534, 65534), 0);
	assert_int_equal(state_file_load(&remembered, path, &fault), -1);
	assert_non_null(strstr(fault.text, "belongs to '"));
	snprintf(name, sizeof(name), "%s/state/tsllm-top", directory);
	assert_int_equal(chown(name, 65534, 65534), 0);
	assert_int_equal(state_file_check(path, &fault), -1);
	assert_non_null(strstr(fault.text, "the directory of the file of remembered endpoints belongs to"));
}

static void a_path_that_is_none_is_refused(void **state)
{
	struct fault fault = { "" };
	char text[2000];

	(void)state;
	assert_int_equal(state_file_save(&remembered, "", &fault), -1);
	assert_true(*fault.text);
	memset(text, '/', sizeof(text));
	text[1999] = '\0';
	assert_int_equal(state_file_save(&remembered, text, &fault), -1);
}

#define SAYS(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		SAYS(what_is_saved_is_loaded),
		SAYS(since_when_it_has_stopped_is_kept),
		SAYS(a_dropped_endpoint_is_gone),
		SAYS(a_file_that_is_not_there_is_empty),
		SAYS(a_directory_is_no_file_to_load),
		SAYS(what_is_no_regular_file_is_not_loaded),
		SAYS(hostile_lines_are_skipped),
		SAYS(the_rest_of_a_long_line_is_no_line),
		SAYS(zero_bytes_end_nothing_but_their_line),
		SAYS(at_most_a_thousand_lines_are_read),
		SAYS(saving_leaves_one_file_for_its_owner),
		SAYS(a_save_that_fails_keeps_the_old_file),
		SAYS(a_save_follows_no_link),
		SAYS(what_a_dead_process_left_is_replaced),
		SAYS(a_save_that_cannot_be_renamed_leaves_nothing),
		SAYS(a_pipe_and_what_everybody_may_change_is_not_read),
		SAYS(a_directory_that_others_may_write_in_is_said),
		SAYS(what_another_user_owns_is_not_believed),
		SAYS(a_path_that_is_none_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
