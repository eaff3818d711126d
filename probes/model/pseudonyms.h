/* What is secret, and what stands for it; and any text with the one put in place of the other. */
#ifndef TSLLM_MODEL_PSEUDONYMS_H
#define TSLLM_MODEL_PSEUDONYMS_H

#include <stddef.h>

struct arena;
struct pseudonyms;

enum secret_kind {
	SECRET_PEER,
	SECRET_TAILNET,
	SECRET_USER,
	SECRET_ADDRESS, /* on the tailnet */
	SECRET_PLACE,   /* any other address */
	SECRET_TAG,
	SECRET_SERVICE,
	SECRET_NODE,
	SECRET_HOST,
	SECRET_FILE,
	SECRET_KINDS
};

struct pseudonyms *pseudonyms_new(void);
void pseudonyms_free(struct pseudonyms *pseudonyms);
/* The pseudonym of a secret, made at first sight; "" has none. Valid until the end. */
const char *pseudonym_of(struct pseudonyms *pseudonyms, enum secret_kind kind, const char *secret);
/* One that is given; the first that was given stays. */
void pseudonym_give(struct pseudonyms *pseudonyms, const char *secret, const char *pseudonym);
/* NULL: it is no secret. */
const char *pseudonym_find(const struct pseudonyms *pseudonyms, const char *secret);
/* Every secret in a text, on the boundaries of words and the longest first, and whatever looks like an
 * address, a mail address, a host of a URL, a name below ts.net, a tag or a service. In the arena. */
const char *pseudonyms_put(struct pseudonyms *pseudonyms, struct arena *arena, const char *text);

#endif
