/* The new content goes to a file with our process id in its name, which is then renamed.
 *
 * A link is followed first, so that the file it names is replaced and not the link. A device or a pipe is
 * refused: as root, renaming over /dev/null would replace it. */
#include "probes/base/file_replace.h"

#include "probes/base/fault.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* O_EXCL and O_NOFOLLOW keep it from following a link that somebody planted. Removes what an earlier process
 * with the same id left. Returns -1 with errno set. */
static int open_fresh(const char *path, mode_t rights)
{
	int flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
	int fd = open(path, flags, rights);

	if (fd < 0 && errno == EEXIST && unlink(path) == 0)
		fd = open(path, flags, rights);
	return fd;
}

static int say_cannot(const char *path, const char *why, struct fault *fault)
{
	fault_say(fault, "cannot write '%s': %s", path, why);
	return -1;
}

/* Where the file is, behind links. -1: the path is too long. */
static int resolve(struct file_replace *replace, const char *path)
{
	char *real = realpath(path, NULL);
	int path_length = snprintf(replace->path, sizeof(replace->path), "%s", real ? real : path);
	int fresh_length = snprintf(replace->fresh, sizeof(replace->fresh), "%.*s.new.%ld", FILE_REPLACE_PATH,
		replace->path, (long)getpid());

	free(real);
	return path_length >= FILE_REPLACE_PATH || fresh_length >= FILE_REPLACE_PATH ? -1 : 0;
}

int file_replace_begin(struct file_replace *replace, const char *path, mode_t rights, struct fault *fault)
{
	struct stat entry;
	int fd;

	replace->file = NULL;
	if (!*path || resolve(replace, path) < 0) {
		fault_say(fault, "cannot write '%.100s': no path, or too long a one", path);
		return -1;
	}
	if (stat(replace->path, &entry) == 0 && !S_ISREG(entry.st_mode))
		return say_cannot(
			path, S_ISDIR(entry.st_mode) ? strerror(EISDIR) : "it is no regular file", fault);
	fd = open_fresh(replace->fresh, rights);
	if (fd < 0) /* something in the way of the new file is named, else the file that was meant */
		return say_cannot(errno == EEXIST || errno == EISDIR ? replace->fresh : path, strerror(errno), fault);
	replace->file = fdopen(fd, "w");
	if (replace->file)
		return 0;
	close(fd);
	unlink(replace->fresh);
	return say_cannot(path, strerror(errno), fault);
}

int file_replace_end(struct file_replace *replace, bool is_synced, struct fault *fault)
{
	FILE *file = replace->file;
	bool has_failed = fflush(file) != 0 || ferror(file) || (is_synced && fsync(fileno(file)) < 0);
	int error = has_failed ? errno : 0;

	replace->file = NULL;
	if (fclose(file) != 0 && !error)
		error = errno;
	if (!error && rename(replace->fresh, replace->path) == 0)
		return 0;
	error = error ? error : errno;
	unlink(replace->fresh);
	return say_cannot(replace->path, strerror(error), fault);
}

void file_replace_drop(struct file_replace *replace)
{
	fclose(replace->file);
	replace->file = NULL;
	unlink(replace->fresh);
}
