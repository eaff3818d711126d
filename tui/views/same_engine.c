#include "tui/views/same_engine.h"

#include "probes/model/snapshot.h"
#include "tui/views/values.h"

bool same_engine_has_others(const struct snapshot *snapshot, const struct endpoint *endpoint)
{
	return snapshot->endpoints[endpoint->lead].others > 0;
}

void same_engine_write(
	const struct snapshot *snapshot, const struct endpoint *endpoint, int indent, struct page *page)
{
	for (size_t i = 0; same_engine_has_others(snapshot, endpoint) && i < snapshot->endpoint_count; i++) {
		const struct endpoint *other = &snapshot->endpoints[i];
		struct value state;

		if (other->lead != endpoint->lead || other == endpoint)
			continue;
		value_state(&state, other->state);
		page_line(page, ROLE_DIM, "%*s%s", indent, "", other->url);
		page_add(page, state.role, "  %s", state.text);
	}
}
