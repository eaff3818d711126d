#include "probes/recording/recording.h"

#include "probes/base/fault.h"
#include "probes/recording/frame_text.h"
#include "probes/recording/store.h"

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
	/* Of recording_look_on(). */
	int64_t since;
	size_t looked; /* files that were */
	int fd;        /* of the one that is; -1: it is not open */
	struct frame frame;
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

static int refuse_unread(const char *path, struct fault *fault)
{
	fault_say(fault, "cannot read the recording '%s': %s", path, strerror(errno));
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

enum step {
	STEP_END,
	STEP_FOUND,
	STEP_DAMAGED, /* and said: the next one may be of use */
	STEP_REFUSED  /* and said: nothing that follows is */
};

/* Where, from that offset on, the next frame with a head begins; -1: nowhere. */
static int64_t find_head(int fd, int64_t offset)
{
	while ((offset = frames_find(fd, offset)) >= 0) {
		struct frame frame;
		struct segment_head head = { 0 };
		bool is_one =
			frames_at(fd, offset, &frame) == FRAME_FOUND && read_head(fd, &frame, &head) == 0;

		segment_head_fini(&head);
		if (is_one)
			return offset;
		offset++;
	}
	return -1;
}

/* offset: of what makes no sense. */
static enum step refuse_foreign(const char *path, int64_t offset, struct fault *fault)
{
	if (offset)
		fault_say(fault, "'%s' is damaged: what follows its first %lld bytes cannot be read", path,
			(long long)offset);
	else
		fault_say(fault, "'%s' is no recording of tsllm-top", path);
	return STEP_REFUSED;
}

/* The next step is from there on. */
static enum step pass_over(const char *path, int64_t next, struct frame *frame, struct fault *fault)
{
	fault_say(
		fault, "'%s' is damaged: some of its first %lld bytes cannot be read", path, (long long)next);
	*frame = (struct frame){ .offset = next, .is_whole = true };
	return STEP_DAMAGED;
}

/* The next frame, with its head if that is read: of the first frame, and of a torn one, it always is. One of which
 * nothing can be used has no length. A frame that is not whole is the end of the file, or damaged. */
static enum step step(int fd, const char *path, bool reads_head, struct frame *frame,
	struct segment_head *head, struct fault *fault)
{
	int64_t before = frame->offset, next;
	enum frame_found found = frames_at(fd, before + frame->length, frame);
	bool is_whole = found == FRAME_FOUND && frame->is_whole;

	*head = (struct segment_head){ 0 };
	if (found == FRAME_END)
		return STEP_END;
	if (is_whole && frame->offset && !reads_head)
		return STEP_FOUND;
	if (found == FRAME_FOUND && read_head(fd, frame, head) == 0 && check_schema(head, path, fault) < 0) {
		head->schema = 0; /* of no use here */
		return STEP_REFUSED;
	}
	if (is_whole && head->schema)
		return STEP_FOUND;
	/* The frame before may have ended sooner than it says. */
	next = find_head(fd, (found == FRAME_FOREIGN ? before : frame->offset) + 1);
	if (next < 0 && (found == FRAME_FOREIGN || is_whole))
		return refuse_foreign(path, frame->offset, fault);
	if (next >= 0 && !(head->schema && reads_head))
		return pass_over(path, next, frame, fault);
	if (next >= 0) /* its lines say so when they are read */
		*frame = (struct frame){ frame->offset, next - frame->offset, true };
	if (!head->schema)
		frame->length = 0;
	return STEP_FOUND;
}

/* last: the last one, as far as it is of use. Without visit, not each head is read. -1 and a fault: not all of it can be
 * read. */
static int walk(int fd, const char *path, struct fault *fault, struct frame *last,
	void (*visit)(void *data, const struct frame *frame, struct segment_head *head), void *data)
{
	struct segment_head head;
	struct frame frame = { .is_whole = true };
	enum step found = STEP_FOUND;
	struct fault why;
	int failed = 0;

	*last = (struct frame){ 0 };
	while (frame.is_whole && found != STEP_REFUSED &&
		(found = step(fd, path, visit != NULL, &frame, &head, &why)) != STEP_END) {
		if (found != STEP_FOUND && !failed)
			*fault = why;
		failed = failed || found != STEP_FOUND ? -1 : 0;
		*last = frame;
		if (head.schema && visit)
			visit(data, &frame, &head);
		segment_head_fini(&head);
	}
	return failed;
}

int recording_check(int fd, const char *path, struct frame *last, struct fault *fault)
{
	return walk(fd, path, fault, last, NULL, NULL);
}

/* ---- files ---- */

static void add_segment(
	struct recording *recording, size_t file, const struct frame *frame, const struct segment_head *head)
{
	struct segment *segment = VEC_PUSH(&recording->segments);

	segment->file = file;
	segment->frame = *frame;
	segment_head_copy(&segment->head, head);
}

static void add_to_last(void *data, const struct frame *frame, struct segment_head *head)
{
	struct recording *recording = data;

	add_segment(recording, recording->files.count - 1, frame, head);
}

/* -1 and a fault: it cannot be read, or is no file. */
static int open_file(const char *path, struct fault *fault)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct stat entry;

	if (fd < 0 || fstat(fd, &entry) < 0)
		refuse_unread(path, fault);
	else if (S_ISREG(entry.st_mode))
		return fd;
	else
		refuse_foreign(path, 0, fault);
	if (fd >= 0)
		close(fd);
	return -1;
}

static int add_file(struct recording *recording, const char *path, struct fault *fault)
{
	int fd = open_file(path, fault), failed;
	struct frame last;

	if (fd < 0)
		return -1;
	strings_add(&recording->files, path);
	failed = walk(fd, path, fault, &last, add_to_last, recording);
	close(fd);
	return failed;
}

static int is_recording_name(const struct dirent *entry)
{
	size_t length = strlen(entry->d_name), suffix = strlen(RECORDING_SUFFIX);

	return length > suffix && strcmp(entry->d_name + length - suffix, RECORDING_SUFFIX) == 0;
}

/* Their names are the times at which they begin. note: which are of no use; "". */
static int add_directory(
	struct recording *recording, const char *path, struct fault *note, struct fault *fault)
{
	struct dirent **entries = NULL;
	int count = scandir(path, &entries, is_recording_name, alphasort), left_out = 0;
	struct fault first, why;
	char file[4096];

	if (count < 0)
		return refuse_unread(path, fault);
	for (int i = 0; i < count; i++) {
		snprintf(file, sizeof(file), "%s/%s", path, entries[i]->d_name);
		if (add_file(recording, file, &why) < 0 && left_out++ == 0)
			first = why;
		free(entries[i]);
	}
	free(entries);
	if (left_out > 1)
		fault_say(note, "left out of the recording: %d files, of which the first: %s", left_out,
			first.text);
	else if (left_out)
		fault_say(note, "left out of the recording: %s", first.text);
	return 0;
}

static struct recording *new_recording(void)
{
	struct recording *recording = mem_alloc(sizeof(*recording));

	recording->fd = -1;
	return recording;
}

struct recording *recording_open(const char *path, struct fault *note, struct fault *fault)
{
	struct recording *recording = new_recording();
	struct stat entry;
	bool is_directory = stat(path, &entry) == 0 && S_ISDIR(entry.st_mode);
	int failed;

	*note = (struct fault){ "" };
	failed =
		is_directory ? add_directory(recording, path, note, fault) : add_file(recording, path, fault);
	if (failed && recording->segments.count)
		*note = *fault;
	if (recording->segments.count)
		return recording;
	if (!failed && *note->text)
		*fault = *note;
	else if (!failed)
		fault_say(fault, "there is nothing in the recording '%s' yet", path);
	recording_free(recording);
	return NULL;
}

struct recording *recording_of_store(
	const char *directory, const char *current, int64_t since, struct fault *fault)
{
	struct recording *recording = new_recording();

	recording->since = since;
	if (store_files(directory, current, since, &recording->files, fault) == 0)
		return recording;
	recording_free(recording);
	return NULL;
}

static void close_file(struct recording *recording)
{
	if (recording->fd >= 0)
		close(recording->fd);
	recording->fd = -1;
	recording->frame = (struct frame){ 0 };
}

bool recording_look_on(struct recording *recording, struct fault *fault)
{
	struct segment_head head = { 0 };
	const char *path;
	enum step found = STEP_REFUSED;

	*fault = (struct fault){ "" };
	if (recording->looked == recording->files.count)
		return false;
	path = recording->files.items[recording->looked];
	if (recording->fd < 0)
		recording->fd = open_file(path, fault);
	if (recording->fd >= 0)
		found = step(recording->fd, path, true, &recording->frame, &head, fault);
	if (head.schema && head.begun.wall_ms >= recording->since)
		add_segment(recording, recording->looked, &recording->frame, &head);
	segment_head_fini(&head);
	if (found == STEP_END || found == STEP_REFUSED || !recording->frame.is_whole) {
		close_file(recording);
		recording->looked++;
	}
	return true;
}

void recording_free(struct recording *recording)
{
	if (!recording)
		return;
	close_file(recording);
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

int recording_lines(
	const struct recording *recording, size_t segment, struct bytes *text, struct fault *fault)
{
	const struct segment *it = &recording->segments.items[segment];
	const char *path = recording->files.items[it->file], *line;
	int fd = open_file(path, fault), failed;
	struct bytes all = { 0 };
	char begun[32];

	if (fd < 0)
		return -1;
	failed = frame_text_read(fd, &it->frame, FRAME_TEXT_MOST, false, &all);
	close(fd);
	line = all.length ? memchr(all.text, '\n', all.length) : NULL;
	if (line)
		bytes_add(text, line + 1, (size_t)(all.text + all.length - line) - 1);
	free(all.text);
	if (failed)
		fault_say(fault, "'%s' is damaged: some of what was recorded from %s on is missing or wrong",
			path, when_format_local(it->head.begun.wall_ms, begun, sizeof(begun)));
	return failed;
}
