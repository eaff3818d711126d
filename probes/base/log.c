/* The log is a global, so that any code can write a line. */
#include "probes/base/log.h"

#include "probes/base/append.h"
#include "probes/base/fault.h"
#include "probes/base/text.h"
#include "probes/base/when.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
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

int log_open(const char *path, struct fault *fault)
{
	int given = descriptor_of(path), fd;

	fd = given < 0 ? append_open(path, "the log", fault) : fcntl(given, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
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
