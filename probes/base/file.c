/* Opens files without blocking. Only pipes are waited for, and only briefly. */
#include "probes/base/file.h"

#include "probes/base/fault.h"
#include "probes/base/mem.h"
#include "probes/base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Fills why and sets errno; returns -1. */
static int refuse(struct fault *why, int error, const char *reason)
{
	fault_say(why, "%s", reason);
	errno = error;
	return -1;
}

/* Whether read() will not block. Waits up to wait_ms for data in a pipe. */
static bool is_ready(int fd, bool is_pipe, int wait_ms)
{
	struct pollfd ready = { .fd = fd, .events = POLLIN };

	return !is_pipe || poll(&ready, 1, wait_ms) == 1;
}

/* 0 if this kind of file may be read; otherwise fills why, sets errno and returns -1. */
static int check_kind(const struct stat *entry, int pipe_ms, struct fault *why)
{
	if (S_ISDIR(entry->st_mode))
		return refuse(why, EISDIR, strerror(EISDIR));
	if (S_ISREG(entry->st_mode) || S_ISCHR(entry->st_mode) || (S_ISFIFO(entry->st_mode) && pipe_ms))
		return 0;
	return refuse(why, EINVAL, "not a regular file");
}

/* Reads up to most bytes; a file with more is refused (EFBIG). */
static ssize_t read_all(
	int fd, const struct stat *entry, char *to, size_t most, int pipe_ms, struct fault *why)
{
	size_t length = 0;
	char size[32], reason[64];

	if (check_kind(entry, pipe_ms, why) < 0)
		return -1;
	while (length <= most) {
		ssize_t count = -1;

		if (!is_ready(fd, S_ISFIFO(entry->st_mode), pipe_ms))
			return refuse(why, ETIMEDOUT, "a pipe that nobody writes to");
		count = read(fd, to + length, most + 1 - length);
		if (count < 0)
			return refuse(why, errno, strerror(errno));
		if (!count)
			return (ssize_t)length;
		length += (size_t)count;
	}
	snprintf(reason, sizeof(reason), "larger than %s", text_bytes(size, sizeof(size), (double)most));
	return refuse(why, EFBIG, reason);
}

char *file_read_entry(const char *path, size_t most, int pipe_ms, struct stat *entry, struct fault *why)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY), error;
	ssize_t count;
	char *text;

	if (fd < 0 || fstat(fd, entry) < 0) {
		refuse(why, errno, strerror(errno));
		if (fd >= 0)
			close(fd);
		return NULL;
	}
	text = mem_alloc(most + 2);
	count = read_all(fd, entry, text, most, pipe_ms, why);
	error = errno;
	close(fd);
	if (count >= 0) {
		text[count] = '\0';
		entry->st_size = count;
		return text;
	}
	free(text);
	errno = error;
	return NULL;
}

char *file_read(const char *path, size_t most, int pipe_ms, size_t *length, struct fault *why)
{
	struct stat entry;
	char *text = file_read_entry(path, most, pipe_ms, &entry, why);

	*length = text ? (size_t)entry.st_size : 0;
	return text;
}
