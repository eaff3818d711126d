/* Where themes are looked for, which there are, and how one is read.
 *
 * The user's own come first, then the installed ones, then those of a checkout, so that a copy overrides the
 * original of the same name. The current directory is not searched: it may belong to another user. */
#include "probes/base/fault.h"
#include "probes/base/file.h"
#include "probes/base/mem.h"
#include "probes/base/text.h"
#include "tui/term/theme.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PLACES 3
#define FILE_MAX_BYTES 64000
#define NAMES_MAX 64

#ifndef TSLLM_THEMES
#define TSLLM_THEMES "/usr/local/share/tsllm-top/themes"
#endif

/* The directory `themes` beside this program, as in a checkout; "" if the program's path is unknown. */
static void beside_program(char *path, size_t size)
{
	char self[512];
	ssize_t length = readlink("/proc/self/exe", self, sizeof(self) - 1);
	char *slash;

	self[length > 0 ? length : 0] = '\0';
	slash = strrchr(self, '/');
	snprintf(path, size, "%.*s%s", slash ? (int)(slash - self) : 0, self, slash ? "/themes" : "");
}

static void place_path(int place, char *path, size_t size)
{
	const char *config = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");

	if (place == 0 && config && *config == '/')
		snprintf(path, size, "%s/tsllm-top/themes", config);
	else if (place == 0)
		snprintf(path, size, "%s%s", home ? home : "",
			home && *home ? "/.config/tsllm-top/themes" : "");
	else if (place == 1)
		snprintf(path, size, "%s", TSLLM_THEMES);
	else
		beside_program(path, size);
}

/* Reads the first file of that name in the theme directories. NULL: why holds the reason, or is empty if
 * there is no such file. */
static char *read_named(const char *name, char *path, size_t size, struct fault *why)
{
	char folder[512], *text = NULL;
	size_t length;

	for (int place = 0; place < PLACES; place++) {
		place_path(place, folder, sizeof(folder));
		if (!*folder)
			continue;
		snprintf(path, size, "%s/%s.theme", folder, name);
		text = file_read(path, FILE_MAX_BYTES, FILE_NO_PIPE, &length, why);
		if (text || (errno != ENOENT && errno != ENOTDIR))
			return text;
	}
	fault_say(why, "%s", "");
	return NULL;
}

int theme_load(struct theme *theme, const char *name, struct fault *fault)
{
	char path[640], *text;
	struct fault why;
	size_t length;
	int result;

	*theme = (struct theme){ .name = "default", .background = COLOUR_DEFAULT };
	theme_parse(theme, "default.theme", theme_default_text, fault);
	if (strcmp(name, "default") == 0)
		return 0;
	snprintf(path, sizeof(path), "%s", name);
	text = strchr(name, '/') ? file_read(name, FILE_MAX_BYTES, FILE_NO_PIPE, &length, &why)
				 : read_named(name, path, sizeof(path), &why);
	if (!text && !*why.text)
		fault_say(fault, "there is no theme '%s'; the default stays", name);
	else if (!text)
		fault_say(fault, "cannot read the theme '%.200s': %s; the default stays", path, why.text);
	if (!text)
		return -1;
	result = theme_parse(theme, path, text, fault);
	snprintf(theme->name, sizeof(theme->name), "%s", name);
	free(text);
	return result;
}

/* The theme's name, if it is a regular file whose name can be shown unescaped. */
static bool take_name(const char *folder, const char *file, char *name, size_t size)
{
	size_t length = strlen(file) - strlen(".theme");
	char path[1024], shown[THEME_NAME_MAX * 4];
	struct stat entry;

	snprintf(name, size, "%.*s", (int)length, file);
	snprintf(path, sizeof(path), "%s/%s", folder, file);
	return length && length < THEME_NAME_MAX && stat(path, &entry) == 0 && S_ISREG(entry.st_mode) &&
	       strcmp(text_clean(shown, sizeof(shown), name, strlen(name)), name) == 0;
}

/* Inserts in sorted order, without duplicates. */
static size_t insert(char (*names)[THEME_NAME_MAX], size_t count, size_t room, const char *name)
{
	size_t at = 0;

	while (at < count && strcmp(names[at], name) < 0)
		at++;
	if (count == room || (at < count && strcmp(names[at], name) == 0))
		return count;
	memmove(names + at + 1, names + at, (count - at) * sizeof(*names));
	snprintf(names[at], THEME_NAME_MAX, "%s", name);
	return count + 1;
}

/* Adds the themes of one folder; returns the new count. */
static size_t add_folder(const char *folder, char (*names)[THEME_NAME_MAX], size_t count, size_t room)
{
	DIR *directory = opendir(folder);
	const struct dirent *entry;
	char name[THEME_NAME_MAX];

	while (directory && (entry = readdir(directory)) != NULL)
		if (text_has_suffix(entry->d_name, ".theme") &&
			take_name(folder, entry->d_name, name, sizeof(name)))
			count = insert(names, count, room, name);
	if (directory)
		closedir(directory);
	return count;
}

size_t theme_names(char (*names)[THEME_NAME_MAX], size_t room)
{
	size_t count = insert(names, 0, room, "default");

	for (int place = 0; place < PLACES; place++) {
		char folder[512];

		place_path(place, folder, sizeof(folder));
		count = add_folder(folder, names, count, room);
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
