/* Lines that are not understood stay as they are: another version of the program may know them. */
#include "tui/ui/kept.h"

#include "probes/base/fault.h"
#include "probes/base/file.h"
#include "probes/base/file_save.h"
#include "probes/base/mem.h"
#include "probes/base/private.h"
#include "probes/base/text.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WHAT "the file of kept choices"
#define FILE_MAX_BYTES 64000
#define LINES_MAX 200
#define LINE_MAX_BYTES 4096

struct line {
	char *name, *value;
};

struct kept {
	char *path;
	bool has_changed;
	struct line *items;
	size_t count, room;
};

static void take_line(struct kept *kept, char *text)
{
	char *sign = strstr(text, " = "), shown[LINE_MAX_BYTES];

	if (!sign || kept->count >= LINES_MAX || strlen(text) >= LINE_MAX_BYTES / 4)
		return;
	*sign = '\0';
	/* Only a file that somebody else wrote has what cannot be shown. */
	if (strcmp(text_clean(shown, sizeof(shown), text, strlen(text)), text) != 0 ||
		strcmp(text_clean(shown, sizeof(shown), sign + 3, strlen(sign + 3)), sign + 3) != 0)
		return;
	kept_set(kept, text, sign + 3);
}

static void take_lines(struct kept *kept, char *text)
{
	char *rest = NULL;

	for (char *line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest))
		take_line(kept, line);
	kept->has_changed = false;
}

struct kept *kept_new(const char *path, struct fault *fault)
{
	struct kept *kept = mem_alloc(sizeof(*kept));
	struct stat entry;
	struct fault why;
	char *text;

	fault_say(fault, "%s", "");
	kept->path = mem_copy(path);
	text = *path ? file_read_entry(path, FILE_MAX_BYTES, FILE_NO_PIPE, &entry, &why) : NULL;
	if (!text && *path && errno != ENOENT && errno != ENOTDIR)
		fault_say(fault, "cannot read '%s': %s", path, why.text);
	if (text && private_check_owner(&entry, WHAT, fault) == 0 &&
		private_check_mode(&entry, S_IWOTH, WHAT, path, fault) == 0)
		take_lines(kept, text);
	if (*fault->text)
		*kept->path = '\0';
	free(text);
	return kept;
}

void kept_free(struct kept *kept)
{
	if (!kept)
		return;
	for (size_t i = 0; i < kept->count; i++) {
		free(kept->items[i].name);
		free(kept->items[i].value);
	}
	free(kept->items);
	free(kept->path);
	free(kept);
}

static struct line *find(const struct kept *kept, const char *name)
{
	for (size_t i = 0; i < kept->count; i++)
		if (strcmp(kept->items[i].name, name) == 0)
			return &kept->items[i];
	return NULL;
}

const char *kept_get(const struct kept *kept, const char *name)
{
	const struct line *line = find(kept, name);

	return line ? line->value : "";
}

void kept_set(struct kept *kept, const char *name, const char *value)
{
	struct line *line = find(kept, name);

	if (strcmp(line ? line->value : "", value) == 0)
		return;
	kept->has_changed = true;
	if (!line) {
		line = VEC_PUSH(kept);
		*line = (struct line){ .name = mem_copy(name) };
	}
	free(line->value);
	line->value = mem_copy(value);
}

int kept_save(struct kept *kept, struct fault *fault)
{
	char *text = NULL;
	size_t length = 0;
	FILE *file;
	int saved;

	if (!kept->has_changed || !*kept->path)
		return 0;
	kept->has_changed = false;
	file = open_memstream(&text, &length);
	if (!file) {
		fault_say(fault, "cannot write '%s': %s", kept->path, strerror(errno));
		return -1;
	}
	for (size_t i = 0; i < kept->count; i++)
		if (*kept->items[i].value)
			fprintf(file, "%s = %s\n", kept->items[i].name, kept->items[i].value);
	fclose(file);
	saved = file_save(kept->path, text, length, fault);
	free(text);
	return saved;
}
