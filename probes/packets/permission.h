/* Why this user may not run an existing program, if the program's group is the reason. */
#ifndef TSLLM_PACKETS_PERMISSION_H
#define TSLLM_PACKETS_PERMISSION_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

enum permission {
	PERMISSION_OTHER, /* another reason, or it may be run */
	PERMISSION_GROUP, /* only members of a group may run it, and this user is not one */
	PERMISSION_LOGIN  /* the same, but this user joined it after this session began */
};

/* group: the group's name, unless PERMISSION_OTHER. */
enum permission permission_to_run(const char *path, char *group, size_t size);
/* The same from facts already looked up: the program's mode and group, whether the group database lists this
 * user, and whether this process is in the group. */
enum permission permission_by(mode_t mode, gid_t group, bool is_listed, bool is_in);

#endif
