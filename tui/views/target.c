/* What an id stands for in the current snapshot.
 *
 * Ids come from the views: a URL, a peer's id or, in an event, its name. A mount has no text of its own in
 * the snapshot, so its id is the one that the Serve view makes. */
#include "tui/views/target.h"

#include "tui/views/views.h"

#include <string.h>

struct target target_find(const struct snapshot *snapshot, const char *id)
{
	char buffer[ID_MAX];

	for (size_t i = 0; i < snapshot->endpoint_count; i++)
		if (strcmp(snapshot->endpoints[i].url, id) == 0)
			return (struct target){ .endpoint = &snapshot->endpoints[i] };
	for (size_t i = 0; i < snapshot->peer_count; i++)
		if (strcmp(snapshot->peers[i].id, id) == 0 || strcmp(snapshot->peers[i].name, id) == 0)
			return (struct target){ .peer = &snapshot->peers[i] };
	for (size_t i = 0; i < snapshot->mount_count; i++)
		if (strcmp(view_serve.row_id(snapshot, i, buffer, sizeof(buffer)), id) == 0)
			return (struct target){ .mount = &snapshot->mounts[i] };
	return (struct target){ 0 };
}

const char *target_url(struct target target)
{
	if (target.endpoint)
		return target.endpoint->url;
	if (target.mount)
		return target.mount->target;
	return !target.peer ? "" : *target.peer->fqdn ? target.peer->fqdn : target.peer->name;
}
