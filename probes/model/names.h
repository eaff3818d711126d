/* Which machine is meant by a word that a person typed or that a URL names. One rule for pins, muting,
 * excluding and --doctor. Case and a trailing dot are ignored. */
#ifndef TSLLM_MODEL_NAMES_H
#define TSLLM_MODEL_NAMES_H

#include <stdbool.h>

/* The names of a machine; "" or NULL: no match by this one. */
struct names {
	const char *id;        /* StableNodeID */
	const char *name;      /* as displayed */
	const char *host_name; /* chosen by the machine itself: proves nothing */
	const char *fqdn;
	const char *suffix;           /* of the tailnet: completes a short name */
	const char *const *addresses; /* NULL-terminated */
};

bool names_mean(const struct names *names, const char *word);

#endif
