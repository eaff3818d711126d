/* What this machine runs, without its name. */
#include "probes/base/text.h"
#include "probes/io/machine.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>

#define KEY "PRETTY_NAME="

/* As os-release(5) has it, without its quotes; "" if there is none. */
static void read_release(const char *root, char *to, size_t size)
{
	char path[PATH_MAX], line[512];
	FILE *file;

	*to = '\0';
	snprintf(path, sizeof(path), "%s/etc/os-release", root);
	file = fopen(path, "re");
	while (file && !*to && fgets(line, sizeof(line), file)) {
		const char *name = line + strlen(KEY);

		if (!text_has_prefix(line, KEY))
			continue;
		name += strspn(name, "\"'");
		text_clean(to, size, name, strcspn(name, "\"'\n"));
	}
	if (file)
		fclose(file);
}

void machine_system(const char *root, char *to, size_t size)
{
	struct utsname kernel;
	char release[128];

	*to = '\0';
	read_release(root, release, sizeof(release));
	if (uname(&kernel) == 0)
		text_add(to, size, "%s %s %s", kernel.sysname, kernel.release, kernel.machine);
	if (*release)
		text_add(to, size, "%s%s", *to ? ", " : "", release);
}
