/* Replaces what is secret in a text by pseudonyms. */
#ifndef TSLLM_REPORT_REWRITE_H
#define TSLLM_REPORT_REWRITE_H

#include "probes/report/pseudonyms.h"

#include <stdbool.h>

struct arena;

/* A host that needs no pseudonym because everyone has it: loopback, a vendor's site. */
bool rewrite_leaves(const char *host);

/* Whether the text begins with a host's full name or address and a port, as no model's name does. */
bool rewrite_is_host_port(const char *text);

/* Replaces every known secret, the longest first, and everything that looks like one, which is a known secret
 * from then on: an address, a mail address, the host of a URL (with or without its scheme), a host before a
 * port, a name below a tailnet's, a tag, a service, a home directory, a login URL, a network device with a
 * hardware address in its name. Drops the query, user and password of a URL, and what a server said in its
 * own words, “between such quotes”. The result is in the arena. */
const char *rewrite_text(struct pseudonyms *pseudonyms, struct arena *arena, const char *text);

#endif
