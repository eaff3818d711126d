/* What this machine serves: `GET /localapi/v0/serve-config` or `tailscale serve status --json`.
 *
 * Format: ipn.ServeConfig of tailscale.com, as of 1.102; `null` and `{}` mean that it serves nothing. */
#ifndef TSLLM_TAILSCALED_SERVE_H
#define TSLLM_TAILSCALED_SERVE_H

#include "probes/model/obs.h"

#include <stdbool.h>
#include <stddef.h>

struct fault;

/* At most 512 mounts, those of foreground sessions included. A web host is left out if nothing listens on its
 * port, because tailscaled does not serve it either. NULL: not a serve configuration. */
struct obs_serve *serve_parse(const char *bytes, size_t length, struct fault *fault);
void serve_free(struct obs_serve *serve);

/* The URL at which this machine can ask the backend of a mount directly, without a slash at its end. is_tcp:
 * the target is a bare host:port. False: there is nothing to ask (text, path, redirect, unix socket, a
 * literal ${…}). */
bool serve_backend(const char *target, bool is_tcp, char *url, size_t size);

#endif
