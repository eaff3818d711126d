/* What an earlier start recorded is read back into history: at the times when it was seen, with its gaps. */
#include "tests/unit/ledger_help.h"

#include "probes/base/fault.h"
#include "probes/base/mem.h"
#include "probes/model/history.h"
#include "probes/read_back.h"
#include "probes/recording/recorder.h"
#include "probes/recording/segment_out.h"
#include "probes/take/take.h"
#include "probes/verdicts/judge.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define URL "http://gpu1.tail4c1d.ts.net:8000"
#define OTHER_BOOT "00000000-0000-4000-8000-000000000000"
#define HOUR 3600

static char folder[64];
static struct fault note;

/* ---- one start of the program ---- */

struct start {
	struct ledger *ledger;
	struct recorder *recorder;
	struct history *history;
	int64_t mono_ms; /* by how much its monotonic clock is ahead of the test's */
	struct when last;
};

static struct when moment(const struct start *start, double seconds)
{
	return (struct when){ at(seconds).mono_ms + start->mono_ms, at(seconds).wall_ms };
}

static void pass_on(void *data, const struct observation *observation, struct when when)
{
	struct start *start = data;

	if (when_since(start->last, when) > 0)
		start->last = when;
	recorder_see(start->recorder, observation, start->last);
}

static void begin(struct start *start, double seconds, const char *boot, int64_t bytes)
{
	const struct recorder_target target = {
		.file = "", .directory = folder, .bytes_most = bytes, .age_most_ms = INT64_C(86400000) * 36500
	};
	struct segment_head head = { .period_ms = 2000, .poll_ms = 10000 };
	const struct ledger_terms terms = {
		.period_ms = 2000, .poll_ms = 10000, .seen = pass_on, .seen_data = start
	};
	struct fault fault;

	snprintf(head.boot, sizeof(head.boot), "%s", boot);
	*start =
		(struct start){ .history = history_new(), .mono_ms = *boot ? INT64_C(100) * HOUR * 1000 : 0 };
	start->recorder = recorder_new(&target, moment(start, seconds), &note, &fault);
	assert_non_null(start->recorder);
	recorder_begin_run(start->recorder, &head);
	start->ledger = empty_ledger(&terms);
	recorder_follow(start->recorder, start->ledger);
	start->last = moment(start, seconds);
}

static void end(struct start *start)
{
	recorder_free(start->recorder);
	history_free(start->history);
	forget(NULL);
}

static void take_in(struct start *start, struct when now)
{
	struct snapshot *snapshot;

	recorder_tick(start->recorder, now);
	judge(start->ledger, now);
	snapshot = take_snapshot(start->ledger, now);
	history_take(start->history, snapshot);
	snapshot_free(snapshot);
}

/* A server that answers, but for a minute after half an hour of each hour. */
static void watch(struct start *start, int from, int to)
{
	for (int second = from; second < to; second += 2) {
		struct obs_status *status = running();
		struct obs_peer *peer = with_peer(status, "n2", "gpu1");

		peer->rx_bytes = second * 1000.0;
		sees(start->ledger, moment(start, second + 0.1), status);
		watches(start->ledger, "vllm", URL);
		if (second % 10 == 0 && second % HOUR / 60 == 30)
			is_refused(start->ledger, moment(start, second + 0.5));
		else if (second % 10 == 0)
			answers_in(start->ledger, moment(start, second + 0.5),
				"vllm-0.32.0-cpu/generating/health", 5 + second / 10 % 7);
		take_in(start, moment(start, second + 2));
	}
}

/* All that was recorded before that moment; returns how many troubles were noted, of which the last is in note. */
static size_t read_back(struct start *start, double seconds)
{
	struct fault fault = { "" };
	struct read_back *back = read_back_new(folder, start->recorder, moment(start, seconds), &fault);
	size_t troubles = 0;

	note = fault;
	if (!back)
		return 1;
	while (read_back_go_on(back, start->history, &fault)) {
		troubles += *fault.text != '\0';
		note = *fault.text ? fault : note;
	}
	if (read_back_ledger(back))
		ledger_remember_events(start->ledger, read_back_ledger(back), moment(start, seconds).wall_ms);
	read_back_free(back);
	return troubles;
}

/* ---- what history has ---- */

static size_t figure(const struct history *history, const char *key)
{
	size_t i = 0;

	while (strcmp(history->figures[HISTORY_ENDPOINT].items[i].field->key, key) != 0)
		i++;
	return i;
}

static struct time_cell cell_at(const struct history *history, size_t tier, double seconds)
{
	const struct history_row *row = history_row(history, HISTORY_ENDPOINT, URL);
	size_t i = figure(history, "ttfb_last_ms");

	if (!row || !row->rings[i].rhythm)
		return (struct time_cell){ 0 };
	return ring_cell(&row->rings[i], tier, at(seconds).wall_ms / ring_of_engines.tiers[tier].cell_ms);
}

/* Samples in cells of ten seconds, which reach back for an hour, and in those of a day. */
static size_t samples(const struct history *history, int from, int to)
{
	size_t fine = 0, coarse = 0;

	for (int second = from; second < to; second += 10)
		fine += cell_at(history, 0, second).count;
	for (int second = from + 300; second + 300 < to; second += 300)
		coarse += cell_at(history, 2, second).count;
	return fine > coarse ? fine : coarse;
}

static void assert_cells_equal(struct time_cell a, struct time_cell b)
{
	assert_int_equal(a.count, b.count);
	assert_true(!a.count || (a.low >= b.low && a.high <= b.high && a.sum >= b.sum && a.sum <= b.sum));
}

static const struct event *event_of(struct start *start, const char *part)
{
	const struct snapshot *s = take(start->ledger, start->last);

	for (size_t i = 0; i < s->event_count; i++)
		if (strstr(s->events[i].text, part))
			return &s->events[i];
	return NULL;
}

static int make_folder(void **state)
{
	(void)state;
	snprintf(folder, sizeof(folder), "/tmp/tsllm-back-XXXXXX");
	return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state)
{
	char command[128];

	snprintf(command, sizeof(command), "rm -r %s", folder);
	forget(state);
	return system(command);
}

/* ---- the tests ---- */

/* A history that was never interrupted has the same cells. */
static void a_restart_keeps_history_and_the_time_between_is_a_gap(void **state)
{
	struct start first, second;

	(void)state;
	begin(&first, 0, "", INT64_C(1) << 30);
	watch(&first, 0, 2 * HOUR);
	recorder_free(first.recorder);
	forget(NULL);
	begin(&second, 2 * HOUR + 600, "", INT64_C(1) << 30);
	watch(&second, 2 * HOUR + 600, 2 * HOUR + 620);
	assert_int_equal(samples(second.history, 0, 2 * HOUR), 0);
	assert_int_equal(read_back(&second, 2 * HOUR + 620), 0);
	for (size_t tier = 0; tier < RING_TIERS; tier++) {
		int64_t cell_s = ring_of_engines.tiers[tier].cell_ms / 1000;
		int64_t all_s = cell_s * (int64_t)ring_of_engines.tiers[tier].count;

		for (int64_t s = 2 * HOUR - cell_s; s > cell_s && s > 2 * HOUR + 640 - all_s; s -= cell_s) {
			struct time_cell was = cell_at(first.history, tier, (double)s),
					 is = cell_at(second.history, tier, (double)s);

			assert_true(was.count || s % HOUR / 60 == 30);
			assert_cells_equal(was, is);
		}
	}
	assert_int_equal(samples(second.history, 2 * HOUR + 10, 2 * HOUR + 600), 0);
	assert_true(cell_at(second.history, 0, 2 * HOUR + 612).count > 0);
	history_free(first.history);
	end(&second);
}

static void its_events_come_back_as_old_ones_and_its_verdicts_do_not(void **state)
{
	struct start first, second;
	const struct event *event;
	const struct snapshot *s;

	(void)state;
	begin(&first, 0, "", INT64_C(1) << 30);
	watch(&first, 0, 1850); /* it is down now */
	end(&first);
	begin(&second, HOUR, "", INT64_C(1) << 30);
	watch(&second, HOUR, HOUR + 20);
	assert_null(event_of(&second, "nothing listens"));
	assert_int_equal(read_back(&second, HOUR + 20), 0);
	event = event_of(&second, "nothing listens");
	assert_non_null(event);
	assert_in_range(event->at, at(1800).wall_ms, at(1815).wall_ms);
	assert_true(event->number == 0);
	s = take(second.ledger, second.last);
	assert_int_equal(endpoint_row(s, URL)->state, STATE_OK);
	assert_int_equal(endpoint_row(s, URL)->verdicts.count, 0);
	assert_int_equal(history_row(second.history, HISTORY_ENDPOINT, URL)->mark_count, 1);
	end(&second);
}

static void after_another_boot_only_the_wall_clock_tells_when_it_was(void **state)
{
	struct start first, second;

	(void)state;
	begin(&first, 0, OTHER_BOOT, INT64_C(1) << 30);
	watch(&first, 0, 1200);
	end(&first);
	begin(&second, 1500, "", INT64_C(1) << 30);
	watch(&second, 1500, 1520);
	assert_int_equal(read_back(&second, 1520), 0);
	assert_true(cell_at(second.history, 0, 20).count && cell_at(second.history, 0, 1180).count);
	assert_int_equal(samples(second.history, 1210, 1500), 0);
	end(&second);
}

static void several_files_are_one_history_and_what_is_older_than_a_day_is_left(void **state)
{
	struct start first, second;
	int day = 24 * HOUR;

	(void)state;
	begin(&first, 0, "", 300000); /* each file one segment */
	watch(&first, 0, 1300);
	watch(&first, day, day + 1300);
	end(&first);
	begin(&second, day + 1400, "", INT64_C(1) << 30);
	watch(&second, day + 1400, day + 1420);
	assert_int_equal(read_back(&second, day + 1420), 0);
	assert_true(samples(second.history, day, day + 1200) >= 500);
	assert_int_equal(samples(second.history, 0, 1200), 0);
	end(&second);
}

static void write_text(const char *name, const char *text, bool is_frame)
{
	char path[128];
	struct fault fault;
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	if (is_frame) {
		struct segment_out *out = segment_out_open(path, &note, &fault);

		assert_int_equal(segment_out_begin(out, &fault), 0);
		assert_int_equal(segment_out_write(out, text, strlen(text), &fault), 0);
		segment_out_free(out);
		return;
	}
	file = fopen(path, "w");
	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

/* The one file of the first start. */
static void tear_off(int64_t bytes, int64_t *left)
{
	char command[200];
	struct stat entry;

	snprintf(command, sizeof(command), "mv %s/2*.tsllm %s/20000101-000000.tsllm", folder, folder);
	assert_int_equal(system(command), 0);
	snprintf(command, sizeof(command), "%s/20000101-000000.tsllm", folder);
	assert_int_equal(stat(command, &entry), 0);
	*left = (int64_t)entry.st_size - bytes;
	assert_int_equal(truncate(command, *left), 0);
}

static void torn_foreign_and_newer_files_lose_only_themselves(void **state)
{
	struct start first, second;
	int64_t left;

	(void)state;
	begin(&first, 0, "", INT64_C(1) << 30);
	watch(&first, 0, 900);
	end(&first);
	tear_off(5, &left);
	write_text("19990101-000000.tsllm", "my diary\n", false);
	write_text("19990102-000000.tsllm", "{\"tsllm_recording\":99}\n", true);
	write_text("notes.tsllm", "not ours by its name\n", false);
	begin(&second, 1000, "", INT64_C(1) << 30);
	watch(&second, 1000, 1020);
	assert_int_equal(read_back(&second, 1020), 2);
	assert_non_null(strstr(note.text, "newer tsllm-top: its format is 99"));
	assert_true(samples(second.history, 0, 900) >= 430);
	watch(&second, 1020, 1040); /* it goes on recording */
	assert_string_equal(recorder_trouble(second.recorder), "");
	end(&second);
}

static void a_damaged_segment_is_said_once(void **state)
{
	struct start first, second;
	char path[128], byte;
	int64_t left;
	int fd;

	(void)state;
	begin(&first, 0, "", INT64_C(1) << 30);
	watch(&first, 0, 900); /* two segments */
	end(&first);
	tear_off(0, &left);
	snprintf(path, sizeof(path), "%s/20000101-000000.tsllm", folder);
	fd = open(path, O_RDWR);
	assert_int_equal(pread(fd, &byte, 1, left - 1), 1); /* of the checksum */
	byte ^= 1;
	assert_int_equal(pwrite(fd, &byte, 1, left - 1), 1);
	close(fd);
	begin(&second, 1000, "", INT64_C(1) << 30);
	watch(&second, 1000, 1020);
	assert_int_equal(read_back(&second, 1020), 1);
	assert_non_null(strstr(note.text, "is damaged: some of what was recorded from "));
	assert_true(samples(second.history, 0, 900) >= 430);
	end(&second);
}

static void a_directory_that_cannot_be_read_is_said(void **state)
{
	struct start start;
	char name[64];

	(void)state;
	begin(&start, 0, "", INT64_C(1) << 30);
	watch(&start, 0, 20);
	snprintf(name, sizeof(name), "%s", folder);
	snprintf(folder, sizeof(folder), "/nowhere");
	assert_int_equal(read_back(&start, 20), 1);
	assert_string_equal(note.text, "cannot read the recordings in '/nowhere': No such file or directory");
	snprintf(folder, sizeof(folder), "%s", name);
	assert_int_equal(read_back(&start, 20), 0);
	end(&start);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, make_folder, remove_folder)
	const struct CMUnitTest tests[] = {
		TEST(a_restart_keeps_history_and_the_time_between_is_a_gap),
		TEST(its_events_come_back_as_old_ones_and_its_verdicts_do_not),
		TEST(after_another_boot_only_the_wall_clock_tells_when_it_was),
		TEST(several_files_are_one_history_and_what_is_older_than_a_day_is_left),
		TEST(torn_foreign_and_newer_files_lose_only_themselves),
		TEST(a_damaged_segment_is_said_once),
		TEST(a_directory_that_cannot_be_read_is_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
