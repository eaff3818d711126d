/* The state file: plain lines, parsed strictly, written whole. Security: another writer of the file can only
 * inject a well-formed URL and a word that could be a family. */
#include "probes/endpoints/state_file.h"

#include "probes/base/fault.h"
#include "probes/base/file.h"
#include "probes/base/mem.h"
#include "probes/base/private.h"
#include "probes/base/text.h"
#include "probes/base/url.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define WHAT "the file of remembered endpoints"
#define LINES_MAX 1000
#define LINE_BYTES 1024
#define FILE_MAX_BYTES 1000000

static size_t index_of(const struct remembered *remembered, const char *url)
{
	size_t i = 0;

	while (i < remembered->count && strcmp(remembered->items[i].url, url) != 0)
		i++;
	return i;
}

static bool is_family_name(const char *word)
{
	return word[strspn(word, "abcdefghijklmnopqrstuvwxyz0123456789-")] == '\0';
}

static void read_line(struct remembered *remembered, char *line)
{
	char *family = strchr(line, '\t'), *seconds;
	char normal[LINE_BYTES];
	int64_t stopped_s = 0;

	if (!family)
		return;
	*family++ = '\0';
	seconds = strchr(family, '\t');
	if (seconds) {
		*seconds++ = '\0';
		stopped_s = text_number(seconds, INT64_C(1) << 40);
	}
	if (stopped_s < 0 || !is_family_name(family) || url_normalise(line, normal, sizeof(normal)) < 0)
		return;
	state_file_add(remembered, normal, family);
	remembered->items[index_of(remembered, normal)].stopped_s = stopped_s;
}

/* Line by line. A line that is too long is skipped; each piece of it counts towards LINES_MAX. */
static void read_lines(struct remembered *remembered, FILE *file)
{
	char line[LINE_BYTES];
	bool is_rest = false;

	for (size_t i = 0; i < LINES_MAX && fgets(line, sizeof(line), file); i++) {
		size_t length = strcspn(line, "\n");
		bool is_whole = length < sizeof(line) - 1;

		line[length] = '\0';
		if (is_whole && !is_rest)
			read_line(remembered, line);
		is_rest = !is_whole;
	}
}

int state_file_load(struct remembered *remembered, const char *path, struct fault *fault)
{
	struct stat entry;
	struct fault why;
	char *text = file_read_entry(path, FILE_MAX_BYTES, FILE_NO_PIPE, &entry, &why);
	FILE *file;

	if (!text && errno == ENOENT)
		return 0;
	if (!text)
		fault_say(fault, "cannot read '%s': %s", path, why.text);
	if (!text || private_check_owner(&entry, WHAT, fault) ||
		private_check_mode(&entry, S_IWOTH, WHAT, path, fault)) {
		free(text);
		return -1;
	}
	file = entry.st_size ? fmemopen(text, (size_t)entry.st_size, "r") : NULL;
	if (file) {
		read_lines(remembered, file);
		fclose(file);
	}
	free(text);
	return 0;
}

int state_file_check(const char *path, struct fault *fault)
{
	const char *slash = strrchr(path, '/');
	char directory[LINE_BYTES];
	struct stat entry;

	snprintf(directory, sizeof(directory), "%.*s", slash ? (int)(slash - path) : 0, path);
	if (!*directory || stat(directory, &entry) < 0)
		return 0;
	return private_check_owner(&entry, "the directory of " WHAT, fault) ||
			       private_check_mode(
				       &entry, PRIVATE_TRUSTED, "the directory of " WHAT, directory, fault)
		       ? -1
		       : 0;
}

void state_file_add(struct remembered *remembered, const char *url, const char *family)
{
	size_t i = index_of(remembered, url);

	if (i == remembered->count) {
		VEC_PUSH(remembered)->url = mem_copy(url);
		remembered->items[i].family = mem_copy("");
	}
	free(remembered->items[i].family);
	remembered->items[i].family = mem_copy(family);
}

void state_file_drop(struct remembered *remembered, const char *url)
{
	size_t i = index_of(remembered, url);

	if (i == remembered->count)
		return;
	free(remembered->items[i].url);
	free(remembered->items[i].family);
	remembered->items[i] = remembered->items[--remembered->count];
}

static void make_directories(const char *path)
{
	char part[LINE_BYTES];

	for (const char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		snprintf(part, sizeof(part), "%.*s", (int)(slash - path), path);
		if (mkdir(part, 0700) < 0 && errno != EEXIST)
			return;
	}
}

/* Creates a new file under a name with our process id; O_EXCL and O_NOFOLLOW keep it from following a link
 * that somebody planted. Removes what an earlier process with the same id left. Returns -1 with errno set. */
static int open_fresh(const char *path)
{
	int flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
	int fd = open(path, flags, S_IRUSR | S_IWUSR);

	if (fd < 0 && errno == EEXIST && unlink(path) == 0)
		fd = open(path, flags, S_IRUSR | S_IWUSR);
	return fd;
}

static void write_line(FILE *file, const struct remembered *remembered, size_t i)
{
	fprintf(file, "%s\t%s", remembered->items[i].url, remembered->items[i].family);
	if (remembered->items[i].stopped_s)
		fprintf(file, "\t%" PRId64, remembered->items[i].stopped_s);
	fputc('\n', file);
}

/* Writes all of it to disk. Returns -1 with errno set. */
static int write_lines(const struct remembered *remembered, int fd)
{
	FILE *file = fdopen(fd, "w");
	int failed;

	if (!file) {
		close(fd);
		return -1;
	}
	for (size_t i = 0; i < remembered->count; i++)
		write_line(file, remembered, i);
	failed = fflush(file) != 0 || ferror(file) || fsync(fd) < 0;
	return fclose(file) != 0 || failed ? -1 : 0;
}

int state_file_save(const struct remembered *remembered, const char *path, struct fault *fault)
{
	char fresh[LINE_BYTES];
	int fd;

	if (!*path ||
		snprintf(fresh, sizeof(fresh), "%s.new.%ld", path, (long)getpid()) >= (int)sizeof(fresh)) {
		fault_say(fault, "cannot write '%.100s': no path, or too long a one", path);
		return -1;
	}
	make_directories(path);
	fd = open_fresh(fresh);
	if (fd < 0) {
		fault_say(fault, "cannot write '%s': %s", fresh, strerror(errno));
		return -1;
	}
	if (write_lines(remembered, fd) < 0 || rename(fresh, path) < 0) {
		fault_say(fault, "cannot write '%s': %s", path, strerror(errno));
		unlink(fresh);
		return -1;
	}
	return 0;
}

void state_file_fini(struct remembered *remembered)
{
	for (size_t i = 0; i < remembered->count; i++) {
		free(remembered->items[i].url);
		free(remembered->items[i].family);
	}
	free(remembered->items);
	memset(remembered, 0, sizeof(*remembered));
}
