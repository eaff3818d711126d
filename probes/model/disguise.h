/* A text with pseudonyms in place of what is secret in it. */
#ifndef TSLLM_MODEL_DISGUISE_H
#define TSLLM_MODEL_DISGUISE_H

#include "probes/model/pseudonyms.h"

#include <stdbool.h>

struct arena;

/* A host that is everybody's: loopback, a vendor's. */
bool disguise_leaves(const char *host);

/* Every known secret is replaced, the longest first. So is whatever looks like one, which is known from then
 * on: an address, a mail address, the host of a URL, a name below a tailnet's, a tag, a service, a home
 * directory, a login URL, a network device with a hardware address in its name. The query of a URL is left
 * out, and so is what a server said in its own words, “between such quotes”. In the arena. */
const char *disguise_text(struct pseudonyms *pseudonyms, struct arena *arena, const char *text);

#endif
