/* The caller gives what it has open, so that nobody can put another file there between the look and the use.
 */
#include "probes/base/private.h"

#include "probes/base/fault.h"
#include "probes/base/owner.h"
#include "probes/base/shell.h"

#include <stdio.h>
#include <string.h>

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
	else /* half a command is worse than none */
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
