/* What tells why a path is as it is: `tailscale netcheck --format=json`, `GET whois?addr=…`, `POST
 * ping?ip=…`.
 *
 * Formats: net/netcheck.Report, apitype.WhoIsResponse with tailcfg.Node and its Hostinfo.NetInfo, and
 * ipnstate.PingResult of tailscale.com, as of 1.102. A control plane may leave Hostinfo out of what it tells
 * of peers; endpoints that are null or absent are none: this daemon knows no address of that host. */
#ifndef TSLLM_PROBES_NET_H
#define TSLLM_PROBES_NET_H

#include "probes/model/obs.h"

#include <stddef.h>

struct fault;
struct json;

int netcheck_parse(const char *bytes, size_t length, struct obs_net *net, struct fault *fault);
int whois_parse(
	const char *bytes, size_t length, struct obs_net *net, struct fault *fault); /* of that node */
/* All of ping but its peer_id. NULL: there was no answer. */
void ping_read(const struct json *answer, struct obs_ping *ping);

#endif
