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

#define LAST_PERIOD 300 /* bytes, and more */
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
	struct recording *recording = recording_open(file, &note, &fault);
	size_t count = 0;

	for (size_t i = 0; recording && i < recording_count(recording); i++) {
		struct bytes text = { 0 };

		recording_lines(recording, i, &text, &fault);
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
	assert_null(recording_open(path, &note, &fault));
	for (int i = 0; i < 2; i++) {
		const char *line = i ? other : newer;

		unlink(path);
		out = segment_out_open(path, &note, &fault);
		assert_int_equal(segment_out_begin(out, &fault), 0);
		assert_int_equal(segment_out_write(out, line, strlen(line), &fault), 0);
		segment_out_free(out);
		size = size_of(path);
		assert_refused(i ? "is no recording of tsllm-top" : "newer tsllm-top: its format is 99");
		assert_null(recording_open(path, &note, &fault));
		assert_int_equal(size_of(path), size);
	}
}

static void what_is_damaged_in_a_directory_is_left_out(void **state)
{
	int64_t whole;
	size_t periods;
	int fd;

	(void)state;
	record(0, 1300);
	whole = periods_of(path) ? size_of(path) : 0;
	periods = periods_of(folder);
	assert_string_equal(note.text, "");
	snprintf(path, sizeof(path), "%s", in_folder("b.tsllm"));
	write_file("my diary\n", 9, 0600);
	assert_int_equal(periods_of(folder), periods);
	assert_non_null(strstr(note.text, "left out of the recording: '"));
	assert_non_null(strstr(note.text, "/b.tsllm' is no recording of tsllm-top"));
	snprintf(path, sizeof(path), "%s", in_folder("0.tsllm"));
	record(0, 1300);
	assert_int_equal(size_of(path), whole);
	fd = open(path, O_WRONLY | O_APPEND);
	assert_int_equal(write(fd, "my diary\n", 9), 9); /* its segments are as they were */
	close(fd);
	assert_int_equal(periods_of(folder), 2 * periods);
	assert_non_null(strstr(note.text, "2 files, of which the first: '"));
	assert_non_null(strstr(note.text, "/0.tsllm' is damaged: what follows its first "));
	unlink(in_folder("a.tsllm"));
	unlink(path);
	assert_null(recording_open(folder, &note, &fault));
	assert_non_null(strstr(fault.text, "/b.tsllm' is no recording of tsllm-top"));
}

static void what_comes_before_the_damage_of_a_file_is_read(void **state)
{
	static const char zeros[8192] = "";
	size_t periods;
	int fd;

	(void)state;
	record(0, 1300);
	periods = periods_of(path);
	fd = open(path, O_WRONLY | O_APPEND);
	assert_int_equal(write(fd, zeros, sizeof(zeros)), sizeof(zeros)); /* as after a power failure */
	close(fd);
	assert_int_equal(periods_of(path), periods);
	assert_non_null(strstr(note.text, "is damaged: what follows its first "));
	assert_refused("is damaged: what follows its first ");
}

/* All that is read of the file, and whether anything was said to be wrong with it. */
static struct bytes read_all(bool *is_said, size_t *segments)
{
	struct recording *recording = recording_open(path, &note, &fault);
	struct bytes text = { 0 };

	*is_said = !recording || *note.text;
	*segments = recording ? recording_count(recording) : 0;
	for (size_t i = 0; recording && i < recording_count(recording); i++)
		*is_said |= recording_lines(recording, i, &text, &fault) < 0;
	bytes_add(&text, "", 0);
	recording_free(recording);
	return text;
}

static void a_flipped_bit_is_never_shown_as_the_truth(void **state)
{
	bool is_said;
	struct bytes whole;
	size_t segments;
	int fd, said = 0, tried = 0, kept = 0;

	(void)state;
	record(0, 1300);
	whole = read_all(&is_said, &segments);
	assert_false(is_said);
	assert_int_equal(segments, 3);
	fd = open(path, O_RDWR);
	for (off_t offset = 4; offset < (off_t)size_of(path); offset += 5) {
		unsigned char byte, flipped;
		struct bytes text;

		assert_int_equal(pread(fd, &byte, 1, offset), 1);
		flipped = byte ^ (unsigned char)(1 << offset % 8);
		assert_int_equal(pwrite(fd, &flipped, 1, offset), 1);
		text = read_all(&is_said, &segments);
		said += is_said;
		tried++;
		kept += segments >= 2;
		/* The last segment may seem to be torn instead; then its last period cannot be checked. */
		if (!is_said && (text.length > whole.length ||
					memcmp(text.text, whole.text, text.length - LAST_PERIOD) != 0))
			fail_msg("byte %ld", (long)offset);
		free(text.text);
		assert_int_equal(pwrite(fd, &byte, 1, offset), 1);
	}
	close(fd);
	free(whole.text);
	/* What is hit is lost, and hardly ever what comes before and after it. */
	assert_true(said > tried * 9 / 10 && kept > tried * 49 / 50);
}

static void a_directory_has_one_program_that_records_to_it(void **state)
{
	const struct recorder_target target = { .file = "",
		.directory = folder,
		.bytes_most = 1 << 20,
		.age_most_ms = INT64_C(86400000) * 365 * 100 };
	struct recorder *first = recording_to(&target, 0), *second = recording_to(&target, 10000);
	size_t alone;

	(void)state;
	assert_non_null(strstr(recorder_trouble(second), "another tsllm-top records to '"));
	assert_string_equal(recorder_path(second), "");
	see(first, 0, 100);
	see(second, 10, 100);
	recorder_free(first);
	alone = periods_of(folder);
	see(second, 100, 300);
	assert_string_equal(recorder_trouble(second), "");
	recorder_free(second);
	assert_true(periods_of(folder) > alone + 50);
}

static void a_directory_that_is_moved_away_is_left(void **state)
{
	const struct recorder_target target = { .file = "",
		.directory = in_folder("store"),
		.bytes_most = 10000, /* of which a file has a tenth */
		.age_most_ms = INT64_C(86400000) * 365 * 100 };
	struct recorder *recorder = recording_to(&target, 0);
	char moved[128];

	(void)state;
	see(recorder, 0, 100);
	snprintf(moved, sizeof(moved), "%s", in_folder("moved"));
	assert_int_equal(rename(in_folder("store"), moved), 0);
	see(recorder, 100, 1400);
	assert_string_equal(recorder_trouble(recorder), "");
	assert_true(size_of(recorder_path(recorder)) > 0);
	recorder_free(recorder);
	assert_true(periods_of(in_folder("store")) > 100);
}

static void what_is_removed_is_begun_anew(void **state)
{
	const struct recorder_target target = { .file = "",
		.directory = in_folder("store"),
		.bytes_most = 1 << 20,
		.age_most_ms = INT64_C(86400000) * 365 * 100 };
	struct recorder *recorder = recording_to(&target, 0);

	(void)state;
	for (int64_t second = 0; second < 300; second += 100) {
		see(recorder, second, second + 50);
		assert_int_equal(unlink(recorder_path(recorder)), 0);
		if (second)
			assert_int_equal(rmdir(in_folder("store")), 0);
		see(recorder, second + 50, second + 100);
		assert_true(size_of(recorder_path(recorder)) > 0);
	}
	recorder_free(recorder);
	assert_true(periods_of(in_folder("store")) >= 20);
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
	assert_null(recording_to(&(struct recorder_target){ .file = "", .directory = "/proc/missing" }, 0));
	assert_non_null(strstr(fault.text, "cannot create the directory '/proc/missing'"));
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
	assert_in_range(bytes, 5000, 30000); /* the limit, and the segment that is open */
	assert_int_equal(size_of(path), 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			a_new_file_is_for_its_owner_alone, make_folder, remove_folder),
		cmocka_unit_test_setup_teardown(
			a_torn_file_is_repaired_before_anything_is_added, make_folder, remove_folder),
		cmocka_unit_test_setup_teardown(
			foreign_and_newer_files_are_refused_and_not_touched, make_folder, remove_folder),
		cmocka_unit_test_setup_teardown(
			what_is_damaged_in_a_directory_is_left_out, make_folder, remove_folder),
		cmocka_unit_test_setup_teardown(
			what_comes_before_the_damage_of_a_file_is_read, make_folder, remove_folder),
		cmocka_unit_test_setup_teardown(
			a_flipped_bit_is_never_shown_as_the_truth, make_folder, remove_folder),
		cmocka_unit_test_setup_teardown(
			a_directory_has_one_program_that_records_to_it, make_folder, remove_folder),
		cmocka_unit_test_setup_teardown(
			a_directory_that_is_moved_away_is_left, make_folder, remove_folder),
		cmocka_unit_test_setup_teardown(what_is_removed_is_begun_anew, make_folder, remove_folder),
		cmocka_unit_test_setup_teardown(what_cannot_be_opened_is_said, make_folder, remove_folder),
		cmocka_unit_test_setup_teardown(
			a_full_disk_loses_nothing_that_was_written, make_folder, remove_folder),
		cmocka_unit_test_setup_teardown(
			the_oldest_files_of_a_directory_go, make_folder, remove_folder),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
