/* The path is looked at each time: if another file has it now, the old one is read to its end first. If the file is
 * shorter than what was read of it, it was emptied, and is read from its beginning. A new file of another owner is not
 * read: who owns the log could have put a link to somebody else's file there, and root would show it. */
#include "probes/io/log_file.h"

#include "probes/base/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define TAIL_MAX (256 * 1024)  /* bytes in which the last lines are looked for */
#define READ_MAX (1024 * 1024) /* bytes at one time */

struct log_file {
	char *path;
	int fd;
	off_t at;
	bool is_cut; /* the line at `at` began before it: the rest of it is left out, it may be that of a key */
	off_t left_out;  /* bytes before `at`, of which nothing has been said */
	bool is_in_line; /* of the last line that was given, the end has not come */
};

typedef void take_fn(void *data, const char *bytes, size_t length);

/* Of the regular file with that path, without waiting for anything; -1 and errno. */
static int open_file(const char *path)
{
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	struct stat is;

	if (fd < 0 || (fstat(fd, &is) == 0 && S_ISREG(is.st_mode)))
		return fd;
	close(fd);
	errno = EINVAL;
	return -1;
}

/* To where the last lines begin. */
static void find_tail(struct log_file *log_file, size_t lines)
{
	off_t size = lseek(log_file->fd, 0, SEEK_END), from = size > TAIL_MAX ? size - TAIL_MAX : 0;
	char *text = mem_alloc(TAIL_MAX);
	ssize_t at = pread(log_file->fd, text, TAIL_MAX, from);

	/* The end of the last line is no beginning of another. */
	for (at = at > 0 ? at - 1 : 0; at > 0 && (text[at - 1] != '\n' || --lines); at--)
		;
	free(text);
	log_file->at = from + at;
	log_file->is_cut = from && !at;
	log_file->left_out = log_file->is_cut ? from : 0;
}

struct log_file *log_file_open(const char *path, size_t lines)
{
	int fd = open_file(path);
	struct log_file *log_file;

	if (fd < 0)
		return NULL;
	log_file = mem_alloc(sizeof(*log_file));
	log_file->path = mem_copy(path);
	log_file->fd = fd;
	log_file->is_in_line = false;
	find_tail(log_file, lines);
	return log_file;
}

void log_file_free(struct log_file *log_file)
{
	if (!log_file)
		return;
	close(log_file->fd);
	free(log_file->path);
	free(log_file);
}

/* Gives the whole lines of it, and what has come of the last one. */
static void give(struct log_file *log_file, const char *text, size_t length, take_fn *bytes, void *data)
{
	const char *end = log_file->is_cut ? memchr(text, '\n', length) : NULL;

	if (log_file->is_cut && !end)
		return;
	if (end) {
		log_file->is_cut = false;
		length -= (size_t)(end + 1 - text);
		text = end + 1;
	}
	if (!length)
		return;
	log_file->is_in_line = text[length - 1] != '\n';
	bytes(data, text, length);
}

/* Another text begins: what has come of a line is all of it. */
static void begin_anew(struct log_file *log_file, take_fn *bytes, void *data)
{
	if (log_file->is_in_line)
		bytes(data, "\n", 1);
	log_file->is_cut = log_file->is_in_line = false;
	log_file->at = 0;
}

static void skip(struct log_file *log_file, off_t size)
{
	if (size - log_file->at <= READ_MAX)
		return;
	log_file->left_out = size - TAIL_MAX - log_file->at;
	log_file->at = size - TAIL_MAX;
	log_file->is_cut = true;
}

static void say_left_out(struct log_file *log_file, take_fn *bytes, void *data)
{
	char line[80];

	if (!log_file->left_out)
		return;
	snprintf(line, sizeof(line), "%s[%lld bytes left out]\n", log_file->is_in_line ? "\n" : "",
		(long long)log_file->left_out);
	bytes(data, line, strlen(line));
	log_file->left_out = 0;
	log_file->is_in_line = false;
}

static bool read_rest(struct log_file *log_file, take_fn *bytes, void *data)
{
	char text[16384];
	bool is_new = false;
	struct stat is;
	ssize_t length;

	if (fstat(log_file->fd, &is))
		return false;
	if (is.st_size < log_file->at)
		begin_anew(log_file, bytes, data);
	skip(log_file, is.st_size);
	say_left_out(log_file, bytes, data);
	while (log_file->at < is.st_size &&
		(length = pread(log_file->fd, text, sizeof(text), log_file->at)) > 0) {
		log_file->at += length;
		give(log_file, text, (size_t)length, bytes, data);
		is_new = true;
	}
	return is_new;
}

bool log_file_read(
	struct log_file *log_file, void (*bytes)(void *data, const char *bytes, size_t length), void *data)
{
	bool is_new = read_rest(log_file, bytes, data);
	struct stat here, there;
	int fd;

	if (stat(log_file->path, &there) || fstat(log_file->fd, &here) ||
		(here.st_ino == there.st_ino && here.st_dev == there.st_dev))
		return is_new;
	fd = open_file(log_file->path);
	if (fd < 0)
		return is_new;
	if (fstat(fd, &there) || there.st_uid != here.st_uid) {
		close(fd);
		return is_new;
	}
	close(log_file->fd);
	log_file->fd = fd;
	begin_anew(log_file, bytes, data);
	return read_rest(log_file, bytes, data) || is_new;
}
