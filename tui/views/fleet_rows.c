#include "tui/views/fleet_rows.h"

#include "tui/table/view.h"

const struct endpoint *fleet_endpoint(const struct snapshot *snapshot, size_t row)
{
	return row < snapshot->endpoint_count ? &snapshot->endpoints[row] : NULL;
}

size_t fleet_peers_line(const struct snapshot *snapshot)
{
	return snapshot->endpoint_count + snapshot->peer_count;
}

const struct peer *fleet_peer(const struct snapshot *snapshot, size_t row)
{
	if (row == fleet_peers_line(snapshot))
		return NULL;
	if (row >= snapshot->endpoint_count)
		return &snapshot->peers[row - snapshot->endpoint_count];
	return snapshot->endpoints[row].peer < 0 ? NULL : &snapshot->peers[snapshot->endpoints[row].peer];
}

bool fleet_is_folded(const struct snapshot *snapshot, size_t row)
{
	return row < snapshot->endpoint_count && snapshot->endpoints[row].lead != row;
}

const struct endpoint *fleet_worst(const struct snapshot *snapshot, size_t row)
{
	const struct endpoint *endpoint = fleet_endpoint(snapshot, row);

	return !endpoint || endpoint->lead != row ? endpoint : &snapshot->endpoints[endpoint->worst];
}

bool fleet_is_without_server(const struct peer *peer)
{
	return !peer->is_self && !peer->endpoint_count && !peer->is_mullvad;
}

/* Without any server the peers are all there is to see. A peer with a fault of its own is not hidden. */
size_t fleet_parent(const struct snapshot *snapshot, size_t row)
{
	const struct verdict *worst;

	if (fleet_is_folded(snapshot, row))
		return snapshot->endpoints[row].lead;
	if (row < snapshot->endpoint_count || row == fleet_peers_line(snapshot) || !snapshot->endpoint_count)
		return ROW_NONE;
	worst = snapshot_worst(snapshot, fleet_peer(snapshot, row)->verdicts);
	return worst && worst->severity > SEVERITY_INFO ? ROW_NONE : fleet_peers_line(snapshot);
}

enum state fleet_state(const struct snapshot *snapshot, size_t row)
{
	const struct endpoint *endpoint = fleet_worst(snapshot, row);

	return endpoint                            ? endpoint->state
	       : row == fleet_peers_line(snapshot) ? STATE_UNKNOWN
						   : fleet_peer(snapshot, row)->state;
}

void fleet_count_peers(const struct snapshot *snapshot, size_t *all, size_t *offline)
{
	*all = *offline = 0;
	for (size_t i = 0; i < snapshot->peer_count; i++)
		if (fleet_is_without_server(&snapshot->peers[i]) &&
			fleet_parent(snapshot, snapshot->endpoint_count + i) != ROW_NONE) {
			++*all;
			*offline += !snapshot->peers[i].is_online;
		}
}
