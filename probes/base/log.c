/* The log is a global, so that any code can write a line. */
#include "probes/base/log.h"

#include "probes/base/fault.h"
#include "probes/base/private.h"
#include "probes/base/text.h"
#include "probes/base/when.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static FILE *sink;

/* The descriptor that a path like /dev/stderr stands for; -1: none. The user's shell opened it, so its
 * owner and mode are not checked. */
static int descriptor_of(const char *path)
{
	if (!strcmp(path, "/dev/stderr"))
		return STDERR_FILENO;
	if (!strcmp(path, "/dev/stdout"))
		return STDOUT_FILENO;
	return text_has_prefix(path, "/dev/fd/") ? (int)text_number(path + strlen("/dev/fd/"), 65535) : -1;
}

static const char *why_not_open(void)
{
	if (errno == ELOOP)
		return "it is a symbolic link: name the file that it leads to";
	return errno == ENXIO ? "nobody reads from it" : strerror(errno);
}

/* The log holds names, addresses and answers of servers: refuse a file that other users may read. */
static int check_log(int fd, const char *path, struct fault *fault)
{
	struct stat entry;

	if (fstat(fd, &entry) < 0 || S_ISCHR(entry.st_mode))
		return 0; /* a terminal stores nothing, nor does /dev/null */
	if (!S_ISREG(entry.st_mode) && !S_ISFIFO(entry.st_mode)) {
		fault_say(fault, "cannot write the log '%s': it is no file, pipe or terminal", path);
		return -1;
	}
	return private_check_owner(&entry, "the log", fault) ||
			       private_check_mode(&entry, PRIVATE_SECRET, "the log", path, fault)
		       ? -1
		       : 0;
}

/* Never follow a symbolic link: in a directory like /tmp, another user could plant one that makes us
 * append to any of our own files. O_NONBLOCK: a pipe without a reader must not block us. */
static int open_file(const char *path, struct fault *fault)
{
	int fd = open(
		path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY, 0600);

	if (fd < 0)
		fault_say(fault, "cannot write the log '%s': %s", path, why_not_open());
	else if (check_log(fd, path, fault) == 0)
		return fd;
	if (fd >= 0)
		close(fd);
	return -1;
}

int log_open(const char *path, struct fault *fault)
{
	int given = descriptor_of(path), fd;

	fd = given < 0 ? open_file(path, fault) : fcntl(given, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
	if (fd < 0 && given < 0)
		return -1;
	sink = fd < 0 ? NULL : fdopen(fd, "a");
	if (sink)
		return 0;
	fault_say(fault, "cannot write the log '%s': %s", path, strerror(errno));
	if (fd >= 0)
		close(fd);
	return -1;
}

void log_line(const char *format, ...)
{
	char line[1024], shown[1024], stamp[32];
	va_list args;

	if (!sink)
		return;
	va_start(args, format);
	vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	text_clean(shown, sizeof(shown), line, strlen(line));
	fprintf(sink, "%s %s\n", when_format(when_now().wall_ms, stamp, sizeof(stamp)), shown);
	fflush(sink);
}

void log_close(void)
{
	if (sink)
		fclose(sink);
	sink = NULL;
}
