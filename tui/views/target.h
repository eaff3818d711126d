/* What an id stands for in a snapshot: the endpoint with that URL, the peer with that id or name, or the
 * mount. */
#ifndef TSLLM_VIEWS_TARGET_H
#define TSLLM_VIEWS_TARGET_H

#include "probes/model/snapshot.h"

struct target {
	const struct endpoint *endpoint; /* at most one of the three */
	const struct peer *peer;
	const struct mount *mount;
};

struct target target_find(const struct snapshot *snapshot, const char *id);
/* What a user would paste: the URL or the peer's full name; "" if the id no longer exists. */
const char *target_url(struct target target);

#endif
