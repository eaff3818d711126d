#include "tui/demo.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#ifndef TSLLM_DEMO
#define TSLLM_DEMO "/usr/local/share/tsllm-top/demo.tsllm"
#endif

const char *demo_path(char *path, size_t size)
{
	char self[512];
	ssize_t length = readlink("/proc/self/exe", self, sizeof(self) - 1);
	char *slash;

	self[length > 0 ? length : 0] = '\0';
	slash = strrchr(self, '/');
	if (slash)
		snprintf(path, size, "%.*s/tui/share/demo.tsllm", (int)(slash - self), self);
	if (!slash || access(path, R_OK) < 0)
		snprintf(path, size, "%s", TSLLM_DEMO);
	return path;
}
