#include "probes/recording/recording.h"

#include "probes/base/fault.h"
#include "probes/recording/frame_text.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define HEAD_MOST ((size_t)1024 * 1024)

struct segment {
	size_t file;
	struct frame frame;
	struct segment_head head;
};

struct recording {
	struct strings files;
	VEC(struct segment) segments;
};

/* Reads the head of a segment. -1: it has none, because not even its first line is whole. */
static int read_head(int fd, const struct frame *frame, struct segment_head *head)
{
	struct bytes text = { 0 };
	const char *end;
	int failed = -1;

	frame_text_read(fd, frame, HEAD_MOST, true, &text);
	end = text.length ? memchr(text.text, '\n', text.length) : NULL;
	if (end)
		failed = segment_head_read(head, text.text, (size_t)(end - text.text));
	free(text.text);
	return failed;
}

static int refuse_foreign(const char *path, struct fault *fault)
{
	fault_say(fault, "'%s' is no recording of tsllm-top", path);
	return -1;
}

static int check_schema(const struct segment_head *head, const char *path, struct fault *fault)
{
	if (head->schema <= SEGMENT_SCHEMA)
		return 0;
	fault_say(fault, "'%s' was recorded by a newer tsllm-top: its format is %d, this one reads up to %d", path,
		head->schema, SEGMENT_SCHEMA);
	return -1;
}

/* Without visit, only the first frame and a torn one are looked into. last: the last one, as far as it is of use. */
static int walk(int fd, const char *path, struct fault *fault, struct frame *last,
	void (*visit)(void *data, const struct frame *frame, struct segment_head *head), void *data)
{
	struct frame frame = { 0 };
	enum frame_found found;

	*last = frame;
	while ((found = frames_at(fd, frame.offset + frame.length, &frame)) == FRAME_FOUND) {
		struct segment_head head = { 0 };
		bool is_looked_at = visit || frame.offset == 0 || !frame.is_whole;
		bool has_head = is_looked_at && read_head(fd, &frame, &head) == 0;

		*last = frame;
		if (!has_head && !frame.is_whole)
			last->length = 0; /* nothing of it can be used */
		if (is_looked_at && !has_head && frame.is_whole)
			return refuse_foreign(path, fault);
		if (has_head && check_schema(&head, path, fault) < 0)
			return -1;
		if (has_head && visit)
			visit(data, &frame, &head);
		segment_head_fini(&head);
		if (!frame.is_whole)
			break;
	}
	return found == FRAME_FOREIGN ? refuse_foreign(path, fault) : 0;
}

int recording_check(int fd, const char *path, struct frame *last, struct fault *fault)
{
	return walk(fd, path, fault, last, NULL, NULL);
}

/* ---- files ---- */

static void add_segment(void *data, const struct frame *frame, struct segment_head *head)
{
	struct recording *recording = data;
	struct segment *segment = VEC_PUSH(&recording->segments);

	segment->file = recording->files.count - 1;
	segment->frame = *frame;
	segment_head_copy(&segment->head, head);
}

static int add_file(struct recording *recording, const char *path, struct fault *fault)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY), failed;
	struct frame last;
	struct stat entry;

	if (fd < 0 || fstat(fd, &entry) < 0) {
		fault_say(fault, "cannot read the recording '%s': %s", path, strerror(errno));
		return -1;
	}
	strings_add(&recording->files, path);
	failed = S_ISREG(entry.st_mode) ? walk(fd, path, fault, &last, add_segment, recording)
					: refuse_foreign(path, fault);
	close(fd);
	return failed;
}

static int is_recording_name(const struct dirent *entry)
{
	size_t length = strlen(entry->d_name), suffix = strlen(RECORDING_SUFFIX);

	return length > suffix && strcmp(entry->d_name + length - suffix, RECORDING_SUFFIX) == 0;
}

/* Their names are the times at which they begin. */
static int add_directory(struct recording *recording, const char *path, struct fault *fault)
{
	struct dirent **entries = NULL;
	int count = scandir(path, &entries, is_recording_name, alphasort), failed = 0;
	char file[4096];

	for (int i = 0; i < count; i++) {
		snprintf(file, sizeof(file), "%s/%s", path, entries[i]->d_name);
		failed = failed ? failed : add_file(recording, file, fault);
		free(entries[i]);
	}
	free(entries);
	return failed;
}

struct recording *recording_open(const char *path, struct fault *fault)
{
	struct recording *recording = mem_alloc(sizeof(*recording));
	struct stat entry;
	bool is_directory = stat(path, &entry) == 0 && S_ISDIR(entry.st_mode);
	int failed = is_directory ? add_directory(recording, path, fault) : add_file(recording, path, fault);

	if (!failed && !recording->segments.count) {
		fault_say(fault, "there is nothing in the recording '%s' yet", path);
		failed = -1;
	}
	if (!failed)
		return recording;
	recording_free(recording);
	return NULL;
}

void recording_free(struct recording *recording)
{
	if (!recording)
		return;
	for (size_t i = 0; i < recording->segments.count; i++)
		segment_head_fini(&recording->segments.items[i].head);
	free(recording->segments.items);
	strings_fini(&recording->files);
	free(recording);
}

size_t recording_count(const struct recording *recording)
{
	return recording->segments.count;
}

const struct segment_head *recording_head(const struct recording *recording, size_t segment)
{
	return &recording->segments.items[segment].head;
}

void recording_lines(const struct recording *recording, size_t segment, struct bytes *text)
{
	const struct segment *it = &recording->segments.items[segment];
	int fd = open(recording->files.items[it->file], O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct bytes all = { 0 };
	const char *line;

	if (fd < 0)
		return;
	frame_text_read(fd, &it->frame, FRAME_TEXT_MOST, false, &all);
	close(fd);
	line = all.length ? memchr(all.text, '\n', all.length) : NULL;
	if (line)
		bytes_add(text, line + 1, (size_t)(all.text + all.length - line) - 1);
	free(all.text);
}
