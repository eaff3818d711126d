/* The peers of the status before, by what was said of them: of 10,000 peers most say the same each time, and need no parsing. */
#ifndef TSLLM_TAILSCALED_STATUS_BEFORE_H
#define TSLLM_TAILSCALED_STATUS_BEFORE_H

#include "probes/model/obs.h"

struct status_before;

struct status_before *status_before_new(struct obs_status *status); /* holds it */
void status_before_free(struct status_before *before);
/* Of the key and the text of a peer, never 0. It differs from one run of the program to the next, so that nobody can make two texts alike. */
uint64_t status_before_digest(const char *key, const char *text, size_t length);
/* NULL: none has that digest, or there is no status before. */
const struct obs_peer *status_before_find(const struct status_before *before, uint64_t digest);

#endif
