/* Finds tailscaled's socket among the usual places.
 *
 * Security: some of the places are in /tmp, where every user of the machine can create a socket and pose as
 * tailscaled. So only a socket that belongs to root or to us is used, the first such. A place where nobody
 * answered is skipped until its socket is recreated. */
#ifndef TSLLM_TAILSCALED_SOCKET_SEARCH_H
#define TSLLM_TAILSCALED_SOCKET_SEARCH_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>

#define SOCKET_PLACES_MAX 9

struct socket_search {
	const char *const *places; /* paths, NULL-ended, the most likely first */
	struct {
		struct stat refused; /* the file that was there when nobody answered; zeroed: none */
		bool is_foreign;     /* it belongs to another user */
	} found[SOCKET_PLACES_MAX];
};

extern const char *const socket_places[]; /* on every system that tailscaled runs on */

/* The path to try now; NULL: none is left. */
const char *socket_search_next(struct socket_search *search);
/* Skips this place: nobody answered there, or something that cannot be trusted did. */
void socket_search_refuse(struct socket_search *search, const char *path);
/* All places may be tried again. */
void socket_search_forget(struct socket_search *search);
/* "/tmp/tailscaled.sock belongs to nobody, not to root or you": the first place that was skipped because of
 * its owner; "" if there is none. */
const char *socket_search_foreign(const struct socket_search *search, char *text, size_t size);

#endif
