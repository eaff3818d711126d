/* An answer, digested for the ledger: what matters of its headers and body, clean and bounded. Pure. */
#ifndef TSLLM_ENDPOINTS_DIGEST_H
#define TSLLM_ENDPOINTS_DIGEST_H

#include "probes/io/answer.h"

struct arena;

/* url is the endpoint's, path what was asked under it. Server, cost, reading and the is_* flags of the
 * endpoint are the caller's to fill. Text lives in the arena. */
void digest_answer(struct obs_answer *obs, const struct answer *answer, const char *url, const char *path,
	struct arena *arena);

#endif
