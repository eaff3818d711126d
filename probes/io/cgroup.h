/* What a control group tells of a process: the systemd unit or the container that it runs in. */
#ifndef TSLLM_IO_CGROUP_H
#define TSLLM_IO_CGROUP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum cgroup_kind {
	CGROUP_NONE, /* a login session, or nothing that is known */
	CGROUP_UNIT,
	CGROUP_DOCKER,
	CGROUP_PODMAN,
	CGROUP_KUBERNETES,
	CGROUP_LXC
};

struct cgroup {
	enum cgroup_kind kind;
	char name[256];    /* "ollama.service", a container's id or name */
	char machine[64];  /* of systemd-nspawn, that the unit runs in; "": this one */
	bool is_of_user;   /* a unit of a user's systemd, or a container in such a unit */
	unsigned long uid; /* of that user */
};

/* From the text of /proc/PID/cgroup, versions 1 and 2. Pure. */
void cgroup_parse(const char *text, struct cgroup *cgroup);
/* From a path like "/system.slice/ollama.service". Pure. */
void cgroup_parse_path(const char *path, struct cgroup *cgroup);
/* The path of the group with that id below root, the folder of cgroup2; false: there is none. */
bool cgroup_find(const char *root, uint64_t id, char *path, size_t size);

#endif
