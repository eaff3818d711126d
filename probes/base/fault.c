/* Sentences about failures, and the log sink: the one mutable global of its kind. */
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

void fault_say(struct fault *fault, const char *format, ...)
{
	va_list args;

	if (!fault)
		return;
	va_start(args, format);
	vsnprintf(fault->text, sizeof(fault->text), format, args);
	va_end(args);
}

int log_open(const char *path, struct fault *fault)
{
	/* Neither opening nor writing waits for the reader of a pipe. */
	int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, 0600);

	sink = fd < 0 ? NULL : fdopen(fd, "a");
	if (!sink) {
		fault_say(fault, "cannot write the log %s: %s", path, strerror(errno));
		if (fd >= 0)
			close(fd);
		return -1;
	}
	return 0;
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
