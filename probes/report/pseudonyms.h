/* The secrets of a report, and the pseudonyms that replace them. */
#ifndef TSLLM_REPORT_PSEUDONYMS_H
#define TSLLM_REPORT_PSEUDONYMS_H

#include <stdbool.h>
#include <stddef.h>

#define SECRET_MAX 640 /* bytes of a secret with its NUL: a longer one gets no pseudonym of its own */

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
	SECRET_LOGIN,  /* the URL that logs a node in */
	SECRET_DEVICE, /* a network device named after its hardware address */
	SECRET_DERP,   /* "DERP code": a region that is not Tailscale's; its code may be a machine's name */
	SECRET_KINDS
};

struct pseudonyms *pseudonyms_new(void);
void pseudonyms_free(struct pseudonyms *pseudonyms);
/* How many secrets of that kind have one. */
unsigned pseudonyms_count(const struct pseudonyms *pseudonyms, enum secret_kind kind);
/* The pseudonym of a secret, made on first use; "" for "". Valid until the pseudonyms are freed. */
const char *pseudonym_of(struct pseudonyms *pseudonyms, enum secret_kind kind, const char *secret);
/* Sets the pseudonym of a secret, unless it has one already. */
void pseudonym_give(struct pseudonyms *pseudonyms, const char *secret, const char *pseudonym);
/* NULL: not a secret. */
const char *pseudonym_find(const struct pseudonyms *pseudonyms, const char *secret);
/* Whether the text is a word of this program's own sentences (vocabulary.h), which reveals nothing. */
bool pseudonyms_has_word(const struct pseudonyms *pseudonyms, const char *text);
/* The pseudonym of the longest secret that stands as a whole word at a place in a text, and the length of the
 * secret in the text; NULL: none. */
const char *pseudonyms_match(
	const struct pseudonyms *pseudonyms, const char *text, const char *at, size_t *length);

#endif
