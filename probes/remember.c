/* The state file: plain lines, read strictly, written whole. Whoever else wrote into it gets no more than a
 * URL that is one and a family that could be one. */
#include "probes/remember.h"

#include "probes/base/fault.h"
#include "probes/base/file.h"
#include "probes/base/mem.h"
#include "probes/base/url.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define LINES_MAX 1000
#define LINE_BYTES 1024
#define FILE_MAX_BYTES 1000000

static bool is_family_name(const char *word)
{
	return word[strspn(word, "abcdefghijklmnopqrstuvwxyz0123456789-")] == '\0';
}

static void read_line(struct remembered *remembered, char *line)
{
	char *family = strchr(line, '\t');
	char normal[LINE_BYTES];
	struct url url;

	if (!family)
		return;
	*family++ = '\0';
	if (is_family_name(family) && url_split(&url, line) == 0 &&
		url_join(&url, normal, sizeof(normal)) == 0)
		remember_add(remembered, normal, family);
}

/* Line by line; one that does not fit is skipped in all its parts, each of which counts. */
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

int remember_load(struct remembered *remembered, const char *path, struct fault *fault)
{
	size_t length;
	struct fault why;
	char *text = file_read(path, FILE_MAX_BYTES, FILE_NO_PIPE, &length, &why);
	FILE *file;

	if (!text && errno == ENOENT)
		return 0;
	if (!text) {
		fault_say(fault, "cannot read %s: %s", path, why.text);
		return -1;
	}
	file = length ? fmemopen(text, length, "r") : NULL;
	if (file) {
		read_lines(remembered, file);
		fclose(file);
	}
	free(text);
	return 0;
}

static size_t index_of(const struct remembered *remembered, const char *url)
{
	size_t i = 0;

	while (i < remembered->count && strcmp(remembered->items[i].url, url) != 0)
		i++;
	return i;
}

void remember_add(struct remembered *remembered, const char *url, const char *family)
{
	size_t i = index_of(remembered, url);

	if (i == remembered->count) {
		VEC_PUSH(remembered)->url = mem_copy(url);
		remembered->items[i].family = mem_copy("");
	}
	free(remembered->items[i].family);
	remembered->items[i].family = mem_copy(family);
}

void remember_drop(struct remembered *remembered, const char *url)
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

int remember_save(const struct remembered *remembered, const char *path, struct fault *fault)
{
	char fresh[LINE_BYTES];
	FILE *file;
	int failed;

	if (!*path || snprintf(fresh, sizeof(fresh), "%s.new", path) >= (int)sizeof(fresh)) {
		fault_say(fault, "cannot write %.100s: no path, or too long a one", path);
		return -1;
	}
	make_directories(path);
	file = fopen(fresh, "we");
	if (!file) {
		fault_say(fault, "cannot write %s: %s", fresh, strerror(errno));
		return -1;
	}
	for (size_t i = 0; i < remembered->count; i++)
		fprintf(file, "%s\t%s\n", remembered->items[i].url, remembered->items[i].family);
	failed = ferror(file);
	if (fclose(file) != 0 || failed || rename(fresh, path) < 0) {
		fault_say(fault, "cannot write %s: %s", path, strerror(errno));
		unlink(fresh);
		return -1;
	}
	return 0;
}

void remember_fini(struct remembered *remembered)
{
	for (size_t i = 0; i < remembered->count; i++) {
		free(remembered->items[i].url);
		free(remembered->items[i].family);
	}
	free(remembered->items);
	memset(remembered, 0, sizeof(*remembered));
}
