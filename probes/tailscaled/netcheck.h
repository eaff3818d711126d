/* Why a path is as it is: `tailscale netcheck --format=json`, `GET whois?addr=…` and `POST ping?ip=…`.
 *
 * Formats: net/netcheck.Report, apitype.WhoIsResponse with tailcfg.Node and its Hostinfo.NetInfo, and
 * ipnstate.PingResult, of tailscale.com, as of 1.102. CapMap of
 * the answer is what the policy gives that node here. A control plane may leave Hostinfo out of what it
 * reports of peers. Endpoints that are null or absent mean none: this daemon knows no address of that
 * host. */
#ifndef TSLLM_TAILSCALED_NETCHECK_H
#define TSLLM_TAILSCALED_NETCHECK_H

#include "probes/io/answer.h"
#include "probes/model/obs.h"

#include <stddef.h>

struct arena;
struct fault;

int netcheck_parse(const char *bytes, size_t length, struct obs_net *net, struct fault *fault);
/* Fills all of node but its peer_id. */
int whois_parse(const char *bytes, size_t length, struct obs_node *node, struct fault *fault);
/* Fills all of ping but its peer_id and kind. Anything but a pong counts as no answer. Texts live in the
 * arena. */
void ping_read(const struct answer *answer, struct obs_ping *ping, struct arena *arena);

#endif
