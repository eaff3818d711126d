/* The event log: its lines, who may read it, what a full disk and a missing directory do, and its rotation. */
#include "tui/event_log.h"

#include "probes/base/mem.h"
#include "probes/base/text.h"
#include "probes/model/snapshot.h"
#include "probes/report/event_line.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include <cmocka.h>

#define WHEN INT64_C(1795394746123) /* 2026-11-23T00:45:46.123Z */
#define EVENTS 3

static char directory[64], path[96], said[512];
static int times_said;
static struct event events[EVENTS];
static struct snapshot snapshot = { .source = "live", .events = events };

static void say(void *data, const char *text)
{
	(void)data;
	times_said++;
	text_set(said, sizeof(said), "%s", text);
}

static int begin(void **state)
{
	(void)state;
	umask(022);
	setenv("TZ", "XYZ-01:00", 1);
	tzset();
	times_said = 0;
	said[0] = '\0';
	snapshot.event_count = 0;
	snapshot.source = "live";
	snprintf(directory, sizeof(directory), "/tmp/tsllm-events-XXXXXX");
	if (!mkdtemp(directory))
		return -1;
	snprintf(path, sizeof(path), "%s/events", directory);
	return 0;
}

static void drop(const char *suffix)
{
	char name[128];

	snprintf(name, sizeof(name), "%s%s", path, suffix);
	remove(name);
}

static int end(void **state)
{
	static const char *const suffixes[] = { "", ".1", ".2", ".3", ".4", ".5" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(suffixes); i++)
		drop(suffixes[i]);
	return rmdir(directory);
}

/* The newest so many of that number. */
static void happen(uint64_t newest, size_t count)
{
	snapshot.event_count = count;
	for (size_t i = 0; i < count; i++)
		events[i] = (struct event){ .number = newest - i,
			.at = WHEN,
			.who = "gpu1",
			.machine = "gpu1",
			.code = "host-offline",
			.severity = SEVERITY_DOWN,
			.text = "went offline: 6 servers with it",
			.times = 1 };
}

static char *content(const char *suffix)
{
	static char text[4096];
	char name[128];
	size_t length = 0;
	FILE *file;

	snprintf(name, sizeof(name), "%s%s", path, suffix);
	file = fopen(name, "r");
	if (file) {
		length = fread(text, 1, sizeof(text) - 1, file);
		fclose(file);
	}
	text[length] = '\0';
	return text;
}

static size_t lines_of(const char *text)
{
	size_t lines = 0;

	for (; *text; text++)
		lines += *text == '\n';
	return lines;
}

static void a_line_has_six_fields_and_local_time_with_its_offset(void **state)
{
	char line[EVENT_LINE_MAX];

	(void)state;
	happen(1, 1);
	assert_string_equal(event_line(&events[0], line),
		"2026-11-23T01:45:46+01:00\tdown\thost-offline\tgpu1\t-\twent offline: 6 servers with it");
	events[0].who = "http://gpu1:8080";
	events[0].times = 3;
	assert_string_equal(event_line(&events[0], line),
		"2026-11-23T01:45:46+01:00\tdown\thost-offline\tgpu1\thttp://gpu1:8080\t"
		"went offline: 6 servers with it (3 times in ten minutes)");
	events[0] = (struct event){ .at = WHEN, .who = "", .machine = "", .code = "daemon", .text = "" };
	assert_string_equal(
		event_line(&events[0], line), "2026-11-23T01:45:46+01:00\tinfo\tdaemon\t-\t-\t-");
}

static void what_is_hostile_makes_no_line_and_no_field_of_its_own(void **state)
{
	char line[EVENT_LINE_MAX];

	(void)state;
	happen(1, 1);
	events[0].machine = "gpu1\tx\ny";
	events[0].text = "a\nb\033[2J\tc";
	event_line(&events[0], line);
	assert_null(strpbrk(line, "\n\033"));
	assert_non_null(strstr(line, "\tgpu1\\tx\\ny\t"));
	assert_non_null(strstr(line, "a\\nb\\x1b[2J\\tc"));
}

static void each_event_is_written_once_between_start_and_end(void **state)
{
	struct event_log *log = event_log_new(path, say, NULL);
	struct stat entry;

	(void)state;
	event_log_see(log, &snapshot);
	assert_int_equal(lines_of(content("")), 1);
	assert_non_null(strstr(content(""), "\tinfo\tstarted\t-\t-\ttsllm-top "));
	happen(2, 2);
	event_log_see(log, &snapshot);
	event_log_see(log, &snapshot);
	assert_int_equal(lines_of(content("")), 3);
	happen(3, 3);
	event_log_see(log, &snapshot);
	assert_int_equal(lines_of(content("")), 4);
	event_log_free(log);
	assert_int_equal(lines_of(content("")), 5);
	assert_non_null(strstr(content(""), "\tended\t"));
	assert_int_equal(stat(path, &entry), 0);
	assert_int_equal(entry.st_mode & 07777, 0600);
	assert_int_equal(times_said, 0);
}

static void a_directory_that_is_missing_is_said_once_and_made_up_for(void **state)
{
	struct event_log *log;
	char keep[96];

	(void)state;
	snprintf(keep, sizeof(keep), "%s", path);
	snprintf(path, sizeof(path), "%s/later", directory);
	remove(path);
	snprintf(path + strlen(path), sizeof(path) - strlen(path), "/events");
	log = event_log_new(path, say, NULL);
	happen(1, 1);
	event_log_see(log, &snapshot);
	event_log_see(log, &snapshot);
	assert_int_equal(times_said, 1);
	assert_non_null(strstr(said, "cannot write the event log '"));
	assert_non_null(strstr(said, "No such file or directory"));
	path[strlen(path) - strlen("/events")] = '\0';
	assert_int_equal(mkdir(path, 0700), 0);
	strcat(path, "/events");
	happen(2, 2);
	event_log_see(log, &snapshot);
	assert_int_equal(lines_of(content("")), 3);
	event_log_free(log);
	drop("");
	path[strlen(path) - strlen("/events")] = '\0';
	remove(path);
	snprintf(path, sizeof(path), "%s", keep);
}

static void a_full_disk_is_said_once(void **state)
{
	struct event_log *log = event_log_new("/dev/full", say, NULL);

	(void)state;
	happen(1, 1);
	event_log_see(log, &snapshot);
	event_log_see(log, &snapshot);
	assert_int_equal(times_said, 1);
	assert_string_equal(said, "cannot write the event log '/dev/full': No space left on device");
	event_log_free(log);
}

static void others_may_not_read_it_and_no_link_is_followed(void **state)
{
	struct event_log *log = event_log_new(path, say, NULL);

	(void)state;
	fclose(fopen(path, "w"));
	assert_int_equal(chmod(path, 0644), 0);
	event_log_see(log, &snapshot);
	assert_non_null(strstr(said, "others may read or change the event log (mode 0644)"));
	remove(path);
	assert_int_equal(symlink("/tmp/elsewhere", path), 0);
	event_log_see(log, &snapshot);
	assert_non_null(strstr(said, "symbolic link"));
	event_log_free(log);
}

static void it_is_rotated_before_it_is_too_large(void **state)
{
	struct event_log *log = event_log_new(path, say, NULL);
	struct stat entry;

	(void)state;
	for (int round = 1; round <= EVENT_LOG_KEPT + 2; round++) {
		happen((uint64_t)round, 1);
		event_log_see(log, &snapshot);
		assert_int_equal(truncate(path, EVENT_LOG_MAX_BYTES - 10), 0);
	}
	event_log_free(log);
	assert_int_equal(lines_of(content("")), 1); /* the end */
	for (int i = 1; i <= EVENT_LOG_KEPT; i++) {
		char name[128];

		snprintf(name, sizeof(name), "%s.%d", path, i);
		assert_int_equal(stat(name, &entry), 0);
		assert_int_equal(entry.st_size, EVENT_LOG_MAX_BYTES - 10);
		assert_int_equal(entry.st_mode & 07777, 0600);
	}
	assert_string_equal(content(".5"), "");
}

static void a_replay_writes_nothing(void **state)
{
	struct event_log *log = event_log_new(path, say, NULL);

	(void)state;
	snapshot.source = "recording";
	happen(1, 1);
	event_log_see(log, &snapshot);
	event_log_free(log);
	assert_int_equal(access(path, F_OK), -1);
}

#define RUNS(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUNS(a_line_has_six_fields_and_local_time_with_its_offset),
		RUNS(what_is_hostile_makes_no_line_and_no_field_of_its_own),
		RUNS(each_event_is_written_once_between_start_and_end),
		RUNS(a_directory_that_is_missing_is_said_once_and_made_up_for),
		RUNS(a_full_disk_is_said_once),
		RUNS(others_may_not_read_it_and_no_link_is_followed),
		RUNS(it_is_rotated_before_it_is_too_large),
		RUNS(a_replay_writes_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
