/* Short names for rows, for metrics, service discovery and other programs: unique in a snapshot, and the same in
 * the next one. */
#ifndef TSLLM_OUT_LABELS_H
#define TSLLM_OUT_LABELS_H

#include "probes/model/snapshot.h"

#define LABEL_MAX 800 /* bytes: a host, a port, a path */

struct labels {
	char **peers;     /* "gpu1"; a machine of another tailnet by its full name */
	char **endpoints; /* "gpu1:8080", "gpu1/ollama", "https://gpu1:8443" */
	size_t peer_count, endpoint_count;
};

struct labels *labels_new(const struct snapshot *snapshot);
void labels_free(struct labels *labels);
/* "" for an index below 0. */
const char *labels_peer(const struct labels *labels, int peer);
const char *labels_endpoint(const struct labels *labels, int endpoint);
/* A mount, as the endpoint that it is on the tailnet. Returns to. */
const char *labels_mount(const struct snapshot *snapshot, const struct mount *mount, char *to, size_t size);

#endif
