/* URLs that were asked and are no LLM server: not asked again until somebody wants it. */
#ifndef TSLLM_ENDPOINTS_LEFT_ALONE_H
#define TSLLM_ENDPOINTS_LEFT_ALONE_H

#include "probes/base/strings.h"
#include "probes/model/obs.h"
#include "probes/model/snapshot.h"

#include <stdbool.h>

/* Zeroed, it is empty. */
struct left_alone {
	struct strings urls;
};

/* Whether what answered so will not turn out to be a server by itself. One that fails inside may only be starting; a service
 * is offered anew with every change of the tailnet. */
bool left_alone_is_final(enum found_by found_by, enum outcome outcome, int status);
bool left_alone_has(const struct left_alone *left_alone, const char *url);
/* Machines come and go for weeks: a list that is full begins anew. */
void left_alone_add(struct left_alone *left_alone, const char *url);
void left_alone_forget(struct left_alone *left_alone);
void left_alone_fini(struct left_alone *left_alone);

#endif
