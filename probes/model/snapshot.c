#include "probes/model/snapshot.h"

#include "probes/base/mem.h"

void snapshot_hold(struct snapshot *snapshot)
{
	snapshot->holders++;
}

void snapshot_free(struct snapshot *snapshot)
{
	if (snapshot && !snapshot->holders--)
		arena_free(snapshot->arena);
}

size_t snapshot_engine(const struct snapshot *snapshot, size_t endpoint)
{
	int engine_id = snapshot->endpoints[endpoint].engine_id;
	size_t first = 0;

	if (engine_id < 0)
		return endpoint;
	while (snapshot->endpoints[first].engine_id != engine_id)
		first++;
	return first;
}

const struct verdict *snapshot_worst(const struct snapshot *snapshot, struct span verdicts)
{
	for (size_t i = 0; i < verdicts.count; i++)
		if (!snapshot->verdict_list[verdicts.first + i].is_muted)
			return &snapshot->verdict_list[verdicts.first + i];
	return NULL;
}
