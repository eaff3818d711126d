/* Membership is looked up in the group database, which may be newer than this session's groups. */
#include "probes/packets/permission.h"

#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define GROUPS_MAX 256

enum permission permission_by(mode_t mode, gid_t group, bool is_listed, bool is_in)
{
	bool is_by_group = (mode & S_IXGRP) && !(mode & S_IXOTH);

	if (!is_by_group || !group || is_in) /* never suggest joining root's group */
		return PERMISSION_OTHER;
	return is_listed ? PERMISSION_LOGIN : PERMISSION_GROUP;
}

static bool holds(const gid_t *groups, int count, gid_t group)
{
	for (int i = 0; i < count; i++)
		if (groups[i] == group)
			return true;
	return false;
}

static bool is_listed(gid_t group)
{
	const struct passwd *user = getpwuid(getuid());
	gid_t groups[GROUPS_MAX];
	int count = GROUPS_MAX;

	return user && getgrouplist(user->pw_name, user->pw_gid, groups, &count) >= 0 &&
	       holds(groups, count, group);
}

static bool is_in(gid_t group)
{
	gid_t groups[GROUPS_MAX];
	int count = getgroups(GROUPS_MAX, groups);

	return getegid() == group || holds(groups, count, group);
}

enum permission permission_to_run(const char *path, char *group, size_t size)
{
	const struct group *found;
	struct stat status;

	if (stat(path, &status) || !(found = getgrgid(status.st_gid)))
		return PERMISSION_OTHER;
	snprintf(group, size, "%s", found->gr_name);
	return permission_by(status.st_mode, status.st_gid, is_listed(status.st_gid), is_in(status.st_gid));
}
