#include "probes/recording/segment_out.h"

#include "probes/base/fault.h"
#include "probes/base/mem.h"
#include "probes/base/private.h"
#include "probes/recording/frames.h"
#include "probes/recording/recording.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zstd.h>

/* A segment is at most a megabyte of text, and a period is packed in a millisecond: the search may be long, and its
 * tables small (2.5 MB). */
static const struct {
	ZSTD_cParameter name;
	int value;
} packing[] = {
	{ ZSTD_c_compressionLevel, 16 },
	{ ZSTD_c_windowLog, 18 },
	{ ZSTD_c_hashLog, 16 },
	{ ZSTD_c_chainLog, 18 },
	{ ZSTD_c_searchLog, 8 },
	{ ZSTD_c_targetLength, 256 },
	{ ZSTD_c_strategy, ZSTD_btultra },
	{ ZSTD_c_checksumFlag, 1 },
};

struct segment_out {
	int fd;
	char *path;
	ZSTD_CCtx *context;
	bool is_open;
	int64_t size, begun; /* of the file: at the last flush, and before this segment */
	size_t written;
};

static int refuse(const char *path, const char *why, struct fault *fault)
{
	fault_say(fault, "cannot record to '%s': %s", path, why);
	return -1;
}

static const char *why_not_open(void)
{
	return errno == ELOOP ? "it is a symbolic link: name the file that it leads to" : strerror(errno);
}

static int check(int fd, const char *path, struct frame *last, struct fault *fault)
{
	struct stat entry;

	if (fstat(fd, &entry) < 0)
		return refuse(path, strerror(errno), fault);
	if (!S_ISREG(entry.st_mode))
		return refuse(path, "it is no file", fault);
	if (recording_check(fd, path, last, fault) < 0 ||
		private_check_owner(&entry, "the recording", fault) < 0 ||
		private_check_mode(&entry, PRIVATE_SECRET, "the recording", path, fault) < 0)
		return -1;
	if (flock(fd, LOCK_EX | LOCK_NB) < 0)
		return refuse(path, "another tsllm-top records to it", fault);
	return recording_check(fd, path, last, fault);
}

/* Ends what a killed program left open. */
static int repair(struct segment_out *out, const struct frame *last, struct fault *note, struct fault *fault)
{
	struct stat entry;
	int64_t end = last->offset + last->length;

	*note = (struct fault){ "" };
	if (fstat(out->fd, &entry) < 0 || frames_repair(out->fd, last) < 0)
		return refuse(out->path, strerror(errno), fault);
	if (entry.st_size > end)
		fault_say(note, "'%s' was not closed: its last %lld bytes are incomplete and were cut off",
			out->path, (long long)(entry.st_size - end));
	out->size = lseek(out->fd, 0, SEEK_END);
	return 0;
}

struct segment_out *segment_out_open(const char *path, struct fault *note, struct fault *fault)
{
	struct segment_out *out = mem_alloc(sizeof(*out));
	struct frame last;

	out->path = mem_copy(path);
	out->fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY, 0600);
	if (out->fd < 0)
		refuse(path, why_not_open(), fault);
	else if (check(out->fd, path, &last, fault) == 0 && repair(out, &last, note, fault) == 0)
		out->context = ZSTD_createCCtx();
	if (!out->context) {
		segment_out_free(out);
		return NULL;
	}
	for (size_t i = 0; i < ARRAY_LEN(packing); i++)
		ZSTD_CCtx_setParameter(out->context, packing[i].name, packing[i].value);
	return out;
}

/* The file ends with the last period that was flushed, as a whole frame. */
static int give_up(struct segment_out *out, struct fault *fault)
{
	const struct frame frame = { .offset = out->begun, .length = out->size - out->begun };

	refuse(out->path, strerror(errno), fault);
	out->is_open = false;
	if (frames_repair(out->fd, &frame) == 0)
		out->size = lseek(out->fd, 0, SEEK_END);
	return -1;
}

static int write_all(int fd, const char *bytes, size_t length)
{
	while (length) {
		ssize_t count = write(fd, bytes, length);

		if (count < 0 && errno != EINTR)
			return -1;
		bytes += count > 0 ? count : 0;
		length -= count > 0 ? (size_t)count : 0;
	}
	return 0;
}

static int pass(struct segment_out *out, const char *text, size_t length, ZSTD_EndDirective what,
	struct fault *fault)
{
	ZSTD_inBuffer in = { text, length, 0 };
	char chunk[32 * 1024];
	size_t left;

	do {
		ZSTD_outBuffer packed = { chunk, sizeof(chunk), 0 };

		left = ZSTD_compressStream2(out->context, &packed, &in, what);
		if (ZSTD_isError(left))
			errno = ENOMEM;
		if (ZSTD_isError(left) || write_all(out->fd, chunk, packed.pos) < 0)
			return give_up(out, fault);
	} while (what == ZSTD_e_continue ? in.pos < in.size : left > 0);
	if (what != ZSTD_e_continue)
		out->size = lseek(out->fd, 0, SEEK_CUR);
	return 0;
}

static int end(struct segment_out *out, struct fault *fault)
{
	int failed = out->is_open ? pass(out, "", 0, ZSTD_e_end, fault) : 0;

	out->is_open = false;
	return failed;
}

void segment_out_end(struct segment_out *out)
{
	struct fault fault;

	if (out && out->context)
		end(out, &fault);
}

void segment_out_free(struct segment_out *out)
{
	if (!out)
		return;
	segment_out_end(out);
	ZSTD_freeCCtx(out->context);
	if (out->fd >= 0)
		close(out->fd);
	free(out->path);
	free(out);
}

int segment_out_begin(struct segment_out *out, struct fault *fault)
{
	if (end(out, fault) < 0)
		return -1;
	ZSTD_CCtx_reset(out->context, ZSTD_reset_session_only);
	out->begun = out->size = lseek(out->fd, 0, SEEK_END);
	out->written = 0;
	out->is_open = true;
	return 0;
}

int segment_out_write(struct segment_out *out, const char *text, size_t length, struct fault *fault)
{
	out->written += length;
	return pass(out, text, length, ZSTD_e_continue, fault);
}

int segment_out_flush(struct segment_out *out, struct fault *fault)
{
	return pass(out, "", 0, ZSTD_e_flush, fault);
}

bool segment_out_is_open(const struct segment_out *out)
{
	return out && out->is_open;
}

bool segment_out_is_gone(const struct segment_out *out)
{
	struct stat entry;

	return fstat(out->fd, &entry) == 0 && entry.st_nlink == 0;
}

int64_t segment_out_size(const struct segment_out *out)
{
	return out->size;
}

size_t segment_out_written(const struct segment_out *out)
{
	return out->written;
}
