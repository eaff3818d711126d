#include "probes/recording/store.h"

#include "probes/base/log.h"
#include "probes/recording/recording.h"

#include <dirent.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define NAME_DIGITS "20261123-004546"
#define SAME_SECOND 100

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
