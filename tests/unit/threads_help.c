#include "threads_help.h"

#include <dirent.h>

static int at_start;

static int count(void)
{
	DIR *tasks = opendir("/proc/self/task");
	int count = 0;

	for (struct dirent *task; (task = readdir(tasks));)
		count += task->d_name[0] != '.';
	closedir(tasks);
	return count;
}

__attribute__((constructor)) static void note(void)
{
	at_start = count();
}

int threads_more(void)
{
	return count() - at_start;
}
