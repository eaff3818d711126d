/* Segments are assigned to connections, connections to flows.
 *
 * TLS is recognised by its first record. Its handshake is not an exchange, and neither are the small
 * housekeeping records of HTTP/2 in either direction: window updates, settings, session tickets. */
#include "capture/flows.h"

#include "capture/wire.h"

#include <string.h>

#define SERVICE_PORTS_END 32768 /* Linux picks client ports from here up */
#define HOUSEKEEPING_MAX 80     /* bytes of a record that carries no user data */
#define TLS_CHANGE_CIPHER 20    /* record types; 21 is an alert */
#define TLS_HANDSHAKE 22
#define TLS_DATA 23
#define SAID_MAX 5          /* exchanges printed per connection between two reports */
#define FORGET_US 600000000 /* a connection that was silent for this long is taken as closed */

/* ---- which connection ---- */

static const struct place *client_of(const struct connection *connection)
{
	return connection->is_swapped ? &connection->pair.other : &connection->pair.one;
}

static const struct place *server_of(const struct connection *connection)
{
	return connection->is_swapped ? &connection->pair.one : &connection->pair.other;
}

/* A SYN comes from the client. Without one, the server is the end whose port is in the range of services, or
 * the lower port. */
static bool is_from_client(const struct packet *packet)
{
	bool is_low = packet->from.port < SERVICE_PORTS_END, to_low = packet->to.port < SERVICE_PORTS_END;

	if (packet->flags & TCP_SYN)
		return !(packet->flags & TCP_ACK);
	return is_low == to_low ? packet->to.port < packet->from.port : to_low;
}

static struct flow_key key_of(const struct connection *connection)
{
	return (struct flow_key){ place_without_port(client_of(connection)), *server_of(connection) };
}

/* Looks up the flow without marking it as used: only a packet creates a flow or counts as its traffic. */
static struct flow *flow_there(struct flows *flows, const struct connection *connection)
{
	const struct flow_key key = key_of(connection);

	return table_peek(&flows->flows, &key);
}

static struct flow *flow_of(struct flows *flows, const struct connection *connection, int64_t now_us)
{
	const struct flow_key key = key_of(connection);

	return table_claim(&flows->flows, &key, now_us);
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

static void begin_exchange(
	struct lines *lines, const struct connection *connection, int64_t begun_us, int64_t at_us)
{
	lines_begin(lines, WIRE_EXCHANGE);
	lines_time(lines, "begun", begun_us);
	lines_time(lines, "at", at_us);
	lines_place(lines, "client", client_of(connection));
	lines_place(lines, "server", server_of(connection));
}

static void say_exchange(
	struct flows *flows, const struct connection *connection, int64_t at_us, const char *state)
{
	const struct exchange *exchange = &connection->exchange;
	struct exchange_figures figures = exchange_figure(exchange);
	struct lines *lines = flows->lines;

	begin_exchange(lines, connection, exchange->begun_us, at_us);
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
	lines_time(lines, "at", now_us);
	lines_place(lines, "client", &flow->key.client);
	lines_place(lines, "server", &flow->key.server);
	lines_number(lines, "connections", (int64_t)flow->connections);
	lines_number(lines, "open", (int64_t)flow->open);
	lines_number(lines, "up_bytes", (int64_t)flow->up_bytes);
	lines_number(lines, "down_bytes", (int64_t)flow->down_bytes);
	lines_number(lines, "exchanges", (int64_t)flow->exchanges);
	lines_end(lines);
}

static void say_tally(struct flows *flows, struct connection *connection, int64_t now_us)
{
	const struct tally *tally = &connection->tally;

	if (!tally->exchanges)
		return;
	begin_exchange(flows->lines, connection, tally->begun_us, now_us);
	lines_word(flows->lines, "state", "done");
	lines_number(flows->lines, "exchanges", (int64_t)tally->exchanges);
	lines_number(flows->lines, "up_bytes", (int64_t)tally->up_bytes);
	lines_number(flows->lines, "down_bytes", (int64_t)tally->down_bytes);
	lines_end(flows->lines);
	connection->tally = (struct tally){ .exchanges = 0 };
}

/* ---- exchanges ---- */

static void count_exchange(struct tally *tally, const struct exchange *exchange)
{
	if (!tally->exchanges++)
		tally->begun_us = exchange->begun_us;
	tally->up_bytes += exchange->up_bytes;
	tally->down_bytes += exchange->down_bytes;
}

/* Privacy: a remote shell makes an exchange of each keystroke, and the times would show somebody's typing.
 * Exchanges that are not streams are printed a few times per report; for users other than root they are only
 * counted, and the count is printed with the next totals. */
static void report_exchange(struct flows *flows, struct connection *connection, int64_t now_us)
{
	if (exchange_figure(&connection->exchange).is_stream)
		say_exchange(flows, connection, now_us, "done");
	else if (flows->options->is_discreet)
		count_exchange(&connection->tally, &connection->exchange);
	else if (connection->said < SAID_MAX)
		say_exchange(flows, connection, now_us, "done");
	connection->said++;
}

/* An exchange in progress. In discreet mode one that may turn out to be a keystroke is not printed. */
static void report_open_exchange(struct flows *flows, struct connection *connection, int64_t now_us)
{
	const struct exchange *exchange = &connection->exchange;

	if (!flows->options->is_discreet || exchange_may_hold_prompt(exchange) ||
		exchange_figure(exchange).is_stream)
		say_exchange(flows, connection, now_us, "open");
}

static void end_exchange(struct flows *flows, struct connection *connection, int64_t now_us)
{
	struct exchange *exchange = &connection->exchange;

	if (exchange->is_open && exchange->chunks) {
		struct flow *flow = flow_there(flows, connection);

		if (flow) {
			flow->exchanges++;
			flow->is_dirty = true;
		}
		report_exchange(flows, connection, now_us);
	}
	*exchange = (struct exchange){ .is_open = false };
}

/* Looks at the first bytes seen of a connection: whether they are a TLS record. */
static void detect_tls(struct connection *connection, const struct packet *packet)
{
	const uint8_t *record = packet->payload;

	if (connection->is_tls_known || packet->captured < 3)
		return;
	connection->is_tls_known = true;
	connection->is_tls = (record[0] == TLS_HANDSHAKE || record[0] == TLS_DATA) && record[1] == 3;
}

/* Whether a TLS segment is handshake or housekeeping. */
static bool is_aside(const struct connection *connection, const struct packet *packet)
{
	if (!connection->is_tls || !packet->captured)
		return false;
	return packet->length < HOUSEKEEPING_MAX ||
	       (!connection->exchange.chunks && packet->payload[0] >= TLS_CHANGE_CIPHER &&
		       packet->payload[0] <= TLS_HANDSHAKE);
}

/* A connection that carried data both ways, or to a port given with -s, is not a port scan: keep it in the
 * table. */
static void keep(const struct options *options, struct connection *connection, struct flow *flow)
{
	uint16_t port = flow->key.server.port;
	bool is_named = false;

	for (size_t i = 0; i < options->service_count; i++)
		is_named = is_named || options->services[i] == port;
	flow->entry.is_kept = is_named || (flow->up_bytes && flow->down_bytes);
	connection->entry.is_kept =
		!connection->is_closed && (is_named || (connection->was_asked && connection->was_answered));
}

static void see_data(struct flows *flows, struct connection *connection, const struct packet *packet,
	bool from_client, uint32_t bytes)
{
	struct flow *flow = flow_of(flows, connection, packet->at_us);

	*(from_client ? &flow->up_bytes : &flow->down_bytes) += bytes;
	*(from_client ? &connection->was_asked : &connection->was_answered) = true;
	flow->is_dirty = true;
	keep(flows->options, connection, flow);
	detect_tls(connection, packet);
	if (is_aside(connection, packet))
		return;
	if (from_client && connection->exchange.chunks)
		end_exchange(flows, connection, packet->at_us);
	(from_client ? exchange_ask : exchange_answer)(&connection->exchange, packet->at_us, bytes);
	connection->is_dirty = true;
}

/* ---- round trips ---- */

/* Round trip from our SYN, or our answer to one, to the peer's next packet. */
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

static void close_connection(struct flows *flows, struct connection *connection, int64_t now_us)
{
	end_exchange(flows, connection, now_us);
	connection->is_closed = true;
	connection->entry.is_kept = false;
}

/* ---- the tables ---- */

static void say_last_of_connection(void *flows, void *connection, int64_t now_us)
{
	end_exchange(flows, connection, now_us);
	say_tally(flows, connection, now_us);
}

static void say_last_of_flow(void *flows, void *flow, int64_t now_us)
{
	if (((struct flow *)flow)->is_dirty)
		say_flow(((struct flows *)flows)->lines, flow, now_us);
}

int flows_init(struct flows *flows, const struct options *options, struct lines *lines)
{
	*flows = (struct flows){ .options = options, .lines = lines };
	if (table_init(&flows->connections, sizeof(struct connection), sizeof(struct pair), CONNECTIONS_MAX,
		    options->seed) ||
		table_init(&flows->flows, sizeof(struct flow), sizeof(struct flow_key), FLOWS_MAX,
			options->seed))
		return -1;
	flows->connections.owner = flows->flows.owner = flows;
	flows->connections.evicts = say_last_of_connection;
	flows->flows.evicts = say_last_of_flow;
	return 0;
}

void flows_fini(struct flows *flows)
{
	table_fini(&flows->connections);
	table_fini(&flows->flows);
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
		say_tally(flows, connection, packet->at_us);
		*connection = (struct connection){ .entry = connection->entry,
			.pair = pair,
			.is_swapped = is_ordered != is_from_client(packet),
			.is_known = true };
		flow_of(flows, connection, packet->at_us)->connections++;
	}
	return connection;
}

/* ---- packets ---- */

void flows_see(struct flows *flows, const struct packet *packet, enum direction direction)
{
	struct connection *connection = find_connection(flows, packet);
	bool from_client = place_equals(&packet->from, client_of(connection));
	uint32_t bytes = tcp_send(from_client ? &connection->up : &connection->down, packet);

	if (direction != DIRECTION_INSIDE)
		time_opening(flows, connection, packet, direction == DIRECTION_OUT);
	if (direction == DIRECTION_IN) /* may acknowledge what this machine sent */
		tcp_acknowledge(from_client ? &connection->down : &connection->up, packet);
	if (bytes)
		see_data(flows, connection, packet, from_client, bytes);
	if (packet->flags & (TCP_FIN | TCP_RST) && !connection->is_closed)
		close_connection(flows, connection, packet->at_us);
}

/* here: the end that side belongs to. */
static void report_acknowledgement(struct lines *lines, struct tcp_side *side, const struct place *here,
	const struct place *there, int64_t now_us)
{
	int64_t least_us = tcp_take_least(side);

	if (least_us >= 0)
		lines_round_trip(lines, WIRE_METHOD_ACK, here, there, 0, now_us, least_us);
}

static void count_open(struct flows *flows, const struct connection *connection)
{
	struct flow *flow = connection->is_closed ? NULL : flow_there(flows, connection);

	if (flow)
		flow->open_now++;
}

static void report_connection(struct flows *flows, struct connection *connection, int64_t now_us)
{
	const struct place *client = client_of(connection), *server = server_of(connection);

	report_acknowledgement(flows->lines, &connection->up, client, server, now_us);
	report_acknowledgement(flows->lines, &connection->down, server, client, now_us);
	if (connection->exchange.is_open && exchange_is_over(&connection->exchange, now_us))
		end_exchange(flows, connection, now_us);
	else if (connection->exchange.is_open && connection->is_dirty)
		report_open_exchange(flows, connection, now_us);
	say_tally(flows, connection, now_us);
	connection->is_dirty = false;
	connection->said = 0;
	if (!connection->is_closed && now_us - connection->entry.touched_us > FORGET_US)
		close_connection(flows, connection, now_us);
	count_open(flows, connection);
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
