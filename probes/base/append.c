/* The checks that a file to append to needs before anything is written. */
#include "probes/base/append.h"

#include "probes/base/fault.h"
#include "probes/base/private.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *why_not_open(void)
{
	if (errno == ELOOP)
		return "it is a symbolic link: name the file that it leads to";
	return errno == ENXIO ? "nobody reads from it" : strerror(errno);
}

/* It holds names, addresses and answers of servers: refuse a file that other users may read. */
static int check(int fd, const char *path, const char *what, struct fault *fault)
{
	struct stat entry;

	if (fstat(fd, &entry) < 0 || S_ISCHR(entry.st_mode))
		return 0; /* a terminal stores nothing, nor does /dev/null */
	if (!S_ISREG(entry.st_mode) && !S_ISFIFO(entry.st_mode)) {
		fault_say(fault, "cannot write %s '%s': it is no file, pipe or terminal", what, path);
		return -1;
	}
	return private_check_owner(&entry, what, fault) ||
			       private_check_mode(&entry, PRIVATE_SECRET, what, path, fault)
		       ? -1
		       : 0;
}

/* Never follow a symbolic link: in a directory like /tmp, another user could plant one that makes us
 * append to any of our own files. O_NONBLOCK: a pipe without a reader must not block us. */
int append_open(const char *path, const char *what, struct fault *fault)
{
	int fd = open(
		path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY, 0600);

	if (fd < 0)
		fault_say(fault, "cannot write %s '%s': %s", what, path, why_not_open());
	else if (check(fd, path, what, fault) == 0)
		return fd;
	if (fd >= 0)
		close(fd);
	return -1;
}
