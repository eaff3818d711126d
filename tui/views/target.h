/* What an id means in a snapshot: the endpoint of that URL, the peer of that id or name, or the mount. */
#ifndef TSLLM_VIEWS_TARGET_H
#define TSLLM_VIEWS_TARGET_H

#include "probes/model/snapshot.h"

struct target {
	const struct endpoint *endpoint; /* at most one of the three */
	const struct peer *peer;
	const struct mount *mount;
};

struct target target_find(const struct snapshot *snapshot, const char *id);
/* What a person would paste: the URL, the peer's full name; "" where the id means nothing any more. */
const char *target_url(struct target target);

#endif
