/* A peer in JSON: its path, pings, probed ports, GPUs. */
#ifndef TSLLM_OUT_JSON_PEER_H
#define TSLLM_OUT_JSON_PEER_H

#include "probes/model/snapshot.h"

struct json_out;

void json_peer_write(struct json_out *out, const struct snapshot *snapshot, const struct peer *peer);

#endif
