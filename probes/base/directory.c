#include "probes/base/directory.h"

#include "probes/base/fault.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define RIGHTS 0700

/* Some file systems refuse to create a directory before they see that it exists. errno is that of mkdir(). */
static bool is_there(const char *path)
{
	struct stat entry;
	int error = errno;
	bool is_directory = stat(path, &entry) == 0 && S_ISDIR(entry.st_mode);

	errno = error;
	return is_directory;
}

int directory_make_above(const char *file, struct fault *fault)
{
	char part[PATH_MAX];

	for (const char *slash = *file ? strchr(file + 1, '/') : NULL; slash;
		slash = strchr(slash + 1, '/')) {
		int length = snprintf(part, sizeof(part), "%.*s", (int)(slash - file), file);

		errno = ENAMETOOLONG;
		if (length < (int)sizeof(part) && (mkdir(part, RIGHTS) == 0 || is_there(part)))
			continue;
		fault_say(fault, "cannot create the directory '%s': %s", part,
			strerror(errno == EEXIST ? ENOTDIR : errno));
		return -1;
	}
	return 0;
}

int directory_make(const char *path, struct fault *fault)
{
	char whole[PATH_MAX];

	if (snprintf(whole, sizeof(whole), "%s/", path) < (int)sizeof(whole))
		return directory_make_above(whole, fault);
	fault_say(fault, "cannot create the directory '%s': %s", path, strerror(ENAMETOOLONG));
	return -1;
}
