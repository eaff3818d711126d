/* What is secret, and what stands for it. */
#ifndef TSLLM_REPORT_PSEUDONYMS_H
#define TSLLM_REPORT_PSEUDONYMS_H

#include <stdbool.h>
#include <stddef.h>

#define SECRET_MAX 640 /* bytes of a secret, with its end: a longer one has no pseudonym of its own */

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
	SECRET_DEVICE, /* a network device that is named by its hardware address */
	SECRET_DERP, /* "DERP code": a region that is not Tailscale's; the code may be a machine's name too */
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
/* A word of this program's own, which tells nothing. */
bool pseudonyms_has_word(const struct pseudonyms *pseudonyms, const char *text);
/* The pseudonym of the longest secret that stands as a word of its own at a place in a text, and how much of
 * the text that is; NULL: none does. */
const char *pseudonyms_match(
	const struct pseudonyms *pseudonyms, const char *text, const char *at, size_t *length);

#endif
