/* Whose a file or a socket is, where that decides whether it is believed.
 *
 * A path that everybody may write to proves nothing: any user of this machine can put a socket there and
 * answer in tailscaled's place, to be given the addresses and keys meant for servers. Root and the user this
 * program runs as are believed, nobody else, unless the user names the path. */
#ifndef TSLLM_BASE_OWNER_H
#define TSLLM_BASE_OWNER_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>

bool owner_is_believed(uid_t owner);
/* Whoever answers at the other end of a connected unix socket; false: he is not believed, or not told. */
bool owner_believes_peer(int socket);
/* "nobody", or "user 1001" where it has no name. */
char *owner_name(uid_t owner, char *name, size_t size);

#endif
