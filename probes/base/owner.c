/* The kernel reports the user of the process that listens on a socket. The socket's path proves nothing. */
#define _GNU_SOURCE /* struct ucred */
#include "probes/base/owner.h"

#include <pwd.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

bool owner_is_believed(uid_t owner)
{
	return owner == 0 || owner == geteuid();
}

bool owner_believes_peer(int socket)
{
#ifdef SO_PEERCRED
	struct ucred peer;
	socklen_t size = sizeof(peer);

	return !getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &peer, &size) && owner_is_believed(peer.uid);
#else
	uid_t owner;
	gid_t group;

	return !getpeereid(socket, &owner, &group) && owner_is_believed(owner);
#endif
}

char *owner_name(uid_t owner, char *name, size_t size)
{
	const struct passwd *entry = getpwuid(owner);

	if (entry)
		snprintf(name, size, "%s", entry->pw_name);
	else
		snprintf(name, size, "user %lu", (unsigned long)owner);
	return name;
}
