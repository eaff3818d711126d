/* DERP servers are recognised by their addresses, because what they carry is TLS. */
#include "capture/derp.h"

#include "capture/wire.h"

#include <string.h>

static void say_totals(struct lines *lines, const struct derp_connection *connection, int64_t now_us)
{
	lines_begin(lines, WIRE_DERP);
	lines_time(lines, "at", now_us);
	lines_place(lines, "local", &connection->key.local);
	lines_place(lines, "remote", &connection->key.remote);
	lines_number(lines, "rx_bytes", (int64_t)connection->rx_bytes);
	lines_number(lines, "tx_bytes", (int64_t)connection->tx_bytes);
	lines_end(lines);
}

static void say_last(void *derp, void *connection, int64_t now_us)
{
	if (((struct derp_connection *)connection)->is_dirty)
		say_totals(((struct derp *)derp)->lines, connection, now_us);
}

int derp_init(struct derp *derp, const struct options *options, struct lines *lines)
{
	*derp = (struct derp){ .server_count = options->derp_count, .lines = lines };
	memcpy(derp->servers, options->derp, sizeof(derp->servers));
	if (table_init(&derp->connections, sizeof(struct derp_connection), sizeof(struct derp_key),
		    DERP_CONNECTIONS_MAX, options->seed))
		return -1;
	derp->connections.owner = derp;
	derp->connections.evicts = say_last;
	return 0;
}

void derp_fini(struct derp *derp)
{
	table_fini(&derp->connections);
}

static bool is_server(const struct derp *derp, const struct place *place)
{
	for (size_t i = 0; i < derp->server_count; i++)
		if (place_equals(&derp->servers[i], place))
			return true;
	return false;
}

bool derp_see(struct derp *derp, const struct packet *packet)
{
	bool is_outgoing = is_server(derp, &packet->to);
	const struct derp_key key = { is_outgoing ? packet->from : packet->to,
		is_outgoing ? packet->to : packet->from };
	struct derp_connection *connection;
	uint32_t bytes;

	if (!is_outgoing && !is_server(derp, &packet->from))
		return false;
	connection = table_claim(&derp->connections, &key, packet->at_us);
	bytes = tcp_send(is_outgoing ? &connection->tx : &connection->rx, packet);
	*(is_outgoing ? &connection->tx_bytes : &connection->rx_bytes) += bytes;
	connection->is_dirty = connection->is_dirty || bytes;
	connection->entry.is_kept = connection->rx_bytes && connection->tx_bytes;
	if (!is_outgoing)
		tcp_acknowledge(&connection->tx, packet);
	return true;
}

void derp_report(struct derp *derp, int64_t now_us)
{
	for (size_t i = 0; i < DERP_CONNECTIONS_MAX; i++) {
		struct derp_connection *connection = table_at(&derp->connections, i);
		int64_t least_us = connection ? tcp_take_least(&connection->tx) : -1;

		if (!connection)
			continue;
		if (least_us >= 0)
			lines_round_trip(derp->lines, WIRE_METHOD_DERP, &connection->key.local,
				&connection->key.remote, 0, now_us, least_us);
		if (connection->is_dirty)
			say_totals(derp->lines, connection, now_us);
		connection->is_dirty = false;
	}
}
