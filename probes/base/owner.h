/* Decides by the owner of a file or socket whether to trust it.
 *
 * Any user of this machine can create a socket at a world-writable path, answer in place of tailscaled,
 * and receive the addresses and API keys meant for servers. Only root and the user this program runs as
 * are trusted, unless the user names the path explicitly. */
#ifndef TSLLM_BASE_OWNER_H
#define TSLLM_BASE_OWNER_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>

bool owner_is_believed(uid_t owner);
/* Whether the process at the other end of a connected unix socket runs as a trusted user. Also false if
 * the kernel does not say. */
bool owner_believes_peer(int socket);
/* The name of the user ("nobody"), or "user 1001" if it has none. */
char *owner_name(uid_t owner, char *name, size_t size);

#endif
