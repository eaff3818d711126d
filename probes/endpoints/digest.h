/* Reduces an answer to what the ledger needs of its headers and body, cleaned and bounded. Pure. */
#ifndef TSLLM_ENDPOINTS_DIGEST_H
#define TSLLM_ENDPOINTS_DIGEST_H

#include "probes/io/answer.h"

struct arena;

/* url is the endpoint's, path the one requested under it. The caller fills server, cost, reading and the is_*
 * flags of the endpoint. Strings are allocated in the arena. */
void digest_answer(struct obs_answer *obs, const struct answer *answer, const char *url, const char *path,
	struct arena *arena);

/* Whether a redirect leads to another scheme, host or port than this URL's; a path alone does not. */
bool digest_leaves(const char *location, const char *url);

#endif
