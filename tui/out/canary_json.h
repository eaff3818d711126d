/* The canary of an endpoint as JSON. */
#ifndef TSLLM_OUT_CANARY_JSON_H
#define TSLLM_OUT_CANARY_JSON_H

#include "probes/base/json_out.h"
#include "probes/model/snapshot.h"

/* An array "canary" with an object for each request; nothing if none was sent. */
void canary_json_write(
	struct json_out *out, const struct snapshot *snapshot, const struct endpoint *endpoint);

#endif
