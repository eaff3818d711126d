/* Who is meant by a word that a person typed, or that a URL names: one rule for pins, muting, excluding and
 * --doctor. Letters count alike in both cases, and a dot at the end counts for nothing. */
#ifndef TSLLM_MODEL_NAMES_H
#define TSLLM_MODEL_NAMES_H

#include <stdbool.h>

/* What a machine goes by; "" or NULL: it does not go by that here. */
struct names {
	const char *id;        /* StableNodeID */
	const char *name;      /* as it is shown */
	const char *host_name; /* as it calls itself, which proves nothing */
	const char *fqdn;
	const char *suffix;           /* of the tailnet in which a short name is completed */
	const char *const *addresses; /* NULL-ended */
};

bool names_mean(const struct names *names, const char *word);

#endif
