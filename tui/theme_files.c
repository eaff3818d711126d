/* Where themes lie, which there are, and how one is read.
 *
 * The user's own come first, then the installed ones, then those of a checkout, so that a copy with the same
 * name wins over what it was copied from. */
#include "tui/theme.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "probes/base/fault.h"
#include "probes/base/mem.h"
#include "probes/base/text.h"

#define PLACES 3
#define FILE_MAX_BYTES 65536
#define NAMES_MAX 64

#ifndef TSLLM_THEMES
#define TSLLM_THEMES "/usr/local/share/tsllm-top/themes"
#endif

static void place_path(int place, char *path, size_t size)
{
	const char *config = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");

	if (place == 0 && config && *config)
		snprintf(path, size, "%s/tsllm-top/themes", config);
	else if (place == 0)
		snprintf(path, size, "%s/.config/tsllm-top/themes", home ? home : "");
	else
		snprintf(path, size, "%s", place == 1 ? TSLLM_THEMES : "themes");
}

static FILE *open_theme(const char *name, char *path, size_t size)
{
	FILE *file = NULL;

	if (strchr(name, '/')) {
		snprintf(path, size, "%s", name);
		return fopen(path, "r");
	}
	for (int place = 0; !file && place < PLACES; place++) {
		char folder[512];

		place_path(place, folder, sizeof(folder));
		snprintf(path, size, "%s/%s.theme", folder, name);
		file = fopen(path, "r");
	}
	return file;
}

int theme_load(struct theme *theme, const char *name, struct fault *fault)
{
	char path[640], *text;
	int result = -1;
	FILE *file;

	*theme = (struct theme){ .name = "default" };
	theme_parse(theme, "default.theme", theme_default_text, fault);
	if (strcmp(name, "default") == 0)
		return 0;
	file = open_theme(name, path, sizeof(path));
	if (!file) {
		fault_say(fault, "there is no theme \"%s\"; the default stays", name);
		return -1;
	}
	text = mem_alloc(FILE_MAX_BYTES + 1);
	if (fread(text, 1, FILE_MAX_BYTES, file) > 0)
		result = theme_parse(theme, path, text, fault);
	else
		fault_say(fault, "%s: nothing can be read from it; the default stays", path);
	snprintf(theme->name, sizeof(theme->name), "%s", name);
	free(text);
	fclose(file);
	return result;
}

/* Keeps names sorted, each once. */
static size_t insert(char (*names)[THEME_NAME_MAX], size_t count, size_t room, const char *name)
{
	size_t at = 0;

	while (at < count && strcmp(names[at], name) < 0)
		at++;
	if (count == room || strlen(name) >= THEME_NAME_MAX || (at < count && strcmp(names[at], name) == 0))
		return count;
	memmove(names + at + 1, names + at, (count - at) * sizeof(*names));
	snprintf(names[at], THEME_NAME_MAX, "%s", name);
	return count + 1;
}

size_t theme_names(char (*names)[THEME_NAME_MAX], size_t room)
{
	size_t count = insert(names, 0, room, "default");

	for (int place = 0; place < PLACES; place++) {
		char folder[512], name[256];
		const struct dirent *entry;
		DIR *directory;

		place_path(place, folder, sizeof(folder));
		directory = opendir(folder);
		while (directory && (entry = readdir(directory)) != NULL) {
			if (!text_has_suffix(entry->d_name, ".theme"))
				continue;
			snprintf(name, sizeof(name), "%.*s", (int)(strlen(entry->d_name) - strlen(".theme")),
				entry->d_name);
			count = insert(names, count, room, name);
		}
		if (directory)
			closedir(directory);
	}
	return count;
}

void theme_next(const char *current, char *next, size_t size)
{
	char names[NAMES_MAX][THEME_NAME_MAX];
	size_t count = theme_names(names, NAMES_MAX), at = 0;

	while (at < count && strcmp(names[at], current) != 0)
		at++;
	snprintf(next, size, "%s", names[(at + 1) % count]);
}
