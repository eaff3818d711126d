#include "probes/base/file_save.h"

#include "probes/base/directory.h"
#include "probes/base/file_replace.h"

#include <stdio.h>
#include <sys/stat.h>

int file_save(const char *path, const char *text, size_t length, struct fault *fault)
{
	struct file_replace replace;

	if (directory_make_above(path, fault) < 0 ||
		file_replace_begin(&replace, path, S_IRUSR | S_IWUSR, fault) < 0)
		return -1;
	fwrite(text, 1, length, replace.file);
	return file_replace_end(&replace, true, fault);
}
