/* Which family is it? A question at a time, at most three, the harmless one first.
 *
 * Start with identify_init(), ask recognition.ask, give the answer to identify_step(), until ask is NULL.
 * Then family is set, or it is NULL and the server is no LLM server (or does not say). */
#ifndef TSLLM_SERVERS_IDENTIFY_H
#define TSLLM_SERVERS_IDENTIFY_H

#include "probes/servers/family.h"

#define RECOGNISE_MAX 3 /* questions */

struct identification {
	const char *ask; /* the path to ask now; NULL: done */
	const struct family *family;
	const struct family *likely;    /* the best guess so far */
	const struct family *confirmed; /* the best whose confirming answer said at least LIKELY */
	const char *asked[RECOGNISE_MAX];
	size_t asked_count;
	bool shuns_models;
	bool is_proxy; /* what answered is a proxy or a login page: the engine is not to be seen */
};

void identify_init(struct identification *identification);
void identify_step(struct identification *identification, const struct answer *answer);

#endif
