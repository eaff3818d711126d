/* Paths in a configuration: relative ones start at its directory, "~/" at the home. */
#include "tui/config_keys.h"

#include "probes/base/mem.h"
#include "probes/base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void config_replace(char **text, char *owned)
{
	free(*text);
	*text = owned;
}

char *config_path(const char *value, const char *directory)
{
	const char *home = getenv("HOME");
	bool is_home = text_has_prefix(value, "~/") && home;
	const char *base = is_home ? home : directory, *rest = is_home ? value + 2 : value;
	size_t size;
	char *path;

	if (!value[0] || value[0] == '/' || !base)
		return mem_copy(value);
	size = strlen(base) + strlen(rest) + 2;
	path = mem_alloc(size);
	snprintf(path, size, "%s/%s", base, rest);
	return path;
}
