/* A part of the JSON contract: what is known about a host's network. */
#ifndef TSLLM_OUT_JSON_NETWORK_H
#define TSLLM_OUT_JSON_NETWORK_H

#include "probes/model/obs.h"

struct json_out;

void json_write_network(
	struct json_out *out, const struct obs_net *net); /* prints nothing if nothing is known */

#endif
