/* Segments to connections, connections to flows.
 *
 * TLS is told by its first record. Its handshake is no exchange, and neither are the small records by which
 * both ends of HTTP/2 keep house: a window update, a setting, a session ticket. */
#include "capture/flows.h"

#include "capture/wire.h"

#include <string.h>

#define SERVICE_PORTS_END 32768 /* Linux takes client ports from here on */
#define HOUSEKEEPING_MAX 80     /* bytes of a record that carries nobody's data */
#define TLS_CHANGE_CIPHER 20    /* types of records; 21 is an alert */
#define TLS_HANDSHAKE 22
#define TLS_DATA 23
#define SAID_MAX 5          /* of one connection between two reports */
#define FORGET_US 600000000 /* a connection that was silent for so long has gone */

int flows_init(struct flows *flows, struct lines *lines)
{
	*flows = (struct flows){ .lines = lines };
	if (table_init(&flows->connections, sizeof(struct connection), sizeof(struct pair), CONNECTIONS_MAX))
		return -1;
	return table_init(&flows->flows, sizeof(struct flow), sizeof(struct flow_key), FLOWS_MAX);
}

void flows_fini(struct flows *flows)
{
	table_fini(&flows->connections);
	table_fini(&flows->flows);
}

/* ---- which connection ---- */

static const struct place *client_of(const struct connection *connection)
{
	return connection->is_swapped ? &connection->pair.other : &connection->pair.one;
}

static const struct place *server_of(const struct connection *connection)
{
	return connection->is_swapped ? &connection->pair.one : &connection->pair.other;
}

/* A SYN tells the client; without one, the port that a service may have. */
static bool is_from_client(const struct packet *packet)
{
	bool is_low = packet->from.port < SERVICE_PORTS_END, to_low = packet->to.port < SERVICE_PORTS_END;

	if (packet->flags & TCP_SYN)
		return !(packet->flags & TCP_ACK);
	return is_low == to_low ? packet->to.port < packet->from.port : to_low;
}

static struct flow *flow_of(struct flows *flows, const struct connection *connection, int64_t now_us)
{
	const struct flow_key key = { place_without_port(client_of(connection)), *server_of(connection) };

	return table_claim(&flows->flows, &key, now_us);
}

static bool is_new_life(const struct connection *connection, const struct packet *packet)
{
	return !connection->is_known ||
	       (connection->is_closed && (packet->flags & (TCP_SYN | TCP_ACK)) == TCP_SYN);
}

static struct connection *find_connection(struct flows *flows, const struct packet *packet)
{
	bool is_ordered = memcmp(&packet->from, &packet->to, sizeof(packet->from)) < 0;
	const struct pair pair = { is_ordered ? packet->from : packet->to,
		is_ordered ? packet->to : packet->from };
	struct connection *connection = table_claim(&flows->connections, &pair, packet->at_us);

	if (is_new_life(connection, packet)) {
		*connection = (struct connection){ .entry = connection->entry,
			.pair = pair,
			.is_swapped = is_ordered != is_from_client(packet),
			.is_known = true };
		flow_of(flows, connection, packet->at_us)->connections++;
	}
	return connection;
}

/* ---- lines ---- */

static void say_stream(struct lines *lines, const struct exchange_figures *figures, uint32_t chunks)
{
	lines_number(lines, "ttft_us", figures->ttft_us);
	if (figures->ttft_max_us != figures->ttft_us)
		lines_number(lines, "ttft_max_us", figures->ttft_max_us);
	lines_number(lines, "gap_us", figures->gap_us);
	lines_number(lines, "chunks", chunks);
	lines_number(lines, "tokens", figures->tokens);
	lines_tenths(lines, "tokens_per_s", figures->tokens_per_10s);
	lines_number(lines, "estimated", figures->is_estimated);
}

static void say_exchange(
	struct flows *flows, const struct connection *connection, int64_t at_us, const char *state)
{
	const struct exchange *exchange = &connection->exchange;
	struct exchange_figures figures = exchange_figure(exchange);
	struct lines *lines = flows->lines;

	lines_begin(lines, WIRE_EXCHANGE);
	lines_number(lines, "begun", exchange->begun_us);
	lines_number(lines, "at", at_us);
	lines_place(lines, "client", client_of(connection));
	lines_place(lines, "server", server_of(connection));
	lines_word(lines, "state", state);
	if (figures.ttfb_us >= 0)
		lines_number(lines, "ttfb_us", figures.ttfb_us);
	if (figures.is_stream)
		say_stream(lines, &figures, exchange->chunks);
	lines_number(lines, "up_bytes", (int64_t)exchange->up_bytes);
	lines_number(lines, "down_bytes", (int64_t)exchange->down_bytes);
	lines_end(lines);
}

static void say_flow(struct lines *lines, const struct flow *flow, int64_t now_us)
{
	lines_begin(lines, WIRE_FLOW);
	lines_number(lines, "at", now_us);
	lines_place(lines, "client", &flow->key.client);
	lines_place(lines, "server", &flow->key.server);
	lines_number(lines, "connections", (int64_t)flow->connections);
	lines_number(lines, "open", (int64_t)flow->open);
	lines_number(lines, "up_bytes", (int64_t)flow->up_bytes);
	lines_number(lines, "down_bytes", (int64_t)flow->down_bytes);
	lines_number(lines, "exchanges", (int64_t)flow->exchanges);
	lines_end(lines);
}

/* ---- exchanges ---- */

/* A remote shell makes an exchange of each key: what is no stream is counted always and told a few times. */
static bool is_worth_a_line(const struct connection *connection)
{
	return connection->said < SAID_MAX || exchange_figure(&connection->exchange).is_stream;
}

static void end_exchange(struct flows *flows, struct connection *connection, int64_t now_us)
{
	struct exchange *exchange = &connection->exchange;

	if (exchange->is_open && exchange->chunks) {
		struct flow *flow = flow_of(flows, connection, now_us);

		flow->exchanges++;
		flow->is_dirty = true;
		if (is_worth_a_line(connection))
			say_exchange(flows, connection, now_us, "done");
		connection->said++;
	}
	*exchange = (struct exchange){ .is_open = false };
}

/* The first bytes of a connection that are seen: a record of TLS, or not. */
static void tell_tls(struct connection *connection, const struct packet *packet)
{
	const uint8_t *record = packet->payload;

	if (connection->is_told || packet->captured < 3)
		return;
	connection->is_told = true;
	connection->is_tls = (record[0] == TLS_HANDSHAKE || record[0] == TLS_DATA) && record[1] == 3;
}

/* Whether a segment of TLS is of the handshake, or housekeeping. */
static bool is_aside(const struct connection *connection, const struct packet *packet)
{
	if (!connection->is_tls || !packet->captured)
		return false;
	return packet->length < HOUSEKEEPING_MAX ||
	       (!connection->exchange.chunks && packet->payload[0] >= TLS_CHANGE_CIPHER &&
		       packet->payload[0] <= TLS_HANDSHAKE);
}

static void see_data(struct flows *flows, struct connection *connection, const struct packet *packet,
	bool from_client, uint32_t bytes)
{
	struct flow *flow = flow_of(flows, connection, packet->at_us);

	*(from_client ? &flow->up_bytes : &flow->down_bytes) += bytes;
	flow->is_dirty = true;
	tell_tls(connection, packet);
	if (is_aside(connection, packet))
		return;
	if (from_client && connection->exchange.chunks)
		end_exchange(flows, connection, packet->at_us);
	(from_client ? exchange_ask : exchange_answer)(&connection->exchange, packet->at_us, bytes);
	connection->is_dirty = true;
}

/* ---- round trips ---- */

/* Our SYN, or our answer to one, to what comes next from there. */
static void time_opening(
	struct flows *flows, struct connection *connection, const struct packet *packet, bool is_outgoing)
{
	if (packet->flags & TCP_SYN && is_outgoing) {
		connection->opened_us = connection->opened_us ? -1 : packet->at_us;
	} else if (connection->opened_us && !is_outgoing && packet->flags & TCP_ACK) {
		if (connection->opened_us > 0 && packet->at_us >= connection->opened_us &&
			!(packet->flags & TCP_RST))
			lines_round_trip(flows->lines, WIRE_METHOD_TCP, &packet->to, &packet->from, 0,
				packet->at_us, packet->at_us - connection->opened_us);
		connection->opened_us = 0;
	}
}

/* ---- packets and time ---- */

static void close_connection(struct flows *flows, struct connection *connection, int64_t now_us)
{
	end_exchange(flows, connection, now_us);
	connection->is_closed = true;
}

void flows_see(struct flows *flows, const struct packet *packet, enum direction direction)
{
	struct connection *connection = find_connection(flows, packet);
	bool from_client = place_equals(&packet->from, client_of(connection));
	uint32_t bytes = tcp_send(from_client ? &connection->up : &connection->down, packet);

	if (direction != DIRECTION_INSIDE)
		time_opening(flows, connection, packet, direction == DIRECTION_OUT);
	if (direction == DIRECTION_IN) /* of what this machine sent */
		tcp_acknowledge(from_client ? &connection->down : &connection->up, packet);
	if (bytes)
		see_data(flows, connection, packet, from_client, bytes);
	if (packet->flags & (TCP_FIN | TCP_RST) && !connection->is_closed)
		close_connection(flows, connection, packet->at_us);
}

/* here: the one of the two whose side it is. */
static void report_acknowledgement(struct lines *lines, struct tcp_side *side, const struct place *here,
	const struct place *there, int64_t now_us)
{
	int64_t least_us = tcp_take_least(side);

	if (least_us >= 0)
		lines_round_trip(lines, WIRE_METHOD_ACK, here, there, 0, now_us, least_us);
}

static void report_connection(struct flows *flows, struct connection *connection, int64_t now_us)
{
	const struct place *client = client_of(connection), *server = server_of(connection);

	report_acknowledgement(flows->lines, &connection->up, client, server, now_us);
	report_acknowledgement(flows->lines, &connection->down, server, client, now_us);
	if (connection->exchange.is_open && exchange_is_over(&connection->exchange, now_us))
		end_exchange(flows, connection, now_us);
	else if (connection->exchange.is_open && connection->is_dirty)
		say_exchange(flows, connection, now_us, "open");
	connection->is_dirty = false;
	connection->said = 0;
	if (!connection->is_closed && now_us - connection->entry.touched_us > FORGET_US)
		close_connection(flows, connection, now_us);
	if (!connection->is_closed)
		flow_of(flows, connection, now_us)->open_now++;
}

static void report_flow(struct flows *flows, struct flow *flow, int64_t now_us)
{
	if (flow->is_dirty || flow->open_now != flow->open) {
		flow->open = flow->open_now;
		say_flow(flows->lines, flow, now_us);
	}
	flow->open_now = 0;
	flow->is_dirty = false;
}

void flows_report(struct flows *flows, int64_t now_us)
{
	for (size_t i = 0; i < CONNECTIONS_MAX; i++) {
		struct connection *connection = table_at(&flows->connections, i);

		if (connection)
			report_connection(flows, connection, now_us);
	}
	for (size_t i = 0; i < FLOWS_MAX; i++) {
		struct flow *flow = table_at(&flows->flows, i);

		if (flow)
			report_flow(flows, flow, now_us);
	}
}
