/* The new content goes to a file with our process id in its name, which is then renamed.
 *
 * A link is followed first, so that the file it names is replaced, or created, and not the link. A device or a pipe
 * is refused: as root, renaming over /dev/null would replace it. */
#include "probes/base/file_replace.h"

#include "probes/base/fault.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define LINKS_MOST 40 /* as many as the system follows */

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

/* In place, what the link at path leads to. 0: it is no link; -1: that is too long. */
static int follow(char *path, size_t size)
{
	char target[FILE_REPLACE_PATH];
	ssize_t length = readlink(path, target, sizeof(target));
	char *slash = strrchr(path, '/');
	size_t above = slash && length > 0 && target[0] != '/' ? (size_t)(slash - path) + 1 : 0;

	if (length <= 0)
		return 0;
	if (above + (size_t)length >= size)
		return -1;
	memcpy(path + above, target, (size_t)length);
	path[above + (size_t)length] = '\0';
	return 1;
}

/* Where the file is, behind links. -1: the path is too long. */
static int resolve(struct file_replace *replace, const char *path)
{
	int path_length = snprintf(replace->path, sizeof(replace->path), "%s", path);
	int followed = path_length < FILE_REPLACE_PATH ? 1 : -1;

	for (int links = 0; followed > 0 && links < LINKS_MOST; links++)
		followed = follow(replace->path, sizeof(replace->path));
	snprintf(replace->fresh, sizeof(replace->fresh), "%s.new.%ld", replace->path, (long)getpid());
	return followed < 0 ? -1 : 0;
}

int file_replace_begin(struct file_replace *replace, const char *path, mode_t rights, struct fault *fault)
{
	struct stat entry;
	bool is_there = stat(path, &entry) == 0;
	int fd;

	replace->file = NULL;
	/* The system may refuse to follow another user's link. */
	if (!is_there && errno != ENOENT)
		return say_cannot(path, strerror(errno), fault);
	if (!*path || resolve(replace, path) < 0) {
		fault_say(fault, "cannot write '%.100s': no path, or too long a one", path);
		return -1;
	}
	if (is_there && !S_ISREG(entry.st_mode))
		return say_cannot(
			path, S_ISDIR(entry.st_mode) ? strerror(EISDIR) : "it is no regular file", fault);
	fd = open_fresh(replace->fresh, rights);
	if (fd < 0) /* something in the way of the new file is named, else the file that was meant */
		return say_cannot(errno == EEXIST || errno == EISDIR ? replace->fresh : replace->path,
			strerror(errno), fault);
	if (is_there) { /* another's file stays that one's, if we may give it away */
		if (fchown(fd, entry.st_uid, entry.st_gid) == 0 || entry.st_uid == geteuid())
			fchmod(fd, entry.st_mode & rights);
	}
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
	int error = !has_failed ? 0 : errno ? errno : EIO; /* that of an earlier write may be lost */

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
