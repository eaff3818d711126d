#include "probes/base/file_save.h"

#include "probes/base/file_replace.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

static void make_directories(const char *path)
{
	char part[FILE_REPLACE_PATH];

	for (const char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		snprintf(part, sizeof(part), "%.*s", (int)(slash - path), path);
		if (mkdir(part, 0700) < 0 && errno != EEXIST)
			return;
	}
}

int file_save(const char *path, const char *text, size_t length, struct fault *fault)
{
	struct file_replace replace;

	if (*path)
		make_directories(path);
	if (file_replace_begin(&replace, path, S_IRUSR | S_IWUSR, fault) < 0)
		return -1;
	fwrite(text, 1, length, replace.file);
	return file_replace_end(&replace, true, fault);
}
