/* The file is opened for each batch of lines: whoever renames or removes it, or mounts a disk there, need not
 * tell this program. A batch is one write; if the disk takes only a part of it, that part is cut off again. */
#include "tui/event_log.h"

#include "probes/base/append.h"
#include "probes/base/fault.h"
#include "probes/base/log.h"
#include "probes/base/mem.h"
#include "probes/base/text.h"
#include "probes/model/event_codes.h"
#include "probes/model/snapshot.h"
#include "probes/report/event_line.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct event_log {
	char *path; /* "": none */
	void (*say)(void *data, const char *text);
	void *data;
	uint64_t logged, written; /* numbers of the last event in the log and in the file */
	bool has_begun;           /* the line about the start is written */
	char *trouble;            /* that was said last; "": none */
};

/* ---- the file ---- */

static void rotate(const char *path)
{
	char from[4096], to[4096];

	for (int i = EVENT_LOG_KEPT; i > 0; i--) {
		snprintf(to, sizeof(to), "%s.%d", path, i);
		snprintf(from, sizeof(from), i > 1 ? "%s.%d" : "%s", path, i - 1);
		rename(from, to);
	}
}

/* Rotated first, if the bytes would make it too large. -1 and a fault: it cannot be opened. */
static int open_for(const char *path, size_t length, off_t *size, struct fault *fault)
{
	struct stat entry = { 0 };
	int fd = append_open(path, "the event log", fault);

	if (fd >= 0 && fstat(fd, &entry) == 0 && S_ISREG(entry.st_mode) && entry.st_size &&
		entry.st_size + (off_t)length > EVENT_LOG_MAX_BYTES) {
		rotate(path);
		close(fd);
		fd = append_open(path, "the event log", fault);
		if (fd >= 0 && fstat(fd, &entry) != 0)
			entry.st_size = 0;
	}
	*size = entry.st_size;
	return fd;
}

static int append(const char *path, const struct bytes *bytes, struct fault *fault)
{
	off_t size;
	int fd = open_for(path, bytes->length, &size, fault), error;
	ssize_t count;

	if (fd < 0)
		return -1;
	count = write(fd, bytes->text, bytes->length);
	error = count < 0 ? errno : ENOSPC;
	if (count >= 0 && (size_t)count < bytes->length && ftruncate(fd, size) != 0)
		error = errno;
	close(fd);
	if (count >= 0 && (size_t)count == bytes->length)
		return 0;
	fault_say(fault, "cannot write the event log '%s': %s", path, strerror(error));
	return -1;
}

/* ---- lines ---- */

static void add_line(struct bytes *bytes, const struct event *event)
{
	char line[EVENT_LINE_MAX];

	event_line(event, line);
	bytes_add(bytes, line, strlen(line));
	bytes_add(bytes, "\n", 1);
}

static void add_own(struct bytes *bytes, const char *code, const char *text)
{
	add_line(bytes,
		&(struct event){ .at = when_now().wall_ms, .who = "", .machine = "", .code = code, .text = text });
}

static void put(struct event_log *log, const struct bytes *bytes, uint64_t newest)
{
	struct fault fault = { "" };

	if (append(log->path, bytes, &fault) == 0) {
		log->has_begun = true;
		log->written = newest;
	}
	if (strcmp(fault.text, log->trouble) == 0)
		return;
	mem_replace(&log->trouble, fault.text);
	if (!*fault.text)
		return;
	log_line("%s", fault.text);
	log->say(log->data, fault.text);
}

struct event_log *event_log_new(const char *path, void (*say)(void *data, const char *text), void *data)
{
	struct event_log *log = mem_alloc(sizeof(*log));

	log->path = mem_copy(path);
	log->trouble = mem_copy("");
	log->say = say;
	log->data = data;
	return log;
}

void event_log_free(struct event_log *log)
{
	struct bytes bytes = { 0 };

	if (!log)
		return;
	if (log->has_begun) {
		add_own(&bytes, EVENT_ENDED, "tsllm-top ended");
		put(log, &bytes, log->written);
		free(bytes.text);
	}
	free(log->path);
	free(log->trouble);
	free(log);
}

void event_log_see(struct event_log *log, const struct snapshot *snapshot)
{
	uint64_t newest = snapshot->event_count ? snapshot->events[0].number : 0;
	struct bytes bytes = { 0 };

	if (strcmp(snapshot->source, "live") != 0)
		return;
	if (*log->path && !log->has_begun)
		add_own(&bytes, EVENT_STARTED, "tsllm-top " TSLLM_VERSION " started");
	for (size_t i = snapshot->event_count; i-- > 0;) {
		const struct event *event = &snapshot->events[i];

		if (event->number > log->logged)
			log_line("%s %s %s: %s", severity_name(event->severity), event->code,
				*event->who ? event->who : "tailscaled", event->text);
		if (*log->path && event->number > log->written)
			add_line(&bytes, event);
	}
	log->logged = newest > log->logged ? newest : log->logged;
	if (bytes.length)
		put(log, &bytes, newest);
	free(bytes.text);
}
