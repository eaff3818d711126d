/* Why this user may not run a program that is there, where its group is the reason. */
#ifndef TSLLM_PACKETS_PERMISSION_H
#define TSLLM_PACKETS_PERMISSION_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

enum permission {
	PERMISSION_OTHER, /* something else, or it may */
	PERMISSION_GROUP, /* only members of a group may, and this user is none */
	PERMISSION_LOGIN  /* the same, and this user joined it after this session began */
};

/* group: its name, where that is the reason. */
enum permission permission_to_run(const char *path, char *group, size_t size);
/* The same of what was looked up: the program's mode and group, whether the group database lists this user,
 * and whether this process is in the group. */
enum permission permission_by(mode_t mode, gid_t group, bool is_listed, bool is_in);

#endif
