/* URLs that answered and are not LLM servers: not asked again until the user presses r. */
#ifndef TSLLM_ENDPOINTS_LEFT_ALONE_H
#define TSLLM_ENDPOINTS_LEFT_ALONE_H

#include "probes/base/strings.h"
#include "probes/model/obs.h"
#include "probes/model/snapshot.h"

#include <stdbool.h>

/* Empty if zeroed. */
struct left_alone {
	struct strings urls;
};

/* Whether an answer like this means that the URL will not turn out to be a server later. A server with a 5xx
 * answer may only be starting; a service is announced again with every change of the tailnet. */
bool left_alone_is_final(enum found_by found_by, enum outcome outcome, int status);
bool left_alone_has(const struct left_alone *left_alone, const char *url);
/* A full list starts over, because machines come and go for weeks. */
void left_alone_add(struct left_alone *left_alone, const char *url);
void left_alone_forget(struct left_alone *left_alone);
void left_alone_fini(struct left_alone *left_alone);

#endif
