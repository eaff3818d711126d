/* The files of recordings: what is done with a torn, a foreign, a full one. */
#include "probes/base/fault.h"
#include "probes/base/mem.h"
#include "probes/base/text.h"
#include "probes/model/observation.h"
#include "probes/recording/frames.h"
#include "probes/recording/recorder.h"
#include "probes/recording/recording.h"
#include "probes/recording/segment_out.h"
#include "probes/recording/store.h"

#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define BEGUN INT64_C(1795394746000) /* 2026-11-23T00:45:46Z */

static char folder[64], path[128];
static struct fault note, fault;

static struct when at(int64_t ms)
{
	return (struct when){ 5000000 + ms, BEGUN + ms };
}

static const char *in_folder(const char *name)
{
	static char found[128];

	snprintf(found, sizeof(found), "%s/%s", folder, name);
	return found;
}

static int make_folder(void **state)
{
	(void)state;
	snprintf(folder, sizeof(folder), "/tmp/tsllm-record-XXXXXX");
	if (!mkdtemp(folder))
		return -1;
	snprintf(path, sizeof(path), "%s", in_folder("a.tsllm"));
	return 0;
}

static int remove_folder(void **state)
{
	char command[4096];

	(void)state;
	snprintf(command, sizeof(command), "rm -r %s", folder);
	return system(command);
}

static void write_file(const char *bytes, size_t length, mode_t mode)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, mode);

	assert_true(fd >= 0 && write(fd, bytes, length) == (ssize_t)length);
	close(fd);
}

static int64_t size_of(const char *name)
{
	struct stat entry;

	return stat(name, &entry) == 0 ? (int64_t)entry.st_size : -1;
}

static struct recorder *recording_to(const struct recorder_target *target, int64_t ms)
{
	const struct segment_head head = { .period_ms = 2000, .poll_ms = 10000 };
	struct recorder *recorder = recorder_new(target, at(ms), &note, &fault);

	if (recorder)
		recorder_begin_run(recorder, &head);
	return recorder;
}

/* One observation each second. */
static void see(struct recorder *recorder, int64_t from_s, int64_t to_s)
{
	for (int64_t second = from_s; second < to_s; second++)
		recorder_see(recorder,
			&(struct observation){ .kind = OBSERVED_OWN_PORT, .own_port = (int)second },
			at(second * 1000));
}

static void record(int64_t from_s, int64_t to_s)
{
	struct recorder *recorder =
		recording_to(&(struct recorder_target){ .file = path, .directory = "" }, from_s * 1000);

	assert_non_null(recorder);
	see(recorder, from_s, to_s);
	recorder_free(recorder);
}

/* How many lines with the end of a period it holds. */
static size_t periods_of(const char *file)
{
	struct recording *recording = recording_open(file, &fault);
	size_t count = 0;

	for (size_t i = 0; recording && i < recording_count(recording); i++) {
		struct bytes text = { 0 };

		recording_lines(recording, i, &text);
		for (const char *line = text.text; line; line = strstr(line + 1, "{\"k\":\"end\""))
			count += line != text.text || text_has_prefix(line, "{\"k\":\"end\"");
		free(text.text);
	}
	recording_free(recording);
	return count;
}

static void a_new_file_is_for_its_owner_alone(void **state)
{
	struct stat entry;

	(void)state;
	record(0, 30);
	assert_int_equal(stat(path, &entry), 0);
	assert_int_equal(entry.st_mode & 0777, 0600);
	assert_true(periods_of(path) >= 15);
}

static void a_torn_file_is_repaired_before_anything_is_added(void **state)
{
	int64_t whole;

	(void)state;
	record(0, 1300); /* three segments */
	whole = size_of(path);
	for (int64_t cut = 1; cut < whole; cut += 311) {
		size_t before, after;

		unlink(path);
		record(0, 1300);
		assert_int_equal(truncate(path, whole - cut), 0);
		before = periods_of(path);
		record(2000, 2010);
		after = periods_of(path);
		/* What is known, four whole periods, and the last one. */
		assert_in_range(after, before + 5, before + 7);
		assert_true(!*note.text || strstr(note.text, "incomplete and were cut off"));
	}
}

static void assert_refused(const char *part)
{
	struct recorder *recorder = recording_to(&(struct recorder_target){ .file = path, .directory = "" }, 0);

	assert_null(recorder);
	if (!strstr(fault.text, part))
		fail_msg("%s", fault.text);
}

static void foreign_and_newer_files_are_refused_and_not_touched(void **state)
{
	static const char text[] = "my diary\n";
	struct segment_out *out;
	static const char newer[] = "{\"tsllm_recording\":99}\n", other[] = "{\"other\":1}\n";
	int64_t size;

	(void)state;
	write_file(text, strlen(text), 0600);
	assert_refused("is no recording of tsllm-top");
	assert_int_equal(size_of(path), strlen(text));
	assert_null(recording_open(path, &fault));
	for (int i = 0; i < 2; i++) {
		const char *line = i ? other : newer;

		unlink(path);
		out = segment_out_open(path, &note, &fault);
		assert_int_equal(segment_out_begin(out, &fault), 0);
		assert_int_equal(segment_out_write(out, line, strlen(line), &fault), 0);
		segment_out_free(out);
		size = size_of(path);
		assert_refused(i ? "is no recording of tsllm-top" : "newer tsllm-top: its format is 99");
		assert_null(recording_open(path, &fault));
		assert_int_equal(size_of(path), size);
	}
}

static void what_cannot_be_opened_is_said(void **state)
{
	struct recorder *first;

	(void)state;
	write_file("", 0, 0644);
	assert_refused("chmod 600");
	unlink(path);
	assert_int_equal(symlink("b.tsllm", path), 0);
	assert_refused("symbolic link");
	unlink(path);
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_refused("it is no file");
	unlink(path);
	snprintf(path, sizeof(path), "%s", in_folder("missing/a.tsllm"));
	assert_refused("No such file or directory");
	assert_null(recording_to(&(struct recorder_target){ .file = "", .directory = in_folder("missing") }, 0));
	assert_non_null(strstr(fault.text, "No such file or directory"));
	snprintf(path, sizeof(path), "%s", in_folder("a.tsllm"));
	first = recording_to(&(struct recorder_target){ .file = path, .directory = "" }, 0);
	assert_refused("another tsllm-top records to it");
	recorder_free(first);
}

static void limit_files(rlim_t bytes)
{
	struct rlimit limit;

	getrlimit(RLIMIT_FSIZE, &limit);
	limit.rlim_cur = bytes;
	setrlimit(RLIMIT_FSIZE, &limit);
}

static void a_full_disk_loses_nothing_that_was_written(void **state)
{
	struct recorder *recorder;
	size_t before;

	(void)state;
	signal(SIGXFSZ, SIG_IGN);
	record(0, 100);
	before = periods_of(path);
	recorder = recording_to(&(struct recorder_target){ .file = path, .directory = "" }, 200000);
	limit_files((rlim_t)size_of(path) + 3000);
	see(recorder, 200, 500);
	assert_non_null(strstr(recorder_trouble(recorder), "File too large"));
	assert_true(periods_of(path) > before);
	before = periods_of(path);
	limit_files(RLIM_INFINITY);
	see(recorder, 500, 600);
	assert_string_equal(recorder_trouble(recorder), "");
	recorder_free(recorder);
	assert_true(periods_of(path) > before + 20);
	signal(SIGXFSZ, SIG_DFL);
}

static void the_oldest_files_of_a_directory_go(void **state)
{
	const struct recorder_target target = {
		.file = "", .directory = folder, .bytes_most = 20000, .age_most_ms = INT64_C(86400000) * 365 * 100
	};
	struct recorder *recorder;
	int64_t bytes = 0;
	size_t files = 0;
	char name[128];

	(void)state;
	write_file("mine", 4, 0600);
	recorder = recording_to(&target, 0);
	for (int64_t second = 0; second < 60000; second += 600)
		see(recorder, second, second + 600);
	recorder_free(recorder);
	for (int64_t second = 0; second < 61000; second++) {
		char stamp[32];

		store_name(folder, at(second * 1000), name, sizeof(name));
		if (!strstr(name, "-2.tsllm"))
			continue;
		snprintf(stamp, sizeof(stamp), "%s", name + strlen(folder) + 1);
		snprintf(name, sizeof(name), "%s/%.15s.tsllm", folder, stamp);
		bytes += size_of(name);
		files++;
	}
	assert_in_range(files, 2, 15);
	assert_in_range(bytes, 5000, 25000);
	assert_int_equal(size_of(path), 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_new_file_is_for_its_owner_alone, make_folder, remove_folder),
		cmocka_unit_test_setup_teardown(
			a_torn_file_is_repaired_before_anything_is_added, make_folder, remove_folder),
		cmocka_unit_test_setup_teardown(
			foreign_and_newer_files_are_refused_and_not_touched, make_folder, remove_folder),
		cmocka_unit_test_setup_teardown(what_cannot_be_opened_is_said, make_folder, remove_folder),
		cmocka_unit_test_setup_teardown(
			a_full_disk_loses_nothing_that_was_written, make_folder, remove_folder),
		cmocka_unit_test_setup_teardown(the_oldest_files_of_a_directory_go, make_folder, remove_folder),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
