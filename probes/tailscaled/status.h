/* tailscaled's status: `GET /localapi/v0/status` or `tailscale status --json` → struct obs_status.
 *
 * The document may be larger than 10 MB and arrives in pieces, so it is parsed peer by peer as it arrives.
 * Every key is optional, null counts as absent, a wrong type as unknown; a document without BackendState is
 * not a status. Format: ipnstate.Status of tailscale.com, as of 1.102. */
#ifndef TSLLM_TAILSCALED_STATUS_H
#define TSLLM_TAILSCALED_STATUS_H

#include "probes/model/obs.h"

#include <stddef.h>

#define STATUS_BYTES_MAX (32 * 1024 * 1024)
#define STATUS_PEERS_MAX 20000

struct fault;
struct status_before;
struct status_parser;

/* Peers that say what they said in the status before are copied; NULL: there is none. */
struct status_parser *status_parser_new(const struct status_before *before);
/* -1: not a status, or too big; all later calls fail too. */
int status_parser_feed(struct status_parser *parser, const char *bytes, size_t length, struct fault *fault);
/* The whole status, which the caller frees with obs_status_free(); NULL if it is incomplete or was broken
 * before. After this call the parser can only be freed. */
struct obs_status *status_parser_end(struct status_parser *parser, struct fault *fault);
void status_parser_free(struct status_parser *parser);

#endif
