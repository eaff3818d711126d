/* A text with pseudonyms in place of what is secret in it. */
#ifndef TSLLM_REPORT_REWRITE_H
#define TSLLM_REPORT_REWRITE_H

#include "probes/report/pseudonyms.h"

#include <stdbool.h>

struct arena;

/* A host that is everybody's: loopback, a vendor's. */
bool rewrite_leaves(const char *host);

/* Whether a text begins with a host's full name or address and a port, as no model's name does. */
bool rewrite_is_host_port(const char *text);

/* Every known secret is replaced, the longest first. So is whatever looks like one, which is known from then
 * on: an address, a mail address, the host of a URL, with or without its scheme, a host before a port, a name
 * below a tailnet's, a tag, a service, a home directory, a login URL, a network device with a hardware
 * address in its name. The query, the user and the password of a URL are left out, and so is what a server
 * said in its own words, “between such quotes”. In the arena. */
const char *rewrite_text(struct pseudonyms *pseudonyms, struct arena *arena, const char *text);

#endif
