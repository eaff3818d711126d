/* The parts of a path are read from the top. What is further down runs inside what is above it: the outermost container
 * is the one that this machine's own tools know, and the first unit the one that has a journal. A container wins over
 * the unit that started it. */
#include "probes/io/cgroup.h"

#include "probes/base/mem.h"
#include "probes/base/text.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define DEPTH_MAX 16
#define ID_MIN 12 /* of a container's id, in hexadecimal digits */

/* "PREFIX" ID ["SUFFIX"], as the runtimes name a container's group. */
static const struct {
	const char *prefix;
	enum cgroup_kind kind;
} runtimes[] = {
	{ "docker-", CGROUP_DOCKER },
	{ "libpod-payload-", CGROUP_PODMAN },
	{ "libpod-", CGROUP_PODMAN },
	{ "cri-containerd-", CGROUP_KUBERNETES },
	{ "crio-", CGROUP_KUBERNETES },
};

static bool is_id(const char *text, size_t length)
{
	return length >= ID_MIN && strspn(text, "0123456789abcdef") == length;
}

static void name(struct cgroup *cgroup, enum cgroup_kind kind, const char *text, size_t length)
{
	cgroup->kind = kind;
	snprintf(cgroup->name, sizeof(cgroup->name), "%.*s", (int)length, text);
}

/* before: the part above it. */
static bool take_container(struct cgroup *cgroup, const char *part, const char *before)
{
	static const char scope[] = ".scope", lxc[] = "lxc.payload.";
	size_t length = strlen(part);

	length -= text_has_suffix(part, scope) ? strlen(scope) : 0;
	for (size_t i = 0; i < ARRAY_LEN(runtimes); i++) {
		size_t prefix = strlen(runtimes[i].prefix);

		if (text_has_prefix(part, runtimes[i].prefix) && is_id(part + prefix, length - prefix)) {
			name(cgroup, runtimes[i].kind, part + prefix, length - prefix);
			return true;
		}
	}
	if (strcmp(before, "docker") == 0 && is_id(part, length))
		name(cgroup, CGROUP_DOCKER, part, length);
	else if (text_has_prefix(before, "pod") && is_id(part, length))
		name(cgroup, CGROUP_KUBERNETES, part, length);
	else if (text_has_prefix(part, lxc) && part[strlen(lxc)])
		name(cgroup, CGROUP_LXC, part + strlen(lxc), length - strlen(lxc));
	else if (strcmp(before, "lxc") == 0 && *part)
		name(cgroup, CGROUP_LXC, part, length);
	else
		return false;
	return true;
}

/* "user@1000.service" is a user's systemd, "systemd-nspawn@web.service" another machine's: the unit is further down. */
static void take_unit(struct cgroup *cgroup, const char *part)
{
	static const char user[] = "user@", nspawn[] = "systemd-nspawn@", service[] = ".service";
	size_t length = strlen(part) - (text_has_suffix(part, service) ? strlen(service) : 0);

	if (!length || !part[length] || cgroup->kind == CGROUP_UNIT)
		return;
	if (text_has_prefix(part, user)) {
		cgroup->is_of_user = true;
		cgroup->uid = strtoul(part + strlen(user), NULL, 10);
	} else if (text_has_prefix(part, nspawn)) {
		snprintf(cgroup->machine, sizeof(cgroup->machine), "%.*s", (int)(length - strlen(nspawn)),
			part + strlen(nspawn));
	} else {
		name(cgroup, CGROUP_UNIT, part, strlen(part));
	}
}

void cgroup_parse_path(const char *path, struct cgroup *cgroup)
{
	char part[256] = "", before[256];

	*cgroup = (struct cgroup){ .kind = CGROUP_NONE };
	while (*path) {
		size_t length = strcspn(path, "/\n");

		snprintf(before, sizeof(before), "%s", part);
		snprintf(part, sizeof(part), "%.*s", (int)length, path);
		if (length < sizeof(part) && take_container(cgroup, part, before))
			return;
		if (length < sizeof(part))
			take_unit(cgroup, part);
		if (path[length] != '/')
			return;
		path += length + 1;
	}
}

/* Version 2 has a line "0::PATH"; version 1 one for each controller, of which systemd's own has the unit. */
void cgroup_parse(const char *text, struct cgroup *cgroup)
{
	static const char *const heads[] = { "0::", ":name=systemd:" };

	for (size_t i = 0; i < ARRAY_LEN(heads); i++) {
		const char *at = strstr(text, heads[i]);

		*cgroup = (struct cgroup){ .kind = CGROUP_NONE };
		if (at && (i > 0 || at == text || at[-1] == '\n'))
			cgroup_parse_path(at + strlen(heads[i]), cgroup);
		if (cgroup->kind != CGROUP_NONE)
			return;
	}
}

/* A group's id is the number of its folder. path ends where the search begins. */
static bool find_below(uint64_t id, char *path, size_t size, int depth)
{
	size_t length = strlen(path);
	DIR *folder = depth < DEPTH_MAX ? opendir(path) : NULL;
	const struct dirent *entry;
	struct stat is;
	bool is_found = false;

	while (folder && !is_found && (entry = readdir(folder))) {
		if (entry->d_name[0] == '.' ||
			(size_t)snprintf(path + length, size - length, "/%s", entry->d_name) >=
				size - length ||
			lstat(path, &is) || !S_ISDIR(is.st_mode))
			continue;
		is_found = is.st_ino == id || find_below(id, path, size, depth + 1);
	}
	if (folder)
		closedir(folder);
	if (!is_found)
		path[length] = '\0';
	return is_found;
}

bool cgroup_find(const char *root, uint64_t id, char *path, size_t size)
{
	char found[1024];

	snprintf(found, sizeof(found), "%s", root);
	if (!id || !find_below(id, found, sizeof(found), 0))
		return false;
	snprintf(path, size, "%s", found + strlen(root));
	return true;
}
