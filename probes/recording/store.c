#include "probes/recording/store.h"

#include "probes/base/directory.h"
#include "probes/base/fault.h"
#include "probes/base/log.h"
#include "probes/base/strings.h"
#include "probes/recording/recording.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define NAME_DIGITS "20261123-004546"
#define SAME_SECOND 100

int store_own(const char *directory, bool *is_taken, struct fault *fault)
{
	int fd;

	*is_taken = false;
	if (directory_make(directory, fault) < 0)
		return -1;
	fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0) {
		fault_say(fault, "cannot record to '%s': %s", directory, strerror(errno));
		return -1;
	}
	/* Where a filesystem has no locks, nobody else can have one. */
	*is_taken = flock(fd, LOCK_EX | LOCK_NB) < 0 && errno == EWOULDBLOCK;
	if (!*is_taken)
		return fd;
	close(fd);
	fault_say(fault, "nothing is recorded here: another tsllm-top records to '%s'", directory);
	return -1;
}

bool store_is_owned(const char *directory, int owned)
{
	struct stat here, there;

	return fstat(owned, &here) == 0 && stat(directory, &there) == 0 && here.st_dev == there.st_dev &&
	       here.st_ino == there.st_ino;
}

void store_name(const char *directory, struct when now, char *path, size_t size)
{
	char stamp[32], digits[16];
	struct stat entry;
	size_t count = 0;

	when_format(now.wall_ms, stamp, sizeof(stamp));
	for (const char *at = stamp; *at && *at != '.' && count < sizeof(digits) - 1; at++)
		if (*at != '-' && *at != ':')
			digits[count++] = *at == 'T' ? '-' : *at;
	digits[count] = '\0';
	snprintf(path, size, "%s/%s" RECORDING_SUFFIX, directory, digits);
	for (int i = 2; lstat(path, &entry) == 0 && i < SAME_SECOND; i++)
		snprintf(path, size, "%s/%s-%d" RECORDING_SUFFIX, directory, digits, i);
}

/* A name that store_name() gives. */
static int is_ours(const struct dirent *entry)
{
	const char *at = entry->d_name;

	for (const char *like = NAME_DIGITS; *like; like++, at++)
		if (*like == '-' ? *at != '-' : *at < '0' || *at > '9')
			return 0;
	if (*at == '-')
		at += 1 + strspn(at + 1, "0123456789");
	return strcmp(at, RECORDING_SUFFIX) == 0;
}

int store_files(
	const char *directory, const char *current, int64_t since, struct strings *paths, struct fault *fault)
{
	struct dirent **entries = NULL;
	int count = scandir(directory, &entries, is_ours, alphasort);
	char path[4096];

	if (count < 0) {
		fault_say(fault, "cannot read the recordings in '%s': %s", directory, strerror(errno));
		return -1;
	}
	for (int i = 0; i < count; i++) {
		struct stat entry;

		snprintf(path, sizeof(path), "%s/%s", directory, entries[i]->d_name);
		if (strcmp(path, current) != 0 && lstat(path, &entry) == 0 && S_ISREG(entry.st_mode) &&
			(int64_t)entry.st_mtime * 1000 >= since)
			strings_add(paths, path);
		free(entries[i]);
	}
	free(entries);
	return 0;
}

void store_prune(const char *directory, const char *current, int64_t bytes_most, int64_t oldest)
{
	struct dirent **entries = NULL;
	int count = scandir(directory, &entries, is_ours, alphasort);
	char path[4096];
	int64_t bytes = 0;

	/* The newest come first, so that the oldest are over the limit. */
	for (int i = count; i-- > 0;) {
		struct stat entry;
		bool is_there;

		snprintf(path, sizeof(path), "%s/%s", directory, entries[i]->d_name);
		is_there = lstat(path, &entry) == 0 && S_ISREG(entry.st_mode);
		bytes += is_there ? entry.st_size : 0;
		if (is_there && strcmp(path, current) != 0 &&
			(bytes > bytes_most || (int64_t)entry.st_mtime * 1000 < oldest)) {
			log_line("removing the old recording %s", path);
			unlink(path);
		}
		free(entries[i]);
	}
	free(entries);
}
