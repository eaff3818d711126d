/* Which of the usual places holds tailscaled's socket now.
 *
 * The first one counts that belongs to root or to us: some of the places are in /tmp, where every user of the
 * machine can put a socket and answer in tailscaled's place. One at which nobody answered is passed over until
 * it is made anew. */
#ifndef TSLLM_TAILSCALED_SOCKET_SEARCH_H
#define TSLLM_TAILSCALED_SOCKET_SEARCH_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>

#define SOCKET_PLACES_MAX 8

struct socket_search {
	const char *const *places; /* paths, NULL-ended, the likeliest first */
	struct {
		struct stat refused; /* the file there when nobody answered; zeroed: none */
		bool is_foreign;     /* it is another user's */
	} found[SOCKET_PLACES_MAX];
};

extern const char *const socket_places[]; /* of every system that tailscaled runs on */

/* The path to try now; NULL: none is left. */
const char *socket_search_next(struct socket_search *search);
/* Nobody answered there, or somebody who is not believed. */
void socket_search_refuse(struct socket_search *search, const char *path);
/* All places are worth a try again. */
void socket_search_forget(struct socket_search *search);
/* "/tmp/tailscaled.sock belongs to nobody, not to root or you", the first that was passed over for its owner; ""
 * where none was. */
const char *socket_search_foreign(const struct socket_search *search, char *text, size_t size);

#endif
