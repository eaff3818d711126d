/* Callers pass the stat of a file that they have open, so that no one can swap it between the check and
 * its use. */
#include "probes/base/private.h"

#include "probes/base/fault.h"
#include "probes/base/owner.h"
#include "probes/base/shell.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int private_check_mode(
	const struct stat *entry, mode_t rights, const char *what, const char *path, struct fault *fault)
{
	const char *mode = S_ISDIR(entry->st_mode) ? "700" : rights == PRIVATE_SECRET ? "600" : "go-w";
	const char *verb = rights == PRIVATE_SECRET ? "read or change" : "change";
	char quoted[160];

	if (!(entry->st_mode & rights))
		return 0;
	shell_quote(quoted, sizeof(quoted), path);
	if (strlen(quoted) < sizeof(quoted) - 1)
		fault_say(fault, "others may %s %s (mode %04o); run: chmod %s %s", verb, what,
			(unsigned)entry->st_mode & 07777, mode, quoted);
	else /* never print a truncated command */
		fault_say(fault, "others may %s %s (mode %04o), which needs chmod %s", verb, what,
			(unsigned)entry->st_mode & 07777, mode);
	return -1;
}

int private_check_owner(const struct stat *entry, const char *what, struct fault *fault)
{
	char name[64];

	if (owner_is_believed(entry->st_uid))
		return 0;
	fault_say(fault, "%s belongs to '%s', not to root or you", what,
		owner_name(entry->st_uid, name, sizeof(name)));
	return -1;
}

/* Another user who owns the directory, or may write to it, could replace our socket. (After `su`,
 * XDG_RUNTIME_DIR is still that of the previous user.) */
static bool is_own_directory(const char *path)
{
	struct stat entry;

	return !stat(path, &entry) && S_ISDIR(entry.st_mode) && owner_is_believed(entry.st_uid) &&
	       !(entry.st_mode & (S_IWGRP | S_IWOTH)) && !access(path, W_OK);
}

/* XDG_RUNTIME_DIR; /tmp instead if that is not our own, is too long for the path of a socket, or would
 * need escapes in a URL. */
const char *private_runtime_directory(void)
{
	const char *root = getenv("XDG_RUNTIME_DIR");
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/_-.";

	if (!root || root[0] != '/' || strlen(root) > 48 || root[strspn(root, plain)] ||
		!is_own_directory(root))
		return "/tmp";
	return root;
}
