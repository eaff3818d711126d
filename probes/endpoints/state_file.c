/* The state file: plain lines, parsed strictly, written whole. Security: another writer of the file can only
 * inject a well-formed URL and a word that could be a family. */
#include "probes/endpoints/state_file.h"

#include "probes/base/fault.h"
#include "probes/base/file.h"
#include "probes/base/file_save.h"
#include "probes/base/mem.h"
#include "probes/base/private.h"
#include "probes/base/text.h"
#include "probes/base/url.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

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

static void write_line(FILE *file, const struct remembered *remembered, size_t i)
{
	fprintf(file, "%s\t%s", remembered->items[i].url, remembered->items[i].family);
	if (remembered->items[i].stopped_s)
		fprintf(file, "\t%" PRId64, remembered->items[i].stopped_s);
	fputc('\n', file);
}

int state_file_save(const struct remembered *remembered, const char *path, struct fault *fault)
{
	char *text = NULL;
	size_t length = 0;
	FILE *file = open_memstream(&text, &length);
	int saved;

	if (!file) {
		fault_say(fault, "cannot write '%.100s': %s", path, strerror(errno));
		return -1;
	}
	for (size_t i = 0; i < remembered->count; i++)
		write_line(file, remembered, i);
	fclose(file);
	saved = file_save(path, text, length, fault);
	free(text);
	return saved;
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
