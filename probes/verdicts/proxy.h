/* Whether an answer is from a proxy, not from an engine. */
#ifndef TSLLM_VERDICTS_PROXY_H
#define TSLLM_VERDICTS_PROXY_H

#include "probes/ledger/state.h"

bool proxy_is_named(const struct last_answer *answer);    /* by a header */
bool proxy_says(const struct last_answer *answer);        /* this answer is a proxy's own */
const char *proxy_name(const struct last_answer *answer); /* "the proxy" if unknown */

#endif
