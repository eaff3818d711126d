/* Whose sockets they are: each process is asked for its open files, as ss(8) does. */
#include "probes/base/text.h"
#include "probes/io/listeners.h"

#include <ctype.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The inode in "socket:[12345]"; 0: no socket. */
static unsigned long socket_inode(const char *folder, const char *name)
{
	char path[320], target[64];
	ssize_t length;
	unsigned long inode = 0;

	snprintf(path, sizeof(path), "%s/%.40s", folder, name);
	length = readlink(path, target, sizeof(target) - 1);
	if (length <= 0)
		return 0;
	target[length] = '\0';
	return sscanf(target, "socket:[%lu]", &inode) == 1 ? inode : 0;
}

/* A program may call itself anything. */
static void read_name(const char *pid, char *to, size_t size)
{
	char path[64], name[64] = "";
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%.20s/comm", pid);
	file = fopen(path, "re");
	if (!file)
		return;
	if (fgets(name, sizeof(name), file))
		text_clean(to, size, name, strcspn(name, "\n"));
	fclose(file);
}

static void name_socket(struct listeners *listeners, unsigned long inode, const char *pid)
{
	for (size_t i = 0; i < listeners->count; i++) {
		struct listener *listener = &listeners->items[i];

		if (listener->inode != inode || listener->pid)
			continue;
		listener->pid = atoi(pid);
		read_name(pid, listener->process, sizeof(listener->process));
	}
}

static void name_process(struct listeners *listeners, const char *pid)
{
	char folder[64];
	const struct dirent *entry;
	DIR *files;

	snprintf(folder, sizeof(folder), "/proc/%.20s/fd", pid);
	files = opendir(folder);
	while (files && (entry = readdir(files))) {
		unsigned long inode = socket_inode(folder, entry->d_name);

		if (inode)
			name_socket(listeners, inode, pid);
	}
	if (files)
		closedir(files);
}

void listeners_name(struct listeners *listeners)
{
	DIR *processes = opendir("/proc");
	const struct dirent *entry;

	while (processes && (entry = readdir(processes)))
		if (isdigit((unsigned char)entry->d_name[0]))
			name_process(listeners, entry->d_name);
	if (processes)
		closedir(processes);
}
