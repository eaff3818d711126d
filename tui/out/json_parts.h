/* Parts of the JSON contract that several of its objects have. */
#ifndef TSLLM_OUT_JSON_PARTS_H
#define TSLLM_OUT_JSON_PARTS_H

#include "probes/model/fields.h"
#include "probes/model/snapshot.h"

struct json_out;

void json_write_fields(struct json_out *out, const struct fields *fields, const void *row);
void json_write_verdicts(struct json_out *out, const struct snapshot *snapshot, struct span span);
void json_write_paths(struct json_out *out, const char *key, const double figures[TRAFFIC_PATHS]);
/* Prints nothing if nothing is known of that network. */
void json_write_network(struct json_out *out, const struct obs_net *net);

#endif
