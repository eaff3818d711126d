/* A part of the contract: what is known of the network that a host is in. */
#ifndef TSLLM_OUT_JSON_NETWORK_H
#define TSLLM_OUT_JSON_NETWORK_H

#include "probes/model/obs.h"

struct json_out;

void json_write_network(struct json_out *out, const struct obs_net *net); /* nothing where nothing was told */

#endif
