/* What the rows of Fleet stand for: the endpoints, then the peers (row minus endpoint_count), then the line
 * under which the peers without a known server are folded. */
#ifndef TSLLM_VIEWS_FLEET_ROWS_H
#define TSLLM_VIEWS_FLEET_ROWS_H

#include "probes/model/snapshot.h"

size_t fleet_peers_line(const struct snapshot *snapshot);
const struct endpoint *fleet_endpoint(const struct snapshot *snapshot, size_t row); /* NULL: not one */
/* NULL: a host outside the tailnet, or the line of the peers. */
const struct peer *fleet_peer(const struct snapshot *snapshot, size_t row);
/* The endpoint whose state and verdicts the row shows, the worst of its engine; NULL: none. */
const struct endpoint *fleet_worst(const struct snapshot *snapshot, size_t row);
enum state fleet_state(const struct snapshot *snapshot, size_t row);
/* The row under which this one is folded; ROW_NONE: none. */
size_t fleet_parent(const struct snapshot *snapshot, size_t row);
bool fleet_is_folded(const struct snapshot *snapshot, size_t row); /* an endpoint under another */
bool fleet_is_without_server(const struct peer *peer);
/* The peers folded under their line, and how many of them are offline. */
void fleet_count_peers(const struct snapshot *snapshot, size_t *all, size_t *offline);

#endif
