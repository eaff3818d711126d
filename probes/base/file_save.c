#include "probes/base/file_save.h"

#include "probes/base/fault.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PATH_BYTES 1024

static void make_directories(const char *path)
{
	char part[PATH_BYTES];

	for (const char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		snprintf(part, sizeof(part), "%.*s", (int)(slash - path), path);
		if (mkdir(part, 0700) < 0 && errno != EEXIST)
			return;
	}
}

/* Creates a new file under a name with our process id; O_EXCL and O_NOFOLLOW keep it from following a link
 * that somebody planted. Removes what an earlier process with the same id left. Returns -1 with errno set. */
static int open_fresh(const char *path)
{
	int flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
	int fd = open(path, flags, S_IRUSR | S_IWUSR);

	if (fd < 0 && errno == EEXIST && unlink(path) == 0)
		fd = open(path, flags, S_IRUSR | S_IWUSR);
	return fd;
}

/* Writes all of it to disk, and closes it. Returns -1 with errno set. */
static int write_all(int fd, const char *text, size_t length)
{
	FILE *file = fdopen(fd, "w");
	int failed;

	if (!file) {
		close(fd);
		return -1;
	}
	fwrite(text, 1, length, file);
	failed = fflush(file) != 0 || ferror(file) || fsync(fd) < 0;
	return fclose(file) != 0 || failed ? -1 : 0;
}

int file_save(const char *path, const char *text, size_t length, struct fault *fault)
{
	char fresh[PATH_BYTES];
	int fd;

	if (!*path ||
		snprintf(fresh, sizeof(fresh), "%s.new.%ld", path, (long)getpid()) >= (int)sizeof(fresh)) {
		fault_say(fault, "cannot write '%.100s': no path, or too long a one", path);
		return -1;
	}
	make_directories(path);
	fd = open_fresh(fresh);
	if (fd < 0) {
		fault_say(fault, "cannot write '%s': %s", fresh, strerror(errno));
		return -1;
	}
	if (write_all(fd, text, length) < 0 || rename(fresh, path) < 0) {
		fault_say(fault, "cannot write '%s': %s", path, strerror(errno));
		unlink(fresh);
		return -1;
	}
	return 0;
}
