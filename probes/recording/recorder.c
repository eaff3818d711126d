#include "probes/recording/recorder.h"

#include "probes/base/fault.h"
#include "probes/base/file.h"
#include "probes/base/log.h"
#include "probes/recording/known.h"
#include "probes/recording/segment_out.h"
#include "probes/recording/store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SEGMENT_MS (10 * 60 * 1000)
#define SEGMENT_BYTES ((size_t)32 * 1024 * 1024)
#define RETRY_MS (60 * 1000)
#define FILES 10 /* of a directory: so many share its limits */
#define BOOT_ID "/proc/sys/kernel/random/boot_id"

struct recorder {
	struct recorder_target target;
	char *file, *directory;
	int owned;       /* of store_own(); -1: the directory is not ours */
	bool is_taken;   /* but another program's */
	char path[4096]; /* of the file that is open */
	struct segment_head head;
	struct segment_out *out; /* NULL: it could not be opened */
	struct known *known;
	const struct ledger *ledger; /* NULL: unknown */
	bool has_begun;              /* something was seen */
	struct when period_begun, segment_begun, file_begun, failed, last;
	struct fault trouble;
	struct bytes text;
};

/* ---- files ---- */

static void fail(struct recorder *recorder, struct when now, const struct fault *fault)
{
	if (!*recorder->trouble.text)
		log_line("%s", fault->text);
	recorder->trouble = *fault;
	recorder->failed = now;
}

static void disown(struct recorder *recorder)
{
	if (recorder->owned >= 0)
		close(recorder->owned);
	recorder->owned = -1;
}

/* The path of the next file. -1 and a fault: the directory is not ours. */
static int find_place(struct recorder *recorder, struct when now, struct fault *fault)
{
	if (*recorder->file) {
		snprintf(recorder->path, sizeof(recorder->path), "%s", recorder->file);
		return 0;
	}
	if (recorder->owned >= 0 && !store_is_owned(recorder->directory, recorder->owned))
		disown(recorder);
	if (recorder->owned < 0)
		recorder->owned = store_own(recorder->directory, &recorder->is_taken, fault);
	if (recorder->owned < 0)
		return -1;
	store_name(recorder->directory, now, recorder->path, sizeof(recorder->path));
	return 0;
}

static int open_file(struct recorder *recorder, struct when now, struct fault *note, struct fault *fault)
{
	if (find_place(recorder, now, fault) < 0)
		return -1;
	recorder->out = segment_out_open(recorder->path, note, fault);
	recorder->file_begun = now;
	if (!recorder->out)
		disown(recorder); /* it may have been removed: the next try makes it anew */
	return recorder->out ? 0 : -1;
}

static void close_file(struct recorder *recorder)
{
	segment_out_free(recorder->out);
	recorder->out = NULL;
}

static bool is_full(const struct recorder *recorder, struct when now)
{
	return !*recorder->file &&
	       (segment_out_size(recorder->out) > recorder->target.bytes_most / FILES ||
		       when_since(recorder->file_begun, now) > recorder->target.age_most_ms / FILES);
}

/* The next file of the directory, if this one is full. */
static void turn_over(struct recorder *recorder, struct when now, struct fault *fault)
{
	struct fault note;

	if (recorder->out && is_full(recorder, now))
		close_file(recorder);
	if (!recorder->out)
		open_file(recorder, now, &note, fault);
	if (recorder->owned >= 0)
		store_prune(recorder->directory, recorder->path, recorder->target.bytes_most,
			now.wall_ms - recorder->target.age_most_ms);
}

static void read_boot(char *boot, size_t size)
{
	struct fault why;
	size_t length;
	char *text = file_read(BOOT_ID, size, FILE_NO_PIPE, &length, &why);

	if (text)
		snprintf(boot, size, "%.*s", (int)strcspn(text, "\n"), text);
	free(text);
}

struct recorder *recorder_new(
	const struct recorder_target *target, struct when now, struct fault *note, struct fault *fault)
{
	struct recorder *recorder = mem_alloc(sizeof(*recorder));

	recorder->target = *target;
	recorder->file = mem_copy(target->file);
	recorder->directory = mem_copy(target->directory);
	recorder->owned = -1;
	recorder->known = known_new();
	*note = (struct fault){ "" };
	if (open_file(recorder, now, note, fault) == 0)
		return recorder;
	if (recorder->is_taken) {
		fail(recorder, now, fault);
		return recorder;
	}
	recorder_free(recorder);
	return NULL;
}

/* ---- segments and periods ---- */

static int write_text(struct recorder *recorder, struct fault *fault)
{
	int failed = segment_out_write(recorder->out, recorder->text.text, recorder->text.length, fault);

	return failed ? failed : segment_out_flush(recorder->out, fault);
}

static void begin_segment(struct recorder *recorder, struct when now)
{
	struct fault fault = { "" };

	recorder->segment_begun = now;
	recorder->head.begun = now;
	if (!recorder->head.run)
		recorder->head.run = now.wall_ms;
	turn_over(recorder, now, &fault);
	recorder->text.length = 0;
	segment_head_write(&recorder->head, &recorder->text);
	known_begin_segment(recorder->known, recorder->ledger, now, &recorder->text);
	if (!recorder->out || segment_out_begin(recorder->out, &fault) < 0 ||
		write_text(recorder, &fault) < 0)
		fail(recorder, now, &fault);
	else
		recorder->trouble = (struct fault){ "" };
}

static bool is_wanted(const struct recorder *recorder, struct when now)
{
	const struct recorder_target *target = &recorder->target;

	return now.wall_ms >= target->begins && (!target->ends || now.wall_ms <= target->ends);
}

static bool needs_segment(const struct recorder *recorder, struct when now)
{
	int64_t since = when_since(recorder->segment_begun, now);

	if (*recorder->trouble.text)
		return when_since(recorder->failed, now) >= RETRY_MS;
	return !segment_out_is_open(recorder->out) || since >= SEGMENT_MS || since < 0 ||
	       segment_out_written(recorder->out) >= SEGMENT_BYTES;
}

static void end_period(struct recorder *recorder, struct when now)
{
	struct fault fault;

	recorder->text.length = 0;
	known_end_period(recorder->known, now, &recorder->text);
	recorder->period_begun = recorder->last = now;
	if (segment_out_is_open(recorder->out) && write_text(recorder, &fault) < 0)
		fail(recorder, now, &fault);
}

/* Somebody removed the file, maybe with its directory: what comes goes into another. */
static void leave_removed(struct recorder *recorder)
{
	if (!recorder->out || !segment_out_is_gone(recorder->out))
		return;
	log_line("'%s' was removed: recording goes on in a new file", recorder->path);
	close_file(recorder);
	disown(recorder);
}

void recorder_tick(struct recorder *recorder, struct when now)
{
	int64_t since = when_since(recorder->period_begun, now);

	if (!recorder->has_begun || (since > -recorder->head.period_ms && since < recorder->head.period_ms))
		return;
	end_period(recorder, now);
	leave_removed(recorder);
	if (is_wanted(recorder, now) && needs_segment(recorder, now))
		begin_segment(recorder, now);
}

void recorder_see(struct recorder *recorder, const struct observation *observation, struct when when)
{
	const struct recorder_target *target = &recorder->target;

	if (!recorder->has_begun) {
		recorder->period_begun = when;
		if (is_wanted(recorder, when))
			begin_segment(recorder, when);
	}
	recorder->has_begun = true;
	/* The period that it ends is without it, also for a snapshot of the same millisecond. */
	recorder_tick(recorder, (struct when){ when.mono_ms - 1, when.wall_ms - 1 });
	if (target->ends && when.wall_ms > target->ends)
		return;
	known_see(recorder->known, observation, when);
	recorder->last = when;
}

void recorder_hear(void *recorder, const struct observation *observation, struct when when)
{
	recorder_see(recorder, observation, when);
}

void recorder_free(struct recorder *recorder)
{
	if (!recorder)
		return;
	if (recorder->has_begun)
		end_period(recorder, recorder->last);
	close_file(recorder);
	disown(recorder);
	known_free(recorder->known);
	segment_head_fini(&recorder->head);
	free(recorder->text.text);
	free(recorder->file);
	free(recorder->directory);
	free(recorder);
}

void recorder_begin_run(struct recorder *recorder, const struct segment_head *head)
{
	if (recorder->has_begun)
		end_period(recorder, recorder->last);
	segment_out_end(recorder->out);
	segment_head_fini(&recorder->head);
	segment_head_copy(&recorder->head, head);
	recorder->head.schema = SEGMENT_SCHEMA;
	if (!*head->boot)
		read_boot(recorder->head.boot, sizeof(recorder->head.boot));
	known_free(recorder->known);
	recorder->known = known_new();
	recorder->ledger = NULL;
	recorder->has_begun = false;
}

void recorder_follow(struct recorder *recorder, const struct ledger *ledger)
{
	recorder->ledger = ledger;
}

const char *recorder_boot(const struct recorder *recorder)
{
	return recorder->head.boot;
}

const char *recorder_path(const struct recorder *recorder)
{
	return recorder->path;
}

const char *recorder_trouble(const struct recorder *recorder)
{
	return recorder->trouble.text;
}
