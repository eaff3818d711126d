/* tailscaled's status: `GET /localapi/v0/status` or `tailscale status --json` → struct obs_status.
 *
 * The document may be larger than 10 MB and arrives in pieces, so it is parsed peer by peer while it comes.
 * Every key is optional, null is absent, a wrong type is unknown; what has no BackendState is no status.
 * Format: ipnstate.Status of tailscale.com, as of 1.102. */
#ifndef TSLLM_TAILSCALED_STATUS_H
#define TSLLM_TAILSCALED_STATUS_H

#include "probes/model/obs.h"

#include <stddef.h>

#define STATUS_BYTES_MAX (32 * 1024 * 1024)
#define STATUS_PEERS_MAX 20000

struct fault;
struct status_parser;

struct status_parser *status_parser_new(void);
/* -1: it is no status, or too big; every later call fails too. */
int status_parser_feed(struct status_parser *parser, const char *bytes, size_t length, struct fault *fault);
/* The whole status, which the caller frees with obs_status_free(); NULL where it is not complete or broke
 * before. After it the parser can only be freed. */
struct obs_status *status_parser_end(struct status_parser *parser, struct fault *fault);
void status_parser_free(struct status_parser *parser);

#endif
